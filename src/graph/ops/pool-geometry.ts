/** Windows that move over the spatial axes of (batch, channels, one or two spatial axes). */
import { ShapeError } from "../../base/errors.ts";
import { axis, dimsOf, type Shape, showShape } from "../../base/shape.ts";
import { countOf, eachIndex, stridesOf } from "../tensor64.ts";

/** How a pool's window moves; a number stands for every spatial axis. */
export interface PoolSettings {
  /** Size of the window, pixels. */
  readonly kernel: number | readonly number[];
  /** Steps of the window, pixels (default: its size, so that windows lie side by side). */
  readonly strides?: number | readonly number[];
  /** Pixels around the input: one number for all sides, or the widths before every axis, then those after (default 0). */
  readonly pads?: number | readonly number[];
}

/** The same with every number spelt out, as ops keep it. A type, not an interface: attributes are records. */
export type Windows = {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
};

/** Spells out the settings for an input of this shape. @throws ShapeError if they do not fit it */
export function windowsOf(where: string, s: Shape, { kernel, strides = kernel, pads = 0 }: PoolSettings): Windows {
  const axes = checkImages(where, s);
  const list = (v: number | readonly number[], n: number): readonly number[] =>
    typeof v === "number" ? new Array<number>(n).fill(v) : v;
  const w = { kernel: list(kernel, axes), strides: list(strides, axes), pads: list(pads, 2 * axes) };
  const whole = (v: readonly number[], n: number, least: number): boolean =>
    v.length === n && v.every((x) => Number.isInteger(x) && x >= least);
  const fits =
    whole(w.kernel, axes, 1) &&
    whole(w.strides, axes, 1) &&
    whole(w.pads, 2 * axes, 0) &&
    w.pads.every((p, i) => p < w.kernel[i % axes]) &&
    w.kernel.every((k, i) => k <= s[2 + i].size + w.pads[i] + w.pads[i + axes]);
  if (fits) return w;
  throw new ShapeError({
    where,
    expected: `a kernel, and strides, of ${axes} whole numbers of at least 1 and pads of ${2 * axes} below the kernel, the kernel not larger than the padded ${showShape(s)}`,
    got: `kernel [${w.kernel}], strides [${w.strides}], pads [${w.pads}]`,
    fix: "give one number for all axes, or one for each; take a smaller kernel",
  });
}

/** The number of spatial axes. @throws ShapeError unless it is one or two */
export function checkImages(where: string, s: Shape): number {
  if (s.length === 3 || s.length === 4) return s.length - 2;
  throw new ShapeError({
    where,
    expected: "(batch, channels, one or two spatial axes)",
    got: showShape(s),
    fix: "reshape to these axes",
  });
}

/** The same batch and channels with other spatial sizes. An axis whose size changes loses its name. */
export function withSpatial(s: Shape, sizes: readonly number[]): Shape {
  return [...s.slice(0, 2), ...s.slice(2).map((a, i) => axis(a.size === sizes[i] ? a.name : "", sizes[i]))];
}

/** The shape with one element per window. */
export function pooledShape(s: Shape, { kernel, strides, pads }: Windows): Shape {
  const count = (n: number, i: number): number =>
    Math.floor((n + pads[i] + pads[i + kernel.length] - kernel[i]) / strides[i]) + 1;
  return withSpatial(s, dimsOf(s.slice(2)).map(count));
}

/** True if the windows lie side by side from the first pixel on, so that no pixel is in two of them. */
export function sideBySide({ kernel, strides, pads }: Windows): boolean {
  return kernel.every((k, i) => k === strides[i]) && pads.every((p) => p === 0);
}

/** Visits every element of a tensor of sizes `dims` together with every window it lies in, row by row within each window. */
export function eachInWindow(
  dims: readonly number[],
  pooled: readonly number[],
  { kernel, strides, pads }: Windows,
  visit: (element: number, window: number) => void,
): void {
  const steps = stridesOf(dims);
  eachIndex(pooled, (index, window) => {
    eachIndex(kernel, (tap) => {
      const at = index.map((j, i) => (i < 2 ? j : j * strides[i - 2] + tap[i - 2] - pads[i - 2]));
      if (at.every((j, i) => j >= 0 && j < dims[i]))
        visit(
          at.reduce((n, j, i) => n + j * steps[i], 0),
          window,
        );
    });
  });
}

/** Number of pixels of each window that lie inside the input, row by row over the spatial axes of the output. */
export function pixelsInside(s: Shape, w: Windows): Float64Array {
  const pooled = [1, 1, ...dimsOf(pooledShape(s, w).slice(2))];
  const counts = new Float64Array(countOf(pooled));
  eachInWindow([1, 1, ...dimsOf(s.slice(2))], pooled, w, (_element, window) => void counts[window]++);
  return counts;
}
