/**
 * Convolution and its derivatives.
 *
 * T(x, w, g) = Σ g ⊙ conv(x, w) is linear in each of its three arguments, and its three partial derivatives are the ops of this file:
 * Conv = ∂T/∂g, ConvTranspose = ∂T/∂x, ConvWeight = ∂T/∂w. So the gradient of each is made of the other two, at any order.
 */
import { ShapeError } from "../../base/errors.ts";
import { type Axis, axis, dimsOf, type Shape, sameDims, showShape } from "../../base/shape.ts";
import { ints } from "../../onnx/attribute.ts";
import type { Attribute } from "../../onnx/model.ts";
import { apply, defineOp, type Lowering, needF32, type OpCase } from "../op.ts";
import { countOf } from "../tensor64.ts";
import { type Node, type TensorType, type Value, whereNow } from "../value.ts";
import {
  type ConvSettings,
  checkConv,
  eachTap,
  type Geometry,
  geometryIn,
  geometryOf,
  outputSizes,
  reach,
  tapsOf,
} from "./conv-geometry.ts";

/**
 * Cross-correlation of a batch with a kernel, as neural networks call convolution: y[n, o, p] = Σ_{c,k} w[o, c, k]·x[n, c, p·stride + k·dilation − pad].
 * @param x (batch, channels, one or two spatial axes)
 * @param w (outputs, channels / groups, one or two kernel axes)
 * @returns (batch, outputs, spatial axes)
 * @throws ShapeError if the two do not belong together, or the kernel is larger than the padded input
 */
export function conv(x: Value, w: Value, settings: ConvSettings = {}): Value {
  return apply(convOp, [x, w], geometryOf(whereNow("Conv"), settings, x.shape.length - 2))[0];
}

/**
 * The exact adjoint of `conv` ("transposed convolution"): every input pixel spreads the kernel over the output.
 * @param x (batch, channels, one or two spatial axes)
 * @param w (channels, outputs / groups, kernel axes): the kernel of the convolution whose adjoint this is
 * @param settings of that convolution; `outputPadding` adds pixels at the far end that the convolution would have left out (below the stride)
 * @returns (batch, outputs, (size − 1)·stride − pads + dilation·(kernel − 1) + 1 + outputPadding)
 */
export function convTranspose(
  x: Value,
  w: Value,
  { outputPadding = 0, ...settings }: ConvSettings & { readonly outputPadding?: number | readonly number[] } = {},
): Value {
  const where = whereNow("ConvTranspose");
  const axes = x.shape.length - 2;
  const g = geometryOf(where, settings, axes);
  const kernel = dimsOf(w.shape.slice(2));
  const one = typeof outputPadding === "number" ? new Array<number>(axes).fill(outputPadding) : outputPadding;
  const extra = geometryOf(where, { pads: [...one, ...one] }, axes).pads;
  const sizes = x.shape
    .slice(2)
    .map((a, i) => (a.size - 1) * g.strides[i] - g.pads[i] - g.pads[i + axes] + reach(g, kernel, i) + extra[i]);
  return adjoint(x, w, {
    ...g,
    sizes: x.shape.slice(2).map((a, i) => axis(a.size === sizes[i] ? a.name : "", sizes[i])),
  });
}

type TransposeSettings = Geometry & { readonly sizes: readonly Axis[] };
type WeightSettings = Geometry & { readonly kernel: readonly Axis[] };

/** ∂T/∂x: from a gradient of the output to one of the input with these spatial sizes. */
const adjoint = (g: Value, w: Value, settings: TransposeSettings): Value => apply(convTransposeOp, [g, w], settings)[0];

/** ∂T/∂w: from the input and a gradient of the output to one of the kernel with these spatial sizes. */
export const convWeight = (x: Value, g: Value, settings: WeightSettings): Value =>
  apply(convWeightOp, [x, g], settings)[0];

const settingsOf = <A>(node: Node): A => node.attributes as unknown as A;

export const convOp = defineOp<Geometry>({
  name: "Conv",
  types: ([x, w], g, where) => {
    needF32(where, w);
    checkConv(where, g, x.shape, w.shape);
    const sizes = outputSizes(where, g, dimsOf(x.shape.slice(2)), dimsOf(w.shape.slice(2)));
    return [{ shape: [x.shape[0], w.shape[0], ...renamed(x.shape.slice(2), sizes)], dtype: needF32(where, x) }];
  },
  onnx: (b, [x, w], node) => [b.node("Conv", [x, w], onnxGeometry(settingsOf<Geometry>(node), node.inputs[1].shape))],
  grad: (node, [dy]) => {
    if (!dy) return [];
    const [x, w] = node.inputs;
    const g = geometryIn(settingsOf<Geometry>(node));
    return [adjoint(dy, w, { ...g, sizes: x.shape.slice(2) }), convWeight(x, dy, { ...g, kernel: w.shape.slice(2) })];
  },
  exact: ([x, w], { attributes, outputs: [y] }) => {
    const out = new Float64Array(countOf(dimsOf(y.shape)));
    eachTap(attributes, tapsOf(x.dims, w.dims, dimsOf(y.shape)), (i, j, k) => {
      out[k] += x.data[i] * w.data[j];
    });
    return [out];
  },
  cases: casesOf((c) => ({ inputs: [{ dims: c.x }, { dims: c.w }], attributes: c.g })),
});

