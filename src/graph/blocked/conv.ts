/** Convolutions whose images lie in the blocked layout. They take the kernels as they are and lay them out in the graph. */
import { axis, dimsOf, type Shape } from "../../base/shape.ts";
import { ints } from "../../onnx/attribute.ts";
import type { Attribute } from "../../onnx/model.ts";
import { apply, defineOp, type Lowering, needF32 } from "../op.ts";
import { convOp, convTransposeOp } from "../ops/conv.ts";
import { type Geometry, outputSizes, reach } from "../ops/conv-geometry.ts";
import type { Tensor64 } from "../tensor64.ts";
import type { Value } from "../value.ts";
import { blockFilter, filter, firstFilter, matrixFilter, swappedBlocks, taps } from "./filters.ts";
import { asImage, asTensor, BLOCK, eachElement, NCHWC, nominalShape } from "./layout.ts";

/** A function that the runtime applies to the result before it stores it. */
export type Activation = "" | "Relu" | "LeakyRelu" | "Sigmoid" | "Tanh";

/**
 * How a kernel lies in memory: (outputs, channels, kernel height, width); or that of a single pixel as (channels, outputs, 1, 1), the matrix
 * of a product; or in the blocks that the runtime reads, (outputs / 16, channels / 16, 16 channels, 16 outputs).
 */
export type KernelOrder = "" | "inputs-first" | "blocks";

type Fused = Geometry & {
  readonly bias: boolean;
  readonly sum: boolean;
  readonly activation: Activation;
  readonly slope: number;
  readonly kernel: KernelOrder;
  /** The result has its nominal shape. */
  readonly nominal?: boolean;
};
type FusedTranspose = Geometry & { readonly sum: boolean; readonly sizes: readonly number[] };

/** What may be computed along with a convolution: activation(conv(x, w) + bias + sum). */
export interface Along {
  readonly bias?: Value;
  readonly sum?: Value;
  readonly activation?: Activation;
  /** Of a leaky ReLU below 0. */
  readonly slope?: number;
  readonly kernel?: KernelOrder;
}

/**
 * `conv` with a blocked result.
 * @param x blocked, or plain with fewer than 16 channels (batch, channels, height, width)
 * @param w plain (outputs, channels, kernel height, width), outputs a multiple of 16
 * @param g of two spatial axes, without groups
 */
export function blockedConv(
  x: Value,
  w: Value,
  g: Geometry,
  { bias, sum, activation = "", slope = 0, kernel = "" }: Along = {},
): Value {
  const inputs = [x, w, ...(bias ? [bias] : []), ...(sum ? [sum] : [])];
  return apply(blockedConvOp, inputs, { ...g, bias: !!bias, sum: !!sum, activation, slope, kernel })[0];
}

/** `convTranspose` of and to blocked tensors: from a gradient g of the output to one of the input with these spatial sizes, plus `sum`. */
export function blockedConvTranspose(
  g: Value,
  w: Value,
  geometry: Geometry,
  sizes: readonly number[],
  sum?: Value,
): Value {
  return apply(blockedConvTransposeOp, [g, w, ...(sum ? [sum] : [])], { ...geometry, sizes, sum: !!sum })[0];
}

