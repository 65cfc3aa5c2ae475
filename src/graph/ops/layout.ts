/** Ops that move numbers without changing them. */
import { ShapeError } from "../../base/errors.ts";
import { type Axis, type AxisLike, axisIndex, dimsOf, type Shape, shape, showShape, sizeOf } from "../../base/shape.ts";
import { constant } from "../leaves.ts";
import { apply, defineOp } from "../op.ts";
import { countOf, eachIndex, stridesOf } from "../tensor64.ts";
import { type Value, whereNow } from "../value.ts";

/** The same numbers, row by row, under other axes. @throws ShapeError if the number of elements differs */
export function reshape(x: Value, axes: readonly AxisLike[]): Value {
  return apply(reshapeOp, [x], { axes: shape(...axes) })[0];
}

export const reshapeOp = defineOp<{ axes: readonly Axis[] }>({
  name: "Reshape",
  types: ([x], { axes }, where) => {
    if (sizeOf(x.shape) !== sizeOf(axes)) {
      throw new ShapeError({
        where,
        expected: `as many elements as ${showShape(x.shape)} has, ${sizeOf(x.shape)}`,
        got: `${showShape(axes)} with ${sizeOf(axes)}`,
        fix: "keep the product of the sizes",
      });
    }
    return [{ shape: axes, dtype: x.dtype }];
  },
  onnx: (g, [x], node) => [g.node("Reshape", [x, g.ints(dimsOf(node.outputs[0].shape))])],
  grad: ({ inputs: [x] }, [dy]) => [dy && reshape(dy, x.shape)],
  exact: ([x]) => [x.data],
  cases: [
    { note: "split an axis", inputs: [{ dims: [6, 2] }], attributes: { axes: shape(2, 3, 2) } },
    { note: "to a scalar", inputs: [{ dims: [1, 1] }], attributes: { axes: [] } },
  ],
});

/** Axes in another order: `order[i]` is the old place of the new axis i. Without an order, the last two are swapped. */
export function transpose(x: Value, order?: readonly number[]): Value {
  const all = x.shape.map((_, i) => i);
  return apply(transposeOp, [x], { order: order ?? [...all.slice(0, -2), all.length - 1, all.length - 2] })[0];
}

export const transposeOp = defineOp<{ order: readonly number[] }>({
  name: "Transpose",
  types: ([x], { order }, where) => {
    if ([...order].sort((a, b) => a - b).join() !== x.shape.map((_, i) => i).join()) {
      throw new ShapeError({
        where,
        expected: `every axis of ${showShape(x.shape)} once`,
        got: `the order [${order}]`,
        fix: "list the old places 0…rank−1 in their new order",
      });
    }
    return [{ shape: order.map((i) => x.shape[i]), dtype: x.dtype }];
  },
  onnx: (g, [x], { attributes: { order } }) => [
    g.node("Transpose", [x], { perm: { kind: "ints", value: order as readonly number[] } }),
  ],
  grad: ({ attributes }, [dy]) => {
    const order = attributes["order"] as readonly number[];
    return [
      dy &&
        transpose(
          dy,
          order.map((_, i) => order.indexOf(i)),
        ),
    ];
  },
  exact: ([x], { attributes: { order }, outputs: [y] }) => {
    const strides = stridesOf(x.dims);
    const out = new Float64Array(x.data.length);
    eachIndex(dimsOf(y.shape), (index, flat) => {
      out[flat] = x.data[order.reduce((at, axis, i) => at + index[i] * strides[axis], 0)];
    });
    return [out];
  },
  cases: [
    { note: "matrix", inputs: [{ dims: [3, 4] }], attributes: { order: [1, 0] } },
    { note: "rotation of three axes", inputs: [{ dims: [2, 3, 4] }], attributes: { order: [2, 0, 1] } },
  ],
});

/** Tensors joined along an axis (index or name). All other axes must agree. */
export function concat(parts: readonly Value[], along: number | string): Value {
  const axis = axisIndex(whereNow("Concat"), parts[0].shape, along);
  return parts.length === 1 ? parts[0] : apply(concatOp, parts, { axis })[0];
}

