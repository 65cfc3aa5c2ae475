import { UsageError } from "../base/errors.ts";
import { noise } from "../graph/leaves.ts";
import { mul } from "../graph/ops/arithmetic.ts";
import { greaterOrEqual, where } from "../graph/ops/compare.ts";
import type { Value } from "../graph/value.ts";

/**
 * Inverted dropout (Srivastava et al. 2014, JMLR 15, §10): each element is 0 with probability `rate`, else divided by 1 − rate, so that the
 * expectation is x. For training; an evaluation leaves it out, or gives rate 0, which is x itself.
 * @param rate in [0, 1)
 * @param name of the noise that draws the zeros; every call in a program needs its own
 * @throws UsageError if the rate is outside its range
 */
export function dropout(x: Value, rate: number, name: string): Value {
  if (!(rate >= 0 && rate < 1)) {
    throw new UsageError({
      where: `dropout "${name}"`,
      expected: "a rate of at least 0 and below 1",
      got: String(rate),
      fix: "give the probability of a zero",
    });
  }
  if (rate === 0) return x;
  return where(greaterOrEqual(noise(name, "uniform", x.shape), rate), mul(x, 1 / (1 - rate)), 0);
}
