import { add, div, mean, square, sub } from "../graph/ops/arithmetic.ts";
import type { AxesLike } from "../graph/ops/broadcast.ts";
import { sqrt } from "../graph/ops/elementary.ts";
import type { Value } from "../graph/value.ts";

/** The parts of a standardised tensor, (x − mean)/√(variance + ε) = centred · inverseStd. */
export interface Standardized {
  /** x − mean, of x's shape. */
  readonly centred: Value;
  /** 1/√(variance + ε); the axes have size 1, as in `mean` and `variance`. */
  readonly inverseStd: Value;
  readonly mean: Value;
  /** The mean of centred², biased: divided by n, not n − 1. */
  readonly variance: Value;
}

/**
 * Mean and spread of x over the given axes. The two factors are kept apart so that a gain can join the smaller one, which saves a pass
 * over x: γ·x̂ = centred · (γ · inverseStd). The variance comes from the centred values, since E[x²] − E[x]² cancels in float32.
 */
export function standardize(x: Value, axes: AxesLike, epsilon: number): Standardized {
  const m = mean(x, axes, true);
  const centred = sub(x, m);
  const variance = mean(square(centred), axes, true);
  return { centred, inverseStd: div(1, sqrt(add(variance, epsilon))), mean: m, variance };
}