export const blockedConvOp = defineOp<Fused>({
  name: "BlockedConv",
  types: ([x, w], a, where) => {
    const sizes = outputSizes(where, a, dimsOf(x.shape.slice(2, 4)), kernelSizes(w.shape, a));
    const shape = blockedOf(x.shape[0], outputsOf(w.shape, a), sizes);
    return [{ shape: a.nominal ? nominalShape(shape) : shape, dtype: needF32(where, x) }];
  },
  onnx: (g, names, { inputs, outputs, attributes }) => {
    const a = attributes as unknown as Fused;
    const [x, w] = inputs;
    const image = asImage(g, names[0], x.shape);
    const orders = {
      "": isBlocked(dimsOf(x.shape)) ? filter : firstFilter,
      "inputs-first": matrixFilter,
      blocks: blockFilter,
    };
    const kernel = orders[a.kernel ?? ""](g, names[1], dimsOf(w.shape));
    const rest = names.slice(2);
    const bias = a.bias ? rest.shift()! : "";
    const sum = a.sum ? asImage(g, rest[0], outputs[0].shape) : "";
    const given = [image, kernel, ...(bias || sum ? [bias] : []), ...(sum ? [sum] : [])];
    return [
      asTensor(
        g,
        g.node("Conv", given, settings(a, kernelSizes(w.shape, a), a.pads, a.activation, a.slope), NCHWC),
        outputs[0].shape,
      ),
    ];
  },
  grad: "none",
  exact: (tensors, { attributes: a, outputs: [y] }) => {
    const [x, given, ...rest] = tensors;
    const w = outputsFirst(given, a.kernel);
    const out = imageOf(y.shape);
    const [plain] = convOp.exact([unblocked(x), w], { attributes: a, outputs: [{ shape: out, dtype: "f32" }] });
    const bias = a.bias ? rest.shift()! : undefined;
    const [, O, H, W] = dimsOf(out);
    const biased = bias ? plain.map((v, i) => v + bias.data[Math.floor(i / (H * W)) % O]) : plain;
    const result = blockedNumbers(biased, dimsOf(out));
    const [sum] = a.sum ? rest : [];
    const f = {
      "": (v: number) => v,
      Relu: (v: number) => Math.max(v, 0),
      LeakyRelu: (v: number) => (v > 0 ? v : a.slope * v),
      Sigmoid: (v: number) => 1 / (1 + Math.exp(-v)),
      Tanh: Math.tanh,
    };
    return [result.map((v, i) => f[a.activation](v + (sum?.data[i] ?? 0)))];
  },
  cases: [
    {
      note: "3×3, with bias, sum and tanh",
      inputs: [
        { dims: [2, 1, 4, 3, 16] },
        { dims: [32, 16, 3, 3], from: -0.2, to: 0.2 },
        { dims: [32] },
        { dims: [2, 2, 4, 3, 16] },
      ],
      attributes: { ...square(1, 1), bias: true, sum: true, activation: "Tanh", slope: 0, kernel: "" },
    },
    {
      note: "4×4, stride 2, with a sum",
      inputs: [{ dims: [1, 2, 6, 4, 16] }, { dims: [16, 32, 4, 4] }, { dims: [1, 1, 3, 2, 16] }],
      attributes: { ...square(2, 1), bias: false, sum: true, activation: "", slope: 0, kernel: "" },
    },
    {
      note: "a plain image of three channels, with bias and sigmoid",
      inputs: [{ dims: [2, 3, 5, 4] }, { dims: [16, 3, 3, 3] }, { dims: [16] }],
      attributes: { ...square(1, 1), bias: true, sum: false, activation: "Sigmoid", slope: 0, kernel: "" },
    },
    {
      note: "1×1, with leaky ReLU",
      inputs: [{ dims: [2, 1, 2, 2, 16] }, { dims: [16, 16, 1, 1] }],
      attributes: { ...square(1, 0), bias: false, sum: false, activation: "LeakyRelu", slope: 0.2, kernel: "" },
    },
    {
      note: "the product of a matrix",
      inputs: [{ dims: [2, 2, 1, 3, 16] }, { dims: [32, 16, 1, 1] }, { dims: [16] }],
      attributes: { ...square(1, 0), bias: true, sum: false, activation: "", slope: 0, kernel: "inputs-first" },
    },
    {
      note: "nominal shapes",
      inputs: [{ dims: [2, 16, 4, 3] }, { dims: [32, 16, 3, 3] }, { dims: [2, 32, 4, 3] }],
      attributes: { ...square(1, 1), bias: false, sum: true, activation: "", slope: 0, kernel: "", nominal: true },
    },
    {
      note: "a kernel in blocks",
      inputs: [{ dims: [2, 3, 1, 2, 16] }, { dims: [2, 3, 16, 16] }],
      attributes: { ...square(1, 0), bias: false, sum: false, activation: "", slope: 0, kernel: "blocks" },
    },
    {
      note: "uneven pads, strides and dilations",
      inputs: [{ dims: [1, 1, 5, 7, 16] }, { dims: [16, 16, 2, 3] }],
      attributes: {
        strides: [1, 2],
        pads: [0, 1, 1, 2],
        dilations: [2, 1],
        groups: 1,
        bias: false,
        sum: false,
        activation: "",
      },
    },
  ],
});

