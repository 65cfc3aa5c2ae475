/** Averages of windows, and repetition of pixels, which is the adjoint of averaging windows that lie side by side (times their size). */
import { ShapeError } from "../../base/errors.ts";
import { dimsOf, sizeOf } from "../../base/shape.ts";
import { constant } from "../leaves.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import { countOf, eachIndex, stridesOf } from "../tensor64.ts";
import { type Value, whereNow } from "../value.ts";
import { mul } from "./arithmetic.ts";
import {
  checkImages,
  eachInWindow,
  type PoolSettings,
  pixelsInside,
  pooledShape,
  sideBySide,
  type Windows,
  windowsOf,
  withSpatial,
} from "./pool-geometry.ts";
import { pad, spread } from "./slice.ts";

/**
 * The average of every window.
 * @param x (batch, channels, one or two spatial axes)
 * @param settings `countPads`: pads count as pixels of value 0 (default, as in PyTorch); false: only pixels inside x are averaged
 * @returns (batch, channels, ⌊(size + pads − kernel) / stride⌋ + 1 for every spatial axis)
 * @throws ShapeError if the window does not fit x
 */
export function averagePool(
  x: Value,
  { countPads = true, ...settings }: PoolSettings & { readonly countPads?: boolean },
): Value {
  const w = windowsOf(whereNow("AveragePool"), x.shape, settings);
  const y = average(x, w);
  if (countPads || w.pads.every((p) => p === 0)) return y;
  const share = pixelsInside(x.shape, w).map((inside) => countOf(w.kernel) / inside);
  return mul(y, constant(share, dimsOf(y.shape.slice(2))));
}

const average = (x: Value, w: Windows): Value => apply(averagePoolOp, [x], w)[0];

export const averagePoolOp = defineOp<Windows>({
  name: "AveragePool",
  types: ([x], w, where) => [{ shape: pooledShape(x.shape, w), dtype: needF32(where, x) }],
  onnx: (g, [x], { attributes: { kernel, strides, pads } }) => [
    g.node("AveragePool", [x], {
      kernel_shape: { kind: "ints", value: kernel as readonly number[] },
      strides: { kind: "ints", value: strides as readonly number[] },
      pads: { kind: "ints", value: pads as readonly number[] },
      count_include_pad: { kind: "int", value: 1 },
    }),
  ],
  grad: ({ inputs: [x], attributes }, [dy]) => [dy && spreadAverages(dy, dimsOf(x.shape), attributes as Windows)],
  exact: ([x], { attributes, outputs: [y] }) => {
    const out = new Float64Array(sizeOf(y.shape));
    eachInWindow(x.dims, dimsOf(y.shape), attributes, (element, window) => {
      out[window] += x.data[element] / countOf(attributes.kernel);
    });
    return [out];
  },
  cases: [
    { note: "side by side", inputs: [{ dims: [2, 1, 4, 6] }], attributes: windows([2, 3], [2, 3], [0, 0, 0, 0]) },
    { note: "pixels left over", inputs: [{ dims: [1, 2, 5, 3] }], attributes: windows([2, 2], [2, 2], [0, 0, 0, 0]) },
    {
      note: "overlapping, padded",
      inputs: [{ dims: [2, 2, 4, 5] }],
      attributes: windows([3, 3], [2, 2], [1, 1, 1, 1]),
    },
    {
      note: "side by side, padded",
      inputs: [{ dims: [1, 1, 4, 3] }],
      attributes: windows([2, 2], [2, 2], [1, 1, 1, 0]),
    },
    { note: "uneven pads", inputs: [{ dims: [1, 1, 3, 4] }], attributes: windows([3, 2], [1, 3], [2, 0, 1, 1]) },
    {
      note: "gaps between windows",
      inputs: [{ dims: [1, 1, 8, 1] }],
      attributes: windows([2, 1], [3, 1], [1, 0, 0, 0]),
    },
    { note: "one spatial axis", inputs: [{ dims: [2, 2, 7] }], attributes: windows([3], [1], [1, 2]) },
  ],
});

