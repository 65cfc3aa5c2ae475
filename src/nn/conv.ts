import { ShapeError } from "../base/errors.ts";
import { type Axis, axis, dimsOf, type Shape, showShape } from "../base/shape.ts";
import { variable } from "../graph/leaves.ts";
import { add } from "../graph/ops/arithmetic.ts";
import { conv } from "../graph/ops/conv.ts";
import { named, type Value } from "../graph/value.ts";
import type { Layer } from "./dense.ts";
import { type Init, initialOf } from "./initializers.ts";
import { perChannel } from "./per-channel.ts";

/** How a convolution is built. A number stands for every spatial axis. */
export interface ConvOptions {
  /** Channels of the input. */
  readonly from: Axis;
  /** Channels of the output. */
  readonly to: Axis;
  /** Taps along each spatial axis. */
  readonly kernel: number | readonly number[];
  /** Steps of the window, pixels (1). */
  readonly stride?: number | readonly number[];
  /**
   * Zeros around the input, pixels: one number for all sides (default 0), the widths before every axis and then those after, or
   * "same": as many as make the output ⌈input / stride⌉ large, the odd one at the end.
   */
  readonly pads?: number | readonly number[] | "same";
  /** Distance between taps, pixels (1). */
  readonly dilation?: number | readonly number[];
  /** Channels are cut into this many groups that do not see each other (1). */
  readonly groups?: number;
  /** First weights (default Glorot uniform; its fans are channels per group × taps). */
  readonly init?: Init;
  readonly bias?: boolean;
  /** First biases (default 0). */
  readonly biasInit?: Init;
}

/** Convolution over one spatial axis; see `convolution`. */
export function conv1d(name: string, options: ConvOptions): Layer {
  return convolution(name, 1, options);
}

/** Convolution over two spatial axes; see `convolution`. */
export function conv2d(name: string, options: ConvOptions): Layer {
  return convolution(name, 2, options);
}

/**
 * y[n, o, p] = b[o] + Σ_{c,k} w[o, c, k]·x[n, c, p·stride + k·dilation − pad]: (batch, from, …spatial) → (batch, to, …spatial).
 * @param name   names the variables "<name>/weight" (to, from / groups, …kernel) and "<name>/bias" (to)
 * @param rank   number of spatial axes, 1 or 2
 * @throws ShapeError if the groups do not divide the channels, or the input does not fit
 */
export function convolution(name: string, rank: 1 | 2, options: ConvOptions): Layer {
  const { from, to, pads = 0, groups = 1, init = "glorot-uniform", bias = true, biasInit = "zeros" } = options;
  checkGroups(name, from, to, groups);
  const [kernel, strides, dilations] = [options.kernel, options.stride ?? 1, options.dilation ?? 1].map((v) =>
    eachAxis(name, v, rank),
  );
  const taps = kernel.reduce((n, k) => n * k, 1);
  const fans = { in: (from.size / groups) * taps, out: (to.size / groups) * taps, rows: to.size };
  const W = variable(`${name}/weight`, [to, axis(from.name, from.size / groups), ...kernel], initialOf(init, fans));
  const b = bias ? variable(`${name}/bias`, [to], initialOf(biasInit, fans)) : undefined;
  const layer = (x: Value): Value =>
    named(name, () => {
      checkInput(name, x.shape, from, rank);
      const sizes = dimsOf(x.shape.slice(2));
      const width = pads === "same" ? samePads(sizes, kernel, strides, dilations) : pads;
      const y = conv(x, W, { strides, dilations, groups, pads: width });
      return b ? add(y, perChannel(b, y)) : y;
    });
  return Object.assign(layer, { variables: b ? [W, b] : [W] });
}

/** Pads, before every axis and then after, that make the output ⌈size / stride⌉ large. */
export function samePads(
  sizes: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): number[] {
  const total = sizes.map((n, i) => {
    const outputs = Math.ceil(n / strides[i]);
    return Math.max((outputs - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1 - n, 0);
  });
  return [...total.map((t) => Math.floor(t / 2)), ...total.map((t) => Math.ceil(t / 2))];
}

/** A setting spelt out for every spatial axis. */
export function eachAxis(where: string, v: number | readonly number[], rank: number): readonly number[] {
  const all = typeof v === "number" ? new Array<number>(rank).fill(v) : v;
  if (all.length === rank && all.every((n) => Number.isInteger(n) && n > 0)) return all;
  throw new ShapeError({
    where,
    expected: `a whole number above 0, or ${rank} of them, one for every spatial axis`,
    got: `[${all}]`,
    fix: "correct the kernel, stride or dilation",
  });
}

/** Refuses channels that cannot be cut into the groups. */
export function checkGroups(where: string, from: Axis, to: Axis, groups: number): void {
  if (from.size % groups === 0 && to.size % groups === 0) return;
  throw new ShapeError({
    where,
    expected: `channels divisible by ${groups}, the number of groups`,
    got: `${from.size} in and ${to.size} out`,
    fix: "choose a number of groups that divides both",
  });
}

/** Refuses an input of other channels or rank, in the layer's words. */
export function checkInput(where: string, s: Shape, from: Axis, rank: number): void {
  if (s.length === rank + 2 && s[1].size === from.size) return;
  throw new ShapeError({
    where,
    expected: `an input (batch, ${from.name || "channel"}=${from.size}, ${rank} spatial ${rank === 1 ? "axis" : "axes"})`,
    got: showShape(s),
    fix: "check the channels of the layer before, and conv1d against conv2d",
  });
}
