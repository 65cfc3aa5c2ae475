import { add, div, mean, square } from "../graph/ops/arithmetic.ts";
import { sqrt } from "../graph/ops/elementary.ts";
import type { Value } from "../graph/value.ts";

/**
 * Divisive normalisation over one axis at each position: a/√(mean_c a² + ε), any shape in, same shape out
 * (Karras et al. 2018, arXiv:1710.10196, §4.2, "pixelwise feature vector normalization").
 * @param along   the axis c, by index or name (default 1, the channels)
 * @param epsilon 1e-8, as in the source
 */
export function divisiveNorm(a: Value, along: number | string = 1, epsilon = 1e-8): Value {
  return div(a, sqrt(add(mean(square(a), [along], true), epsilon)));
}