export const blockedConvTransposeOp = defineOp<FusedTranspose>({
  name: "BlockedConvTranspose",
  types: ([g, w], a, where) => {
    const shape = blockedOf(g.shape[0], w.shape[1].size, a.sizes);
    return [{ shape: g.shape.length === 4 ? nominalShape(shape) : shape, dtype: needF32(where, g) }];
  },
  onnx: (b, names, { inputs: [g, w], outputs: [x], attributes }) => {
    const a = attributes as unknown as FusedTranspose;
    const image = asImage(b, names[0], g.shape);
    const sum = a.sum ? asImage(b, names[2], x.shape) : undefined;
    const y =
      a.strides[0] === 1 && a.strides[1] === 1
        ? strideOne(b, image, names[1], dimsOf(w.shape), a, sum)
        : byPhases(b, image, names[1], dimsOf(w.shape), a, dimsOf(g.shape), dimsOf(x.shape), sum);
    return [asTensor(b, y, x.shape)];
  },
  grad: "none",
  exact: ([g, w, sum], { attributes: a, outputs: [x] }) => {
    const image = imageOf(x.shape);
    const sizes = image.slice(2);
    const [plain] = convTransposeOp.exact([unblocked(g), w], {
      attributes: { ...a, sizes },
      outputs: [{ shape: image, dtype: "f32" }],
    });
    return [blockedNumbers(plain, dimsOf(image)).map((v, i) => v + (sum?.data[i] ?? 0))];
  },
  cases: [
    {
      note: "3×3, with a sum",
      inputs: [{ dims: [2, 1, 3, 4, 16] }, { dims: [16, 32, 3, 3] }, { dims: [2, 2, 3, 4, 16] }],
      attributes: { ...square(1, 1), sizes: [3, 4], sum: true },
    },
    {
      note: "nominal shapes",
      inputs: [{ dims: [2, 16, 3, 2] }, { dims: [16, 16, 4, 4] }, { dims: [2, 16, 6, 4] }],
      attributes: { ...square(2, 1), sizes: [6, 4], sum: true },
    },
    {
      note: "1×1",
      inputs: [{ dims: [1, 2, 3, 2, 16] }, { dims: [32, 16, 1, 1] }],
      attributes: { ...square(1, 0), sizes: [3, 2], sum: false },
    },
    {
      note: "4×4, stride 2, with a sum",
      inputs: [{ dims: [2, 2, 3, 2, 16] }, { dims: [32, 16, 4, 4] }, { dims: [2, 1, 6, 4, 16] }],
      attributes: { ...square(2, 1), sizes: [6, 4], sum: true },
    },
    {
      note: "3×3, stride 2, a pixel left over",
      inputs: [{ dims: [1, 1, 3, 3, 16] }, { dims: [16, 16, 3, 3] }],
      attributes: { ...square(2, 1), sizes: [6, 5], sum: false },
    },
    {
      note: "5×4, strides 1 and 3",
      inputs: [{ dims: [1, 1, 3, 2, 16] }, { dims: [16, 16, 5, 4] }],
      attributes: { strides: [1, 3], pads: [2, 0, 2, 0], dilations: [1, 1], groups: 1, sizes: [3, 7], sum: false },
    },
  ],
});

