/**
 * Largest elements of windows. Where several elements of a window are largest, the first one row by row is taken, as PyTorch does:
 * it alone receives the gradient. For a given choice pooling is linear in the numbers, so its derivatives only move numbers to the
 * chosen places (MaxPoolScatter) and from them (MaxPoolGather); each of the two is the other's adjoint.
 */
import { dimsOf, type Shape, sizeOf } from "../../base/shape.ts";
import { apply, defineOp, type Lowering, needF32 } from "../op.ts";
import { countOf, type Tensor64 } from "../tensor64.ts";
import { type Value, whereNow } from "../value.ts";
import { eachInWindow, type PoolSettings, pooledShape, sideBySide, type Windows, windowsOf } from "./pool-geometry.ts";

/**
 * The largest element of every window; pads never win.
 * @param x (batch, channels, one or two spatial axes)
 * @returns (batch, channels, ⌊(size + pads − kernel) / stride⌋ + 1 for every spatial axis)
 * @throws ShapeError if the window does not fit x
 */
export function maxPool(x: Value, settings: PoolSettings): Value {
  return apply(maxPoolOp, [x], windowsOf(whereNow("MaxPool"), x.shape, settings))[0];
}

/** From one number per window to x's shape: each number is added where x is largest in its window. */
const scatter = (x: Value, perWindow: Value, w: Windows): Value => apply(maxPoolScatterOp, [x, perWindow], w)[0];

/** From numbers of x's shape to one per window: the number at the place where x is largest. */
const gather = (x: Value, numbers: Value, w: Windows): Value => apply(maxPoolGatherOp, [x, numbers], w)[0];

export const maxPoolOp = defineOp<Windows>({
  name: "MaxPool",
  types: ([x], w, where) => [{ shape: pooledShape(x.shape, w), dtype: needF32(where, x) }],
  onnx: (g, [x], { attributes }) => [g.node("MaxPool", [x], onnxWindows(attributes as Windows))],
  grad: ({ inputs: [x], attributes }, [dy]) => [dy && scatter(x, dy, attributes as Windows)],
  exact: ([x], { attributes, outputs: [y] }) => [
    Float64Array.from(largestIn(x, y.shape, attributes), (element) => x.data[element]),
  ],
  cases: [
    { note: "side by side", inputs: [{ dims: [2, 1, 4, 6] }], attributes: windows([2, 3], [2, 3], [0, 0, 0, 0]) },
    { note: "pixels left over", inputs: [{ dims: [1, 2, 5, 3] }], attributes: windows([2, 2], [2, 2], [0, 0, 0, 0]) },
    {
      note: "overlapping, padded",
      inputs: [{ dims: [2, 2, 4, 5] }],
      attributes: windows([3, 3], [2, 2], [1, 1, 1, 1]),
    },
    {
      note: "negative numbers beside uneven pads",
      inputs: [{ dims: [1, 1, 3, 4], from: -4, to: -1 }],
      attributes: windows([3, 2], [1, 3], [2, 0, 1, 1]),
    },
    { note: "one spatial axis", inputs: [{ dims: [2, 2, 7] }], attributes: windows([3], [2], [1, 0]) },
    {
      note: "windows of one pixel",
      inputs: [{ dims: [1, 1, 3, 1] }],
      attributes: windows([1, 1], [2, 1], [0, 0, 0, 0]),
    },
  ],
});

export const maxPoolScatterOp = defineOp<Windows>({
  name: "MaxPoolScatter",
  types: ([x], _w, where) => [{ shape: x.shape, dtype: needF32(where, x) }],
  onnx: (g, [x, perWindow], { inputs, attributes }) => {
    const w = attributes as Windows;
    const flat = (v: string): string => g.node("Reshape", [v, g.ints([-1])]);
    const zeros = g.node("Expand", [g.scalar(0), g.ints([sizeOf(inputs[0].shape)])]);
    const summed = g.node("ScatterElements", [zeros, flat(places(g, x, w)), flat(perWindow)], {
      axis: { kind: "int", value: 0 },
      reduction: { kind: "string", value: sideBySide(w) ? "none" : "add" },
    });
    return [g.node("Reshape", [summed, g.ints(dimsOf(inputs[0].shape))])];
  },
  grad: ({ inputs: [x], attributes }, [dy]) => [undefined, dy && gather(x, dy, attributes as Windows)],
  exact: ([x, perWindow], { attributes }) => {
    const out = new Float64Array(x.data.length);
    const pooled = perWindow.dims.map((size) => ({ name: "", size }));
    largestIn(x, pooled, attributes).forEach((element, window) => void (out[element] += perWindow.data[window]));
    return [out];
  },
  cases: [
    {
      note: "side by side",
      inputs: [{ dims: [2, 1, 4, 5] }, { dims: [2, 1, 2, 2] }],
      attributes: windows([2, 2], [2, 2], [0, 0, 0, 0]),
    },
    {
      note: "overlapping, padded",
      inputs: [{ dims: [1, 2, 4, 4] }, { dims: [1, 2, 4, 4] }],
      attributes: windows([3, 3], [1, 1], [1, 1, 1, 1]),
    },
    {
      note: "one spatial axis",
      inputs: [{ dims: [2, 1, 5] }, { dims: [2, 1, 4] }],
      attributes: windows([2], [1], [0, 0]),
    },
  ],
});

export const maxPoolGatherOp = defineOp<Windows>({
  name: "MaxPoolGather",
  types: ([x], w, where) => [{ shape: pooledShape(x.shape, w), dtype: needF32(where, x) }],
  onnx: (g, [x, numbers], { attributes }) => [
    g.node("Gather", [g.node("Reshape", [numbers, g.ints([-1])]), places(g, x, attributes as Windows)]),
  ],
  grad: ({ inputs: [x], attributes }, [dy]) => [undefined, dy && scatter(x, dy, attributes as Windows)],
  exact: ([x, numbers], { attributes, outputs: [y] }) => [
    Float64Array.from(largestIn(x, y.shape, attributes), (element) => numbers.data[element]),
  ],
  cases: [
    {
      note: "side by side",
      inputs: [{ dims: [2, 1, 4, 4] }, { dims: [2, 1, 4, 4] }],
      attributes: windows([2, 2], [2, 2], [0, 0, 0, 0]),
    },
    {
      note: "overlapping, padded",
      inputs: [{ dims: [1, 2, 4, 4] }, { dims: [1, 2, 4, 4] }],
      attributes: windows([3, 3], [2, 2], [1, 1, 1, 1]),
    },
  ],
});

/** ONNX: where in the whole of x, counted row by row, the first largest element of every window lies. */
function places(g: Lowering, x: string, w: Windows): string {
  return g.nodes("MaxPool", [x], 2, onnxWindows(w))[1];
}

/** The same in float64. */
function largestIn(x: Tensor64, pooled: Shape, w: Windows): number[] {
  const best = new Array<number>(countOf(dimsOf(pooled))).fill(-1);
  eachInWindow(x.dims, dimsOf(pooled), w, (element, window) => {
    if (best[window] < 0 || x.data[element] > x.data[best[window]]) best[window] = element;
  });
  return best;
}

const onnxWindows = ({ kernel, strides, pads }: Windows) =>
  ({
    kernel_shape: { kind: "ints", value: kernel },
    strides: { kind: "ints", value: strides },
    pads: { kind: "ints", value: pads },
  }) as const;

function windows(kernel: readonly number[], strides: readonly number[], pads: readonly number[]): Windows {
  return { kernel, strides, pads };
}
