/** Exponential, logarithm, root and absolute value, elementwise. */
import { unary } from "../elementwise.ts";
import { div, mul } from "./arithmetic.ts";
import { sign } from "./compare.ts";

export const exp = unary({
  name: "Exp",
  onnx: "Exp",
  grad: (_x, dy, y) => mul(dy, y),
  exact: Math.exp,
  probe: [-80, -1, 0, 1, 20],
});

/** Natural logarithm; −∞ at 0, NaN below. */
export const log = unary({
  name: "Log",
  onnx: "Log",
  grad: (x, dy) => div(dy, x),
  exact: Math.log,
  probe: [1e-3, 0.5, 1, 2, 1e6],
  domain: [0.2, 3],
});

/** Square root; its gradient is infinite at 0. */
export const sqrt = unary({
  name: "Sqrt",
  onnx: "Sqrt",
  grad: (_x, dy, y) => div(mul(0.5, dy), y),
  exact: Math.sqrt,
  probe: [1e-3, 0.25, 1, 1e4],
  domain: [0.2, 3],
});

/** |x|; its gradient at 0 is 0. */
export const abs = unary({
  name: "Abs",
  onnx: "Abs",
  grad: (x, dy) => mul(dy, sign(x)),
  exact: Math.abs,
  probe: [-3, -1e-3, 1e-3, 3],
});
