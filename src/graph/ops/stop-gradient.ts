import { apply, defineOp } from "../op.ts";
import type { Value } from "../value.ts";
import { add, sub } from "./arithmetic.ts";

/** The same numbers, through which no gradient flows. */
export function stopGradient(x: Value): Value {
  return apply(stopGradientOp, [x], {})[0];
}

export const stopGradientOp = defineOp({
  name: "StopGradient",
  elementwise: true,
  types: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  onnx: (_g, [x]) => [x],
  grad: "none",
  exact: ([x]) => [x.data],
  cases: [{ note: "random", inputs: [{ dims: [3, 2] }] }],
});

/**
 * The numbers of `hard` with the gradient of `soft` (straight-through estimator, Bengio et al. 2013, arXiv:1308.3432): for steps and
 * samples that have no gradient themselves. The two have one shape; `soft` must be finite.
 */
export function straightThrough(hard: Value, soft: Value): Value {
  return add(stopGradient(hard), sub(soft, stopGradient(soft))); // the difference is 0
}
