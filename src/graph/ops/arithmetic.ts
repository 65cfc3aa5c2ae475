/** The four operations, elementwise with broadcasting. */
import { binary, unary } from "../elementwise.ts";
import type { Operand } from "../leaves.ts";
import type { Value } from "../value.ts";
import { type AxesLike, axesOf, sum, sumTo } from "./broadcast.ts";

export const neg = unary({
  name: "Neg",
  onnx: "Neg",
  grad: (_x, dy) => neg(dy),
  exact: (x) => -x,
  probe: [0, 1e30, -1e-30],
});

export const add = binary({
  name: "Add",
  onnx: "Add",
  reduce: sumTo,
  grad: (_a, _b, dy) => [dy, dy],
  exact: (a, b) => a + b,
});

export const sub = binary({
  name: "Sub",
  onnx: "Sub",
  reduce: sumTo,
  grad: (_a, _b, dy) => [dy, neg(dy)],
  exact: (a, b) => a - b,
});

export const mul = binary({
  name: "Mul",
  onnx: "Mul",
  reduce: sumTo,
  grad: (a, b, dy) => [mul(dy, b), mul(dy, a)],
  exact: (a, b) => a * b,
});

export const div = binary({
  name: "Div",
  onnx: "Div",
  reduce: sumTo,
  grad: (_a, b, dy, y) => [div(dy, b), neg(div(mul(dy, y), b))], // ∂(a/b)/∂b = −(a/b)/b
  exact: (a, b) => a / b,
});

/** x². */
export function square(x: Value): Value {
  return mul(x, x);
}

/** Arithmetic mean over the given axes (all, if none are given). */
export function mean(x: Value, axes?: AxesLike, keep = false): Value {
  const n = axesOf("Mean", x, axes).reduce((k, i) => k * x.shape[i].size, 1);
  return mul(sum(x, axes, keep), 1 / n);
}

/** Sum of several terms of one shape. */
export function addAll(terms: readonly Operand[]): Value {
  return terms.slice(1).reduce<Value>((a, b) => add(a, b), add(terms[0], 0));
}