function settings(
  g: Geometry,
  kernel: readonly number[],
  pads = g.pads,
  activation: Activation = "",
  slope = 0,
): Record<string, Attribute> {
  return {
    kernel_shape: ints(kernel),
    strides: ints(g.strides),
    pads: ints(pads),
    dilations: ints(g.dilations),
    ...(activation && { activation: { kind: "string", value: activation } as Attribute }),
    ...(activation === "LeakyRelu" && { activation_params: { kind: "floats", value: [slope] } as Attribute }),
  };
}

/** A convolution with the flipped kernel. */
function strideOne(
  b: Lowering,
  g: string,
  w: string,
  dims: readonly number[],
  a: FusedTranspose,
  sum?: string,
): string {
  const [O, I, kh, kw] = dims;
  const n = kh * kw;
  const blocks = swappedBlocks(b, w, dims);
  const flipped =
    n === 1
      ? blocks
      : taps(
          b,
          blocks,
          Array.from({ length: n }, (_, i) => n - 1 - i),
        );
  const kernel = b.node("Reshape", [flipped, b.ints([I, O, kh, kw])]);
  const pads = a.pads.map((p, i) => reach(a, [kh, kw], i % 2) - 1 - p);
  return b.node("Conv", [g, kernel, ...(sum ? ["", sum] : [])], settings(a, [kh, kw], pads), NCHWC);
}

/**
 * Input pixels x = stride·q + r of one remainder r meet the same taps of the kernel, those that leave r + pad when divided by the
 * stride: so each remainder is a small convolution of stride 1, and the results are interleaved.
 */
function byPhases(
  b: Lowering,
  g: string,
  w: string,
  dims: readonly number[],
  a: FusedTranspose,
  gDims: readonly number[],
  xDims: readonly number[],
  sum?: string,
): string {
  const [O, I, , kw] = dims;
  const [N, , Ho, Wo] = gDims;
  const blocks = swappedBlocks(b, w, dims);
  const [sh, sw] = a.strides;
  const [Q, R] = a.sizes.map((n, i) => Math.ceil(n / a.strides[i]));
  const rows: string[] = [];
  for (let r = 0; r < sh; r++) {
    const row: string[] = [];
    for (let q = 0; q < sw; q++) {
      const v = phase(r, a, 0, dims[2], Q, Ho);
      const h = phase(q, a, 1, kw, R, Wo);
      const which = v.taps.flatMap((i) => h.taps.map((j) => i * kw + j));
      const kernel = b.node("Reshape", [taps(b, blocks, which), b.ints([I, O, v.taps.length, h.taps.length])]);
      const y = b.node(
        "Conv",
        [g, kernel],
        {
          kernel_shape: ints([v.taps.length, h.taps.length]),
          strides: ints([1, 1]),
          dilations: ints([1, 1]),
          pads: ints([v.before, h.before, v.after, h.after]),
        },
        NCHWC,
      );
      row.push(b.node("Reshape", [y, b.ints([(N * I * Q * R) / BLOCK, BLOCK])]));
    }
    const joined = row.length === 1 ? row[0] : b.node("Concat", row, { axis: { kind: "int", value: 1 } });
    rows.push(b.node("Reshape", [joined, b.ints([(N * I * Q) / BLOCK, R * sw * BLOCK])]));
  }
  const joined = rows.length === 1 ? rows[0] : b.node("Concat", rows, { axis: { kind: "int", value: 1 } });
  const whole = b.node("Reshape", [joined, b.ints([N, I / BLOCK, Q * sh, R * sw, BLOCK])]);
  const [, , H, W] = xDims;
  const cut =
    Q * sh === H && R * sw === W ? whole : b.node("Slice", [whole, b.ints([0, 0]), b.ints([H, W]), b.ints([2, 3])]);
  const image = b.node("Reshape", [cut, b.ints([N, I, H, W])]);
  return sum ? b.node("Add", [image, sum]) : image;
}

/**
 * The taps and pads of one remainder: x[s·q + r] = Σ_t g[q + t]·w[r + pad − s·t].
 * @param size of the result, Q; gradient pixels before 0 and beyond its end are zeros
 */