export const convTransposeOp = defineOp<TransposeSettings>({
  name: "ConvTranspose",
  types: ([g, w], a, where) => {
    needF32(where, w);
    const x: Shape = [g.shape[0], axis(w.shape[1]?.name ?? "", (w.shape[1]?.size ?? 0) * a.groups), ...a.sizes];
    checkConv(where, a, x, w.shape);
    checkGradient(where, a, g, x, w.shape);
    return [{ shape: x, dtype: needF32(where, g) }];
  },
  onnx: (b, [g, w], node) => [lowerTranspose(b, g, w, node)],
  grad: (node, [dx]) => {
    if (!dx) return [];
    const [g, w] = node.inputs;
    const a = geometryIn(settingsOf<TransposeSettings>(node));
    return [apply(convOp, [dx, w], a)[0], convWeight(dx, g, { ...a, kernel: w.shape.slice(2) })];
  },
  exact: ([g, w], { attributes, outputs: [x] }) => {
    const out = new Float64Array(countOf(dimsOf(x.shape)));
    eachTap(attributes, tapsOf(dimsOf(x.shape), w.dims, g.dims), (i, j, k) => {
      out[i] += g.data[k] * w.data[j];
    });
    return [out];
  },
  cases: casesOf((c) => ({
    inputs: [{ dims: c.y }, { dims: c.w }],
    attributes: { ...c.g, sizes: c.x.slice(2).map((n) => axis("", n)) },
  })),
});

export const convWeightOp = defineOp<WeightSettings>({
  name: "ConvWeight",
  types: ([x, g], a, where) => {
    needF32(where, x);
    const w: Shape = [g.shape[1], axis(x.shape[1].name, x.shape[1].size / a.groups), ...a.kernel];
    checkConv(where, a, x.shape, w);
    checkGradient(where, a, g, x.shape, w);
    return [{ shape: w, dtype: needF32(where, g) }];
  },
  onnx: (b, [x, g], node) => [lowerWeight(b, x, g, node)],
  grad: (node, [dw]) => {
    if (!dw) return [];
    const [x, g] = node.inputs;
    const a = geometryIn(settingsOf<WeightSettings>(node));
    return [adjoint(g, dw, { ...a, sizes: x.shape.slice(2) }), apply(convOp, [x, dw], a)[0]];
  },
  exact: ([x, g], { attributes, outputs: [w] }) => {
    const out = new Float64Array(countOf(dimsOf(w.shape)));
    eachTap(attributes, tapsOf(x.dims, dimsOf(w.shape), g.dims), (i, j, k) => {
      out[j] += x.data[i] * g.data[k];
    });
    return [out];
  },
  cases: casesOf((c) => ({
    inputs: [{ dims: c.x }, { dims: c.y }],
    attributes: { ...c.g, kernel: c.w.slice(2).map((n) => axis("", n)) },
  })),
});

/** Axes keep their names where their sizes stay. */
const renamed = (axes: Shape, sizes: readonly number[]): Shape =>
  axes.map((a, i) => (a.size === sizes[i] ? a : axis("", sizes[i])));

/** Refuses a gradient that is not of the convolution's output shape. */
function checkGradient(where: string, a: Geometry, g: TensorType, x: Shape, w: Shape): void {
  const sizes = outputSizes(where, a, dimsOf(x.slice(2)), dimsOf(w.slice(2)));
  const y: Shape = [x[0], w[0], ...sizes.map((n) => axis("", n))];
  if (sameDims(g.shape, y)) return;
  throw new ShapeError({
    where,
    expected: `a tensor of the convolution's output shape ${showShape(y)}`,
    got: showShape(g.shape),
    fix: "check strides, pads and dilations; outputPadding must be below the stride",
  });
}

function onnxGeometry(g: Geometry, w: Shape, pads = g.pads): Record<string, Attribute> {
  return {
    kernel_shape: ints(dimsOf(w.slice(2))),
    strides: ints(g.strides),
    pads: ints(pads),
    dilations: ints(g.dilations),
    group: { kind: "int", value: g.groups },
  };
}

/** Stride 1 is a convolution with the flipped kernel, which ONNX Runtime does twice as fast as its ConvTranspose. */
function lowerTranspose(b: Lowering, g: string, w: string, node: Node): string {
  const a = settingsOf<TransposeSettings>(node);
  const shapeW = node.inputs[1].shape;
  const axes = a.sizes.length;
  const kernel = dimsOf(shapeW.slice(2));
  const full = a.pads.map((p, i) => reach(a, kernel, i % axes) - 1 - p);
  if (a.groups === 1 && a.strides.every((s) => s === 1) && full.every((p) => p >= 0)) {
    const swapped = b.node("Transpose", [w], { perm: ints([1, 0, ...kernel.map((_, i) => i + 2)]) });
    const flipped = kernel.every((k) => k === 1) ? swapped : flip(b, swapped, axes);
    return b.node("Conv", [g, flipped], onnxGeometry(a, [shapeW[1], shapeW[0], ...shapeW.slice(2)], full));
  }
  const sizes = node.inputs[0].shape.slice(2).map((s, i) => {
    return (s.size - 1) * a.strides[i] - a.pads[i] - a.pads[i + axes] + reach(a, kernel, i);
  });
  return b.node("ConvTranspose", [g, w], {
    ...onnxGeometry(a, shapeW),
    output_padding: ints(a.sizes.map((s, i) => s.size - sizes[i])),
  });
}

