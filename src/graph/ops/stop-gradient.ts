import { apply, defineOp } from "../op.ts";
import type { Value } from "../value.ts";

/** The same numbers, through which no gradient flows. */
export function stopGradient(x: Value): Value {
  return apply(stopGradientOp, [x], {})[0];
}

export const stopGradientOp = defineOp({
  name: "StopGradient",
  types: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  onnx: (_g, [x]) => [x],
  grad: "none",
  exact: ([x]) => [x.data],
  cases: [{ note: "random", inputs: [{ dims: [3, 2] }] }],
});
