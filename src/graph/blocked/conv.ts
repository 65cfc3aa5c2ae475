/** Convolutions whose images lie in the blocked layout. They take the kernels as they are and lay them out in the graph. */
import { dimsOf, type Shape } from "../../base/shape.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import { convOp } from "../ops/conv.ts";
import { type Geometry, outputSizes } from "../ops/conv-geometry.ts";
import type { Tensor64 } from "../tensor64.ts";
import type { Value } from "../value.ts";
import { type Activation, settings, square } from "./conv-settings.ts";
import { blockFilter, filter, firstFilter, matrixFilter } from "./filters.ts";
import { blockedNumbers, blockedOf, imageOf, isBlocked, unblocked } from "./images.ts";
import { asImage, asTensor, BLOCK, NCHWC, nominalShape } from "./layout.ts";

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
