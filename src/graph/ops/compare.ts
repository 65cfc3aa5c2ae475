/** Comparisons, and choosing by them. Their results are steps, so no gradient flows through the condition. */

import { ShapeError } from "../../base/errors.ts";
import { broadcast, dimsOf, sameDims } from "../../base/shape.ts";
import { binary } from "../elementwise.ts";
import { type Operand, valueOf } from "../leaves.ts";
import { apply, defineOp, needF32, type OpCase } from "../op.ts";
import { mapBroadcast } from "../tensor64.ts";
import { showType, type TensorType, type Value } from "../value.ts";
import { sub } from "./arithmetic.ts";
import { sumTo } from "./broadcast.ts";

const comparisons: readonly OpCase[] = [
  {
    note: "smaller, equal and larger",
    inputs: [
      { dims: [3], values: [-1, 2, 3] },
      { dims: [3], values: [2, 2, 2] },
    ],
  },
  { note: "a column and a row", inputs: [{ dims: [3, 1] }, { dims: [2, 1, 4] }] },
];

/** a > b, elementwise. */
export const greater = binary({
  name: "Greater",
  onnx: "Greater",
  dtype: "bool",
  grad: "none",
  exact: (a, b) => Number(a > b),
  cases: comparisons,
});

/** a ≥ b, elementwise. */
export const greaterOrEqual = binary({
  name: "GreaterOrEqual",
  onnx: "GreaterOrEqual",
  dtype: "bool",
  grad: "none",
  exact: (a, b) => Number(a >= b),
  cases: comparisons,
});

/** a = b exactly, elementwise. */
export const equal = binary({
  name: "Equal",
  onnx: "Equal",
  dtype: "bool",
  grad: "none",
  exact: (a, b) => Number(a === b),
  cases: comparisons,
});

/** Truth values as the numbers 0 and 1. */
export function indicator(condition: Value): Value {
  return apply(indicatorOp, [condition], {})[0];
}

export const indicatorOp = defineOp({
  name: "Indicator",
  elementwise: true,
  types: ([c], _a, where) => [{ shape: needBool(where, c).shape, dtype: "f32" as const }],
  onnx: (g, [c]) => [g.node("Cast", [c], { to: { kind: "int", value: 1 } })],
  grad: "none",
  exact: ([c]) => [c.data],
  cases: [{ note: "both values", inputs: [{ dims: [4], values: [0, 1, 1, 0], dtype: "bool" }] }],
});

/** a where the condition holds, else b; elementwise with broadcasting. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  return apply(whereOp, [condition, valueOf(a), valueOf(b)], {})[0];
}

export const whereOp = defineOp({
  name: "Where",
  elementwise: true,
  types: ([c, a, b], _settings, at) => {
    needBool(at, c);
    needF32(at, a);
    needF32(at, b);
    return [{ shape: broadcast(at, c.shape, broadcast(at, a.shape, b.shape)), dtype: "f32" }];
  },
  onnx: (g, [c, a, b]) => [g.node("Where", [c, a, b])],
  grad: ({ inputs: [c, a, b] }, [dy]) => {
    if (!dy) return [];
    const back = (g: Value, to: Value): Value => (sameDims(g.shape, to.shape) ? g : sumTo(g, to.shape));
    return [undefined, back(where(c, dy, 0), a), back(where(c, 0, dy), b)];
  },
  exact: ([c, a, b], { outputs: [y] }) => [mapBroadcast([c, a, b], dimsOf(y.shape), (k, p, q) => (k ? p : q))],
  cases: [
    { note: "same shape", inputs: [{ dims: [4], values: [1, 0, 0, 1], dtype: "bool" }, { dims: [4] }, { dims: [4] }] },
    {
      note: "a row of conditions, a column of values",
      inputs: [{ dims: [3], values: [1, 0, 1], dtype: "bool" }, { dims: [2, 1] }, { dims: [] }],
    },
  ],
});

/** −1, 0 or 1. */
export function sign(x: Value): Value {
  return sub(indicator(greater(x, 0)), indicator(greater(0, x)));
}

function needBool(at: string, c: TensorType): TensorType {
  if (c.dtype === "bool") return c;
  throw new ShapeError({
    where: at,
    expected: "truth values",
    got: showType(c),
    fix: "compare first, for example greater(x, 0)",
  });
}
