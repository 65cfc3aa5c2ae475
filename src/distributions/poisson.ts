import { axis, sizeOf } from "../base/shape.ts";
import { constant } from "../graph/leaves.ts";
import { add, div, mul, neg, sub } from "../graph/ops/arithmetic.ts";
import { expand, sum } from "../graph/ops/broadcast.ts";
import { greaterOrEqual, indicator } from "../graph/ops/compare.ts";
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
      const column = (v: Value): Value => reshape(v, [axis("", sizeOf(u.shape)), axis("", 1)]);
      // λʲ/j!, the mass but for e^−λ, which both sides of the comparison would have
      const { counts, logFactorials, sums, highest } = tableOf(largest);
      const finite = minimum(logRate, highest);
      const mass = exp(add(matmul(column(expand(finite, u.shape)), counts), logFactorials));
      const cumulative = matmul(mass, sums);
      const all = slice(cumulative, 1, largest, largest + 1);
      // The last column is twice the sum of all, which half of u·2F(largest) never passes.
      const passed = indicator(greaterOrEqual(mul(column(mul(u, 0.5)), all), cumulative));
      return reshape(sum(passed, [1]), u.shape);
    },
  };
}

/**
 * What sampling of counts 0…largest looks up: j as a row, −log j!, the matrix that turns masses into cumulative sums, and the log rate,
 * far beyond the largest count, up to which no λʲ/j! leaves float32.
 */
function tableOf(largest: number): { counts: Value; logFactorials: Value; sums: Value; highest: number } {
  const n = largest + 1;
  const logs = new Float64Array(n);
  for (let j = 1; j < n; j++) logs[j] = logs[j - 1] - Math.log(j);
  const sums = Array.from({ length: n * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    return row > column ? 0 : column === largest ? 2 : 1;
  });
  return {
    counts: constant(Float64Array.from(logs.keys()), [1, n]),
    logFactorials: constant(logs, [n]),
    sums: constant(sums, [n, n]),
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