/** The adjoint of averaging: every window's number, divided by the window's size, is added to all its pixels. */
function spreadAverages(dy: Value, dims: readonly number[], w: Windows): Value {
  const { kernel, strides, pads } = w;
  const covered = dy.shape.slice(2).map((a, i) => (a.size - 1) * strides[i] + kernel[i]);
  const left = covered.map((n, i) => dims[i + 2] + pads[i] + pads[i + kernel.length] - n); // pixels behind the last window
  if (sideBySide(w)) {
    return pad(upsampleNearest(mul(dy, 1 / countOf(kernel)), kernel), [
      [0, 0],
      [0, 0],
      ...left.map((n) => [0, n] as const),
    ]);
  }
  // A pixel's windows are a window themselves, in the output spread out by the stride: averaging once more adds them up.
  const axes = kernel.map((_, i) => i + 2);
  const steps = strides.every((s) => s === 1);
  const apart = steps ? dy : spread(dy, { axes, before: axes.map(() => 0), after: left, steps: strides });
  return average(apart, {
    kernel,
    strides: kernel.map(() => 1),
    pads: pads.map((p, i) => kernel[i % kernel.length] - 1 - p),
  });
}

/**
 * Every pixel repeated `factor` times along the spatial axes (nearest-neighbour upsampling).
 * @param x      (batch, channels, one or two spatial axes)
 * @param factor one whole number for all spatial axes, or one for each
 * @returns (batch, channels, size · factor for every spatial axis)
 */
export function upsampleNearest(x: Value, factor: number | readonly number[]): Value {
  const where = whereNow("UpsampleNearest");
  const axes = checkImages(where, x.shape);
  const factors = typeof factor === "number" ? new Array<number>(axes).fill(factor) : factor;
  if (factors.length !== axes || factors.some((f) => !Number.isInteger(f) || f < 1)) {
    throw new ShapeError({
      where,
      expected: `${axes} whole factors of at least 1`,
      got: `[${factors}]`,
      fix: "give one factor for all spatial axes, or one for each",
    });
  }
  return countOf(factors) === 1 ? x : apply(upsampleNearestOp, [x], { factors })[0];
}

export const upsampleNearestOp = defineOp<{ factors: readonly number[] }>({
  name: "UpsampleNearest",
  types: ([x], { factors }, where) => [
    {
      shape: withSpatial(
        x.shape,
        factors.map((f, i) => f * x.shape[i + 2].size),
      ),
      dtype: needF32(where, x),
    },
  ],
  onnx: (g, [x], { attributes: { factors } }) => {
    const scales = g.node("Cast", [g.ints([1, 1, ...(factors as readonly number[])])], {
      to: { kind: "int", value: 1 },
    });
    return [
      g.node("Resize", [x, "", scales], {
        mode: { kind: "string", value: "nearest" },
        coordinate_transformation_mode: { kind: "string", value: "asymmetric" },
        nearest_mode: { kind: "string", value: "floor" },
      }),
    ];
  },
  grad: ({ attributes }, [dy]) => {
    const kernel = attributes["factors"] as readonly number[];
    return [
      dy &&
        mul(
          average(
            dy,
            windows(
              kernel,
              kernel,
              [...kernel, ...kernel].map(() => 0),
            ),
          ),
          countOf(kernel),
        ),
    ];
  },
  exact: ([x], { attributes: { factors }, outputs: [y] }) => {
    const strides = stridesOf(x.dims);
    const out = new Float64Array(sizeOf(y.shape));
    eachIndex(dimsOf(y.shape), (index, flat) => {
      const at = index.map((j, i) => (i < 2 ? j : Math.floor(j / factors[i - 2])));
      out[flat] = x.data[at.reduce((n, j, i) => n + j * strides[i], 0)];
    });
    return [out];
  },
  cases: [
    { note: "another factor for each axis", inputs: [{ dims: [2, 2, 2, 3] }], attributes: { factors: [3, 2] } },
    { note: "one spatial axis", inputs: [{ dims: [2, 1, 3] }], attributes: { factors: [2] } },
    { note: "a single pixel", inputs: [{ dims: [1, 2, 1, 1] }], attributes: { factors: [2, 5] } },
  ],
});

function windows(kernel: readonly number[], strides: readonly number[], pads: readonly number[]): Windows {
  return { kernel, strides, pads };
}