export function phase(
  r: number,
  a: Geometry,
  axis: 0 | 1,
  kernel: number,
  size: number,
  given: number,
): { readonly taps: number[]; readonly before: number; readonly after: number } {
  const [s, p] = [a.strides[axis], a.pads[axis]];
  const from = Math.ceil((r + p - kernel + 1) / s);
  const to = Math.floor((r + p) / s);
  const all = Array.from({ length: to - from + 1 }, (_, i) => r + p - s * (from + i));
  return { taps: all, before: -from, after: size - 1 + to - (given - 1) };
}

/** True if the transposed convolution can be done in the blocked layout: every phase has taps and needs no cropping of its input. */
export function hasPhases(
  a: Geometry,
  kernel: readonly number[],
  sizes: readonly number[],
  given: readonly number[],
): boolean {
  if (a.strides.every((s) => s === 1)) return a.pads.every((p, i) => reach(a, kernel, i % 2) - 1 - p >= 0);
  if (a.dilations.some((d) => d !== 1)) return false;
  return ([0, 1] as const).every((i) => {
    const rows = Array.from({ length: a.strides[i] }, (_, r) =>
      phase(r, a, i, kernel[i], Math.ceil(sizes[i] / a.strides[i]), given[i]),
    );
    return rows.every((v) => v.taps.length > 0 && v.before >= 0 && v.after >= 0);
  });
}

const blockedOf = (batch: Shape[number], channels: number, sizes: readonly number[]): Shape => [
  batch,
  axis("", channels / BLOCK),
  ...sizes.map((n) => axis("", n)),
  axis("", BLOCK),
];

/** The plain shape of a blocked image: its nominal one. */
const imageOf = nominalShape;

/** Blocked, under either shape; a plain image has fewer channels than a block. */
const isBlocked = (dims: readonly number[]): boolean => dims.length === 5 || dims[1] >= BLOCK;

const kernelSizes = (w: Shape, { kernel }: Fused): number[] => (kernel === "blocks" ? [1, 1] : dimsOf(w.slice(2)));

function outputsOf([first, second]: Shape, { kernel }: Fused): number {
  return kernel === "blocks" ? first.size * BLOCK : kernel === "inputs-first" ? second.size : first.size;
}

/** A kernel as (outputs, channels, …). */
function outputsFirst(w: Tensor64, order: KernelOrder): Tensor64 {
  const [a, b] = w.dims;
  if (order === "inputs-first") {
    return { dims: [b, a, 1, 1], data: w.data.map((_, at) => w.data[(at % a) * b + Math.floor(at / a)]) };
  }
  if (order !== "blocks") return w;
  const data = new Float64Array(w.data.length);
  const I = b * BLOCK;
  w.data.forEach((v, at) => {
    const [block, i, o] = [Math.floor(at / (BLOCK * BLOCK)), Math.floor(at / BLOCK) % BLOCK, at % BLOCK];
    data[(Math.floor(block / b) * BLOCK + o) * I + (block % b) * BLOCK + i] = v;
  });
  return { dims: [a * BLOCK, I, 1, 1], data };
}

function unblocked(x: Tensor64): Tensor64 {
  if (!isBlocked(x.dims)) return x;
  const [n, c, h, w, block = 1] = x.dims;
  const data = new Float64Array(x.data.length);
  eachElement(n, c * block, h * w, (plain, blocked) => {
    data[plain] = x.data[blocked];
  });
  return { dims: [n, c * block, h, w], data };
}

function blockedNumbers(plain: Float64Array, [n, c, h, w]: readonly number[]): Float64Array {
  const out = new Float64Array(plain.length);
  eachElement(n, c, h * w, (at, blocked) => {
    out[blocked] = plain[at];
  });
  return out;
}

function square(stride: number, pad: number): Geometry {
  return { strides: [stride, stride], pads: [pad, pad, pad, pad], dilations: [1, 1], groups: 1 };
}