export const concatOp = defineOp<{ axis: number }>({
  name: "Concat",
  types: (parts, { axis }, where) => {
    const [first, ...rest] = parts;
    for (const p of rest) {
      if (
        p.shape.length !== first.shape.length ||
        p.shape.some((a, i) => i !== axis && a.size !== first.shape[i].size)
      ) {
        throw new ShapeError({
          where,
          expected: `shapes that differ in axis ${axis} only`,
          got: parts.map((q) => showShape(q.shape)).join(" and "),
          fix: "reshape the parts so that all other axes agree",
        });
      }
    }
    const size = parts.reduce((n, p) => n + p.shape[axis].size, 0);
    return [{ shape: first.shape.map((a, i) => (i === axis ? { name: a.name, size } : a)), dtype: first.dtype }];
  },
  onnx: (g, parts, { attributes: { axis } }) => [
    g.node("Concat", parts, { axis: { kind: "int", value: axis as number } }),
  ],
  grad: ({ inputs, attributes }, [dy]) => {
    const axis = attributes["axis"] as number;
    const sizes = inputs.map((p) => p.shape[axis].size);
    return dy ? split(dy, axis, sizes) : [];
  },
  exact: (parts, { attributes: { axis }, outputs: [y] }) => {
    const inner = countOf(dimsOf(y.shape).slice(axis + 1));
    const outer = countOf(dimsOf(y.shape).slice(0, axis));
    const out = new Float64Array(sizeOf(y.shape));
    let at = 0;
    for (let o = 0; o < outer; o++) {
      for (const p of parts) {
        const run = p.dims[axis] * inner;
        out.set(p.data.subarray(o * run, (o + 1) * run), at);
        at += run;
      }
    }
    return [out];
  },
  cases: [
    { note: "last axis", inputs: [{ dims: [2, 3] }, { dims: [2, 1] }], attributes: { axis: 1 } },
    { note: "first of three", inputs: [{ dims: [1, 2, 2] }, { dims: [2, 2, 2] }], attributes: { axis: 0 } },
  ],
});

/** The tensor cut along an axis (index or name) into parts of these sizes, or into equal parts if a count is given. */
export function split(x: Value, along: number | string, sizes: readonly number[] | number): readonly Value[] {
  const axis = axisIndex(whereNow("Split"), x.shape, along);
  const parts = typeof sizes === "number" ? new Array<number>(sizes).fill(x.shape[axis].size / sizes) : sizes;
  return parts.length === 1 ? [x] : apply(splitOp, [x], { axis, sizes: parts });
}

export const splitOp = defineOp<{ axis: number; sizes: readonly number[] }>({
  name: "Split",
  types: ([x], { axis, sizes }, where) => {
    if (sizes.some((n) => !Number.isInteger(n)) || sizes.reduce((a, b) => a + b, 0) !== x.shape[axis].size) {
      throw new ShapeError({
        where,
        expected: `whole sizes that add up to ${x.shape[axis].size}, the size of axis ${axis} of ${showShape(x.shape)}`,
        got: `[${sizes}]`,
        fix: "correct the sizes, or choose a number of parts that divides the axis",
      });
    }
    return sizes.map((size) => ({
      shape: x.shape.map((a, i) => (i === axis ? { name: a.name, size } : a)),
      dtype: x.dtype,
    }));
  },
  // equal parts need no sizes, so they work for any size of a free axis
  onnx: (g, [x], { attributes }) => {
    const sizes = attributes["sizes"] as readonly number[];
    const given = sizes.every((n) => n === sizes[0]) ? [x] : [x, g.ints(sizes)];
    return g.nodes("Split", given, sizes.length, { axis: { kind: "int", value: attributes["axis"] as number } });
  },
  grad: ({ inputs: [x], outputs, attributes }, dys) => {
    if (dys.every((dy) => dy === undefined)) return [undefined];
    const axis = attributes["axis"] as number;
    return [
      concat(
        dys.map((dy, i) => dy ?? zeros(outputs[i].shape)),
        axis < 0 ? axis + x.shape.length : axis,
      ),
    ];
  },
  exact: ([x], { attributes: { axis, sizes } }) => {
    const inner = countOf(x.dims.slice(axis + 1));
    const outer = countOf(x.dims.slice(0, axis));
    const parts = sizes.map((n) => new Float64Array(outer * n * inner));
    let at = 0;
    for (let o = 0; o < outer; o++) {
      sizes.forEach((n, i) => {
        const run = n * inner;
        parts[i].set(x.data.subarray(at, at + run), o * run);
        at += run;
      });
    }
    return parts;
  },
  cases: [
    { note: "uneven parts", inputs: [{ dims: [2, 5] }], attributes: { axis: 1, sizes: [2, 3] } },
    { note: "first axis", inputs: [{ dims: [4, 2] }], attributes: { axis: 0, sizes: [1, 1, 2] } },
  ],
});

const zeros = (s: Shape): Value => constant(new Float64Array(sizeOf(s)), s);