/** Reverses the kernel axes. */
function flip(b: Lowering, w: string, axes: number): string {
  const all = (n: number): string => b.ints(new Array<number>(axes).fill(n));
  return b.node("Slice", [w, all(-1), all(-(2 ** 31)), b.ints(Array.from({ length: axes }, (_, i) => i + 2)), all(-1)]);
}

/**
 * A convolution again: batch and channels change places, the gradient becomes the kernel, strides and dilations change roles. Groups
 * move into the channels, which now hold (group, batch). The plainest form, not the fastest: see the pass "weight-gradients".
 */
function lowerWeight(b: Lowering, x: string, g: string, node: Node): string {
  const a = settingsOf<WeightSettings>(node);
  const [N, C, ...sizes] = dimsOf(node.inputs[0].shape);
  const [, , ...outs] = dimsOf(node.inputs[1].shape);
  const axes = sizes.length;
  const spatial = (from: number): number[] => sizes.map((_, i) => from + i);
  const ends = sizes.map((n, i) => {
    return a.strides[i] * (outs[i] - 1) + reach(a, dimsOf(a.kernel), i) - n - a.pads[i];
  });
  const cropped = ends.some((p) => p < 0)
    ? crop(
        b,
        x,
        sizes.map((n, i) => n + Math.min(0, ends[i])),
      )
    : x;
  const kept = sizes.map((n, i) => n + Math.min(0, ends[i]));
  const G = a.groups;
  const xs =
    G === 1
      ? b.node("Transpose", [cropped], { perm: ints([1, 0, ...spatial(2)]) })
      : b.node("Reshape", [
          b.node("Transpose", [b.node("Reshape", [cropped, b.ints([N, G, C / G, ...kept])])], {
            perm: ints([2, 1, 0, ...spatial(3)]),
          }),
          b.ints([C / G, G * N, ...kept]),
        ]);
  const gs = b.node("Transpose", [g], { perm: ints([1, 0, ...spatial(2)]) });
  const y = b.node("Conv", [xs, gs], {
    kernel_shape: ints(outs),
    strides: ints(a.dilations),
    pads: ints([...a.pads.slice(0, axes), ...ends.map((p) => Math.max(0, p))]),
    dilations: ints(a.strides),
    group: { kind: "int", value: G },
  });
  return b.node("Transpose", [y], { perm: ints([1, 0, ...spatial(2)]) });
}

/** Leaves out the far pixels that no window reaches. */
function crop(b: Lowering, x: string, sizes: readonly number[]): string {
  const axes = sizes.map((_, i) => i + 2);
  return b.node("Slice", [x, b.ints(sizes.map(() => 0)), b.ints(sizes), b.ints(axes)]);
}

interface Example {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly y: readonly number[];
  readonly g: Geometry;
}

/** Every combination of settings in use, as the cases of one of the three ops. */
function casesOf(of: (c: Example) => Omit<OpCase, "note">): OpCase[] {
  const tried: readonly (readonly [string, number[], number[], ConvSettings])[] = [
    ["3×3, same size", [2, 2, 4, 5], [3, 2, 3, 3], { pads: 1 }],
    ["1×1", [2, 3, 2, 2], [2, 3, 1, 1], {}],
    ["4×4, stride 2", [1, 2, 6, 6], [2, 2, 4, 4], { strides: 2, pads: 1 }],
    ["3×3, stride 2, pixels left over", [1, 2, 6, 4], [2, 2, 3, 3], { strides: 2 }],
    [
      "uneven pads, strides and dilations",
      [1, 2, 5, 7],
      [2, 2, 2, 3],
      { strides: [1, 2], pads: [0, 1, 1, 2], dilations: [2, 1] },
    ],
    ["two groups", [2, 4, 4, 3], [2, 2, 3, 3], { pads: 1, groups: 2 }],
    ["depthwise, stride 2", [2, 3, 5, 4], [3, 1, 3, 2], { strides: 2, pads: 1, groups: 3 }],
    ["pads wider than the kernel", [1, 1, 2, 2], [1, 1, 2, 2], { pads: 2 }],
    ["one spatial axis, 3 taps", [2, 2, 6], [3, 2, 3], { pads: 1 }],
    ["one spatial axis, stride 2, dilation 2", [1, 2, 8], [2, 2, 2], { strides: 2, pads: [1, 0], dilations: 2 }],
  ];
  return tried.map(([note, x, w, s]) => {
    const g = geometryOf(note, s, x.length - 2);
    return { note, ...of({ x, w, y: [x[0], w[0], ...outputSizes(note, g, x.slice(2), w.slice(2))], g }) };
  });
}
