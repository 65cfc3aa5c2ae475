/** Largest and smallest elements. */
import { sameDims } from "../../base/shape.ts";
import { binary } from "../elementwise.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import { eachIndex, stridesOf } from "../tensor64.ts";
import type { Value } from "../value.ts";
import { add, div, mul } from "./arithmetic.ts";
import { type AxesLike, axesOf, reducedShape, sum, sumTo } from "./broadcast.ts";
import { equal, greater, indicator } from "./compare.ts";
import { reshape } from "./layout.ts";

/** The larger of a and b, elementwise. Where they are equal, each gets half of the gradient. */
export const maximum = binary({
  name: "Maximum",
  onnx: "Max",
  reduce: sumTo,
  grad: (a, b, dy) => [mul(dy, share(a, b)), mul(dy, share(b, a))],
  exact: Math.max,
});

/** The smaller of a and b, elementwise. Where they are equal, each gets half of the gradient. */
export const minimum = binary({
  name: "Minimum",
  onnx: "Min",
  reduce: sumTo,
  grad: (a, b, dy) => [mul(dy, share(b, a)), mul(dy, share(a, b))],
  exact: Math.min,
});

/** 1 where a > b, ½ where a = b, else 0. */
const share = (a: Value, b: Value): Value => add(indicator(greater(a, b)), mul(0.5, indicator(equal(a, b))));

/** Largest element over the given axes. Where several are largest, the gradient is shared among them in equal parts. */
export function max(x: Value, axes?: AxesLike, keep = false): Value {
  const list = axesOf("Max", x, axes);
  return list.length === 0 ? x : apply(maxOp, [x], { axes: list, keep })[0];
}

export const maxOp = defineOp<{ axes: readonly number[]; keep: boolean }>({
  name: "Max",
  types: ([x], { axes, keep }, where) => [{ shape: reducedShape(x.shape, axes, keep), dtype: needF32(where, x) }],
  onnx: (g, [x], { attributes: { axes, keep } }) => [
    g.node("ReduceMax", [x], {
      axes: { kind: "ints", value: axes as readonly number[] },
      keepdims: { kind: "int", value: keep ? 1 : 0 },
    }),
  ],
  grad: (node, [dy]) => [
    dy && shareAmongLargest(node.inputs[0], node.outputs[0], dy, node.attributes["axes"] as number[]),
  ],
  exact: ([x], { attributes: { axes } }) => {
    const kept = x.dims.map((d, i) => (axes.includes(i) ? 1 : d));
    const largest = {
      dims: kept,
      data: new Float64Array(kept.reduce((n, d) => n * d, 1)).fill(Number.NEGATIVE_INFINITY),
    };
    const strides = stridesOf(kept).map((s, i) => (axes.includes(i) ? 0 : s));
    eachIndex(x.dims, (index, flat) => {
      const at = index.reduce((q, j, i) => q + j * strides[i], 0);
      largest.data[at] = Math.max(largest.data[at], x.data[flat]);
    });
    return [largest.data];
  },
  cases: [
    { note: "rows", inputs: [{ dims: [3, 4] }], attributes: { axes: [1], keep: false } },
    { note: "all, kept", inputs: [{ dims: [2, 3] }], attributes: { axes: [0, 1], keep: true } },
  ],
});

function shareAmongLargest(x: Value, y: Value, dy: Value, axes: readonly number[]): Value {
  const kept = reducedShape(x.shape, axes, true);
  const stretch = (v: Value): Value => (sameDims(v.shape, kept) ? v : reshape(v, kept));
  const largest = indicator(equal(x, stretch(y)));
  return mul(largest, div(stretch(dy), sum(largest, axes, true)));
}
