/** Summation over axes and its adjoint, repetition along axes. */
import { ShapeError } from "../../base/errors.ts";
import { type Axis, axisIndex, broadcast, dimsOf, type Shape, sameDims, shape, showShape } from "../../base/shape.ts";
import { scalar } from "../leaves.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import { eachIndex, mapBroadcast, stridesOf } from "../tensor64.ts";
import { type Value, whereNow } from "../value.ts";
import { reshape } from "./layout.ts";

/** Axes to reduce: indices or names; undefined means all. */
export type AxesLike = readonly (number | string)[] | undefined;

/** Sum over the given axes, which disappear (or stay with size 1, if `keep`). */
export function sum(x: Value, axes?: AxesLike, keep = false): Value {
  const list = axesOf("Sum", x, axes);
  return list.length === 0 ? x : apply(sumOp, [x], { axes: list, keep })[0];
}

/** Indices of the named or numbered axes, ascending. */
export function axesOf(op: string, x: Value, axes: AxesLike): number[] {
  const all = axes ?? x.shape.map((_, i) => i);
  return all.map((a) => axisIndex(whereNow(op), x.shape, a)).sort((a, b) => a - b);
}

/** The shape after reducing over axes. */
export function reducedShape(s: Shape, axes: readonly number[], keep: boolean): Shape {
  const kept = s.map((a, i) => (axes.includes(i) ? { name: a.name, size: 1 } : a));
  return keep ? kept : kept.filter((_, i) => !axes.includes(i));
}

export const sumOp = defineOp<{ axes: readonly number[]; keep: boolean }>({
  name: "Sum",
  types: ([x], { axes, keep }, where) => [{ shape: reducedShape(x.shape, axes, keep), dtype: needF32(where, x) }],
  onnx: (g, [x], { attributes: { axes, keep } }) => [
    g.node("ReduceSum", [x, g.ints(axes as readonly number[])], { keepdims: { kind: "int", value: keep ? 1 : 0 } }),
  ],
  // y = Σ x: every summand receives dy
  grad: ({ inputs: [x], attributes }, [dy]) => {
    const axes = attributes["axes"] as readonly number[];
    return [dy && expand(reshape(dy, reducedShape(x.shape, axes, true)), x.shape)];
  },
  exact: ([x], { attributes: { axes } }) => {
    const kept = x.dims.map((d, i) => (axes.includes(i) ? 1 : d));
    const strides = stridesOf(kept).map((s, i) => (axes.includes(i) ? 0 : s));
    const out = new Float64Array(kept.reduce((n, d) => n * d, 1));
    eachIndex(x.dims, (index, flat) => {
      out[index.reduce((at, j, i) => at + j * strides[i], 0)] += x.data[flat];
    });
    return [out];
  },
  cases: [
    { note: "all axes", inputs: [{ dims: [3, 4] }], attributes: { axes: [0, 1], keep: false } },
    { note: "the middle axis, kept", inputs: [{ dims: [2, 3, 2] }], attributes: { axes: [1], keep: true } },
    { note: "the outer two of three", inputs: [{ dims: [2, 3, 2] }], attributes: { axes: [0, 1], keep: false } },
  ],
});

/** Repeats a tensor along missing axes and axes of size 1 until it has this shape. */
export function expand(x: Value, to: Shape): Value {
  return sameDims(x.shape, to) ? x : apply(expandOp, [x], { to })[0];
}

export const expandOp = defineOp<{ to: readonly Axis[] }>({
  name: "Expand",
  types: ([x], { to }, where) => {
    if (!sameDims(broadcast(where, x.shape, to), to)) {
      throw new ShapeError({
        where,
        expected: `a shape that stretches to ${showShape(to)}`,
        got: showShape(x.shape),
        fix: "give axes of size 1 where the tensor is to repeat",
      });
    }
    return [{ shape: to, dtype: x.dtype }];
  },
  onnx: (g, [x], node) => [g.node("Expand", [x, g.ints(dimsOf(node.outputs[0].shape))])],
  // each element is used many times: its gradient is the sum over the uses
  grad: ({ inputs: [x] }, [dy]) => [dy && sumTo(dy, x.shape)],
  exact: ([x], { outputs: [y] }) => [mapBroadcast([x], dimsOf(y.shape), (v) => v)],
  cases: [
    { note: "a new axis and a stretched one", inputs: [{ dims: [3, 1] }], attributes: { to: shape(2, 3, 4) } },
    { note: "from a scalar", inputs: [{ dims: [] }], attributes: { to: shape(2, 2) } },
  ],
});

/** Undoes a broadcast: sums over the axes along which a tensor of shape `to` was repeated. */
export function sumTo(x: Value, to: Shape): Value {
  if (sameDims(x.shape, to)) return x;
  const lead = x.shape.length - to.length;
  const axes = x.shape.flatMap((a, i) => (i < lead || (to[i - lead].size === 1 && a.size !== 1) ? [i] : []));
  return reshape(sum(x, axes), to);
}

/** A tensor whose elements are all the same number. */
export function full(s: Shape, value: number): Value {
  return expand(scalar(value), s);
}
