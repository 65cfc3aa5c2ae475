/** How a convolution's window moves, and what sizes follow from that. */
import { ShapeError } from "../../base/errors.ts";
import { type Shape, showShape } from "../../base/shape.ts";

/** Settings of a convolution; a number stands for every spatial axis. */
export interface ConvSettings {
  /** Steps of the window, pixels (default 1). */
  readonly strides?: number | readonly number[];
  /** Zeros around the input, pixels: one number for all sides, or the widths before every axis, then those after (default 0). */
  readonly pads?: number | readonly number[];
  /** Distance between neighbouring taps of the kernel, pixels (default 1). */
  readonly dilations?: number | readonly number[];
  /** Channels are cut into this many groups that do not see each other (default 1). */
  readonly groups?: number;
}

/** The same with every number spelt out, as ops keep it. A type, not an interface: attributes are records. */
export type Geometry = {
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
};

/** The geometry among an op's attributes. */
export const geometryIn = ({ strides, pads, dilations, groups }: Geometry): Geometry => ({
  strides,
  pads,
  dilations,
  groups,
});

/** Spells out the settings for a number of spatial axes. @throws ShapeError if a setting does not fit */
export function geometryOf(where: string, s: ConvSettings, axes: number): Geometry {
  const list = (name: string, v: number | readonly number[], length: number, least: number): readonly number[] => {
    const all = typeof v === "number" ? new Array<number>(length).fill(v) : v;
    if (all.length === length && all.every((n) => Number.isInteger(n) && n >= least)) return all;
    throw new ShapeError({
      where,
      expected: `${name}: ${length} whole numbers of at least ${least}`,
      got: `[${all}]`,
      fix: `give one number for all, or ${length === axes ? "one for every spatial axis" : "the widths before every axis, then those after"}`,
    });
  };
  return {
    strides: list("strides", s.strides ?? 1, axes, 1),
    pads: list("pads", s.pads ?? 0, 2 * axes, 0),
    dilations: list("dilations", s.dilations ?? 1, axes, 1),
    groups: list("groups", s.groups ?? 1, 1, 1)[0],
  };
}

/** Pixels that a kernel covers along an axis, holes included. */
export const reach = (g: Geometry, kernel: readonly number[], axis: number): number =>
  g.dilations[axis] * (kernel[axis] - 1) + 1;

/** Spatial sizes of the output. @throws ShapeError if the kernel is larger than the padded input */
export function outputSizes(where: string, g: Geometry, sizes: readonly number[], kernel: readonly number[]): number[] {
  return sizes.map((n, i) => {
    const room = n + g.pads[i] + g.pads[i + sizes.length] - reach(g, kernel, i);
    if (room >= 0) return Math.floor(room / g.strides[i]) + 1;
    throw new ShapeError({
      where,
      expected: `an input of at least ${reach(g, kernel, i)} pixels with its pads along spatial axis ${i}`,
      got: `${n} + ${g.pads[i]} + ${g.pads[i + sizes.length]}`,
      fix: "pad more, or take a smaller kernel or dilation",
    });
  });
}

/** Refuses an input and a kernel that do not belong together. */
export function checkConv(where: string, g: Geometry, x: Shape, w: Shape): void {
  const axes = x.length - 2;
  const fits =
    (axes === 1 || axes === 2) &&
    w.length === x.length &&
    g.strides.length === axes &&
    x[1].size === w[1].size * g.groups &&
    w[0].size % g.groups === 0;
  if (fits) return;
  throw new ShapeError({
    where,
    expected: `an input (batch, channels, one or two spatial axes) and a kernel (outputs, channels / ${g.groups}, the same spatial axes), outputs divisible by ${g.groups}`,
    got: `${showShape(x)} and ${showShape(w)}`,
    fix: "check the channels that the layer before gives, and the groups",
  });
}

/** Sizes of a convolution as loops need them; a single spatial axis counts as a row. */
export interface Taps {
  readonly batch: number;
  readonly x: readonly [channels: number, height: number, width: number];
  readonly w: readonly [outputs: number, height: number, width: number];
  readonly y: readonly [height: number, width: number];
}

/**
 * Visits every product of a convolution: element `x` of the input times element `w` of the kernel counts into element `y` of the output.
 * The three derivatives of the convolution are sums over the same triples.
 */
export function eachTap(g: Geometry, t: Taps, visit: (x: number, w: number, y: number) => void): void {
  const [C, H, W] = t.x;
  const [O, KH, KW] = t.w;
  const [OH, OW] = t.y;
  const row = g.strides.length === 1;
  const two = (v: readonly number[], one: number): readonly [number, number] => (row ? [one, v[0]] : [v[0], v[1]]);
  const [sh, sw] = two(g.strides, 1);
  const [dh, dw] = two(g.dilations, 1);
  const [ph, pw] = two(g.pads, 0);
  const [Cg, Og] = [C / g.groups, O / g.groups];
  for (let n = 0; n < t.batch; n++)
    for (let o = 0; o < O; o++)
      for (let c = 0; c < Cg; c++)
        for (let i = 0; i < KH; i++)
          for (let j = 0; j < KW; j++)
            for (let p = 0; p < OH; p++) {
              const h = p * sh + i * dh - ph;
              if (h < 0 || h >= H) continue;
              for (let q = 0; q < OW; q++) {
                const v = q * sw + j * dw - pw;
                if (v < 0 || v >= W) continue;
                const channel = Math.floor(o / Og) * Cg + c;
                visit(
                  ((n * C + channel) * H + h) * W + v,
                  ((o * Cg + c) * KH + i) * KW + j,
                  ((n * O + o) * OH + p) * OW + q,
                );
              }
            }
}

/** The sizes that `eachTap` wants, from shapes' bare sizes. */
export function tapsOf(x: readonly number[], w: readonly number[], y: readonly number[]): Taps {
  const hw = (d: readonly number[]): [number, number] => (d.length === 3 ? [1, d[2]] : [d[2], d[3]]);
  return { batch: x[0], x: [x[1], ...hw(x)], w: [w[0], ...hw(w)], y: hw(y) };
}
