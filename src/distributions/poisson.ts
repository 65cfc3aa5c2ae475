import { axis, sizeOf } from "../base/shape.ts";
import { constant } from "../graph/leaves.ts";
import { add, div, mul, neg, sub } from "../graph/ops/arithmetic.ts";
import { expand, sum } from "../graph/ops/broadcast.ts";
import { greaterOrEqual, indicator } from "../graph/ops/compare.ts";
import { cumulativeSum } from "../graph/ops/cumulative.ts";
import { exp, log } from "../graph/ops/elementary.ts";
import { minimum } from "../graph/ops/extrema.ts";
import { reshape } from "../graph/ops/layout.ts";
import { matmul } from "../graph/ops/matmul.ts";
import { slice } from "../graph/ops/slice.ts";
import type { Value } from "../graph/value.ts";
import { type Distribution, sumEvent } from "./distribution.ts";

/** Independent Poisson counts by the logarithm of their rates, (…batch, event). */
export interface Poisson extends Distribution {
  readonly logRate: Value;
}

/**
 * @param logRate  log λ, (…batch, event)
 * @param largest  the largest count that `sample` can draw (default 63: for rates up to 30 it cuts off less than 1e-7 of the mass)
 */
export function poisson(logRate: Value, largest = 63): Poisson {
  const rate = exp(logRate);
  return {
    mean: rate,
    logRate,
    noise: "uniform",
    /** Σ [k log λ − λ − log k!] */
    logProb: (k) => sumEvent(sub(sub(mul(k, logRate), rate), logFactorial(k))),
    /**
     * The count k at which the distribution function passes u: the number of j < largest with F(j) ≤ u·F(largest), so that neither the
     * mass beyond `largest` nor rounding of sums near 1 makes larger counts; no gradient flows through.
     */
    sample: (u) => {
      const row = (v: Value): Value => reshape(v, [axis("", 1), axis("", sizeOf(u.shape))]);
      const { counts, logFactorials, highest } = tableOf(largest);
      // λʲ/j!, the mass but for e^−λ, which both sides of the comparison would have: (count, draw), so that running sums add whole rows
      const finite = row(expand(minimum(logRate, highest), u.shape));
      const mass = exp(add(matmul(counts, finite, true), logFactorials));
      const cumulative = cumulativeSum(mass, 0);
      const all = slice(cumulative, 0, largest, largest + 1);
      const passed = indicator(greaterOrEqual(mul(row(mul(u, BELOW_ONE)), all), cumulative));
      return reshape(sum(passed, [0]), u.shape);
    },
  };
}

/** So near 1 that it changes no draw but one whose u·F(largest) would round up to F(largest). */
const BELOW_ONE = 1 - 2 ** -22;

/**
 * What sampling of counts 0…largest looks up: j as a row, −log j! as a column, and the log rate, far beyond the largest count, up to
 * which no λʲ/j! leaves float32.
 */
function tableOf(largest: number): { counts: Value; logFactorials: Value; highest: number } {
  const n = largest + 1;
  const logs = new Float64Array(n);
  for (let j = 1; j < n; j++) logs[j] = logs[j - 1] - Math.log(j);
  return {
    counts: constant(Float64Array.from(logs.keys()), [1, n]),
    logFactorials: constant(logs, [n, 1]),
    highest: (80 - logs[largest]) / Math.max(1, largest),
  };
}

/** KL(q ‖ p) → (…batch), nats: Σ [λ_q (log λ_q − log λ_p) − λ_q + λ_p]. */
export function klPoisson(q: Poisson, p: Poisson): Value {
  return sumEvent(add(sub(mul(q.mean, sub(q.logRate, p.logRate)), q.mean), p.mean));
}

/**
 * log k! for k ≥ 0 by Stirling's series at k + 8, whose three terms are exact to 1e-9 there, minus log of the product (k + 1)…(k + 7)
 * that the shift adds (Abramowitz & Stegun 6.1.40).
 */
export function logFactorial(k: Value): Value {
  const x = add(k, 8);
  const inverse = div(1, x);
  const squared = mul(inverse, inverse);
  const series = mul(inverse, sub(1 / 12, mul(squared, sub(1 / 360, mul(squared, 1 / 1260)))));
  const stirling = add(sub(mul(sub(x, 0.5), log(x)), x), add(series, 0.5 * Math.log(2 * Math.PI))); // log Γ(k + 8)
  let shift: Value = add(k, 1);
  for (let i = 2; i <= 7; i++) shift = mul(shift, add(k, i));
  return add(stirling, neg(log(shift)));
}
