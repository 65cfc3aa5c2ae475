/**
 * The gradient of a convolution with respect to its kernel, as one convolution in the blocked layout.
 *
 * For one kernel column j the gradient is Σ x[n, c, h, v]·g[n, o, p, q] over images n and output pixels (p, q), where v = stride·q + j −
 * pad. So: copy the columns that meet each j side by side (a product with a constant matrix of zeros and ones), let the row p be the
 * height of a kernel made of g, and its columns q, 16 at a time, the input channels. Rows narrower than 16 are filled with several images.
 */
import { axis, dimsOf } from "../../base/shape.ts";
import { ints } from "../../onnx/attribute.ts";
import { constant } from "../leaves.ts";
import { apply, defineOp, type Lowering, needF32 } from "../op.ts";
import { convWeightOp } from "../ops/conv.ts";
import { type Geometry, reach } from "../ops/conv-geometry.ts";
import { countOf } from "../tensor64.ts";
import type { Value } from "../value.ts";
import { BLOCK, eachElement, NCHWC } from "./layout.ts";

type Settings = Geometry & { readonly kernel: readonly number[] };

/**
 * @param x      plain (batch, channels, height, width)
 * @param g      blocked gradient of the output, outputs a multiple of 16
 * @param kernel height and width of the kernel
 * @returns      plain (outputs, channels, kernel height, kernel width)
 */
export function blockedConvWeight(x: Value, g: Value, geometry: Geometry, kernel: readonly number[]): Value {
  const a: Settings = { ...geometry, kernel };
  const [from, to] = [x.shape[3].size, g.shape[3].size];
  const asTheyAre = kernel[1] === 1 && from === to && a.strides[1] === 1 && a.pads[1] === 0;
  return apply(blockedConvWeightOp, [x, g, ...(asTheyAre ? [] : [columns(a, from, to)])], a)[0];
}

/** Images that share a row of 16 pixels. */
export function imagesARow(width: number): number {
  let [a, b] = [BLOCK, width];
  while (b > 0) [a, b] = [b, a % b];
  return BLOCK / a;
}

/** Most partial sums that are kept apart, to be computed at the same time: 4 MiB. */
const PARTIAL = 1 << 20;

/**
 * In how many parts the rows of images are summed. Each row of images for itself needs no rearranging of g, which pays where a partial
 * sum is smaller than the piece of g it comes from; otherwise a few parts.
 * @param size  numbers of a partial sum
 * @param piece numbers of g in a row of images, where the rows hold one image each
 */
function partsOf(rows: number, size: number, piece: number): number {
  if (size <= 1.5 * piece) return rows;
  let n = Math.max(1, Math.min(rows, 16, Math.floor(PARTIAL / size)));
  while (rows % n !== 0) n--;
  return n;
}

/** The matrix that copies columns: (images · width of x) × (kernel columns · images · width of g). */
function columns(a: Settings, width: number, out: number): Value {
  const m = imagesARow(out);
  const row = a.kernel[1] * m * out;
  const data = new Float64Array(m * width * row);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < a.kernel[1]; j++)
      for (let q = 0; q < out; q++) {
        const v = a.strides[1] * q + a.dilations[1] * j - a.pads[1];
        if (v >= 0 && v < width) data[(i * width + v) * row + (j * m + i) * out + q] = 1;
      }
  return constant(data, [m * width, row]);
}

export const blockedConvWeightOp = defineOp<Settings>({
  name: "BlockedConvWeight",
  types: ([x, g], a, where) => [
    {
      shape: [axis("", g.shape[1].size * BLOCK), x.shape[1], ...a.kernel.map((k) => axis("", k))],
      dtype: needF32(where, x),
    },
  ],
  onnx: (b, [x, g, copies], node) => {
    const a = node.attributes as unknown as Settings;
    const [N, C, H, W] = dimsOf(node.inputs[0].shape);
    const [, blocks, Ho, Wo] = dimsOf(node.inputs[1].shape);
    const O = blocks * BLOCK;
    const [kh, kw] = a.kernel;
    const m = imagesARow(Wo);
    const M = N / m;
    const q = (m * Wo) / BLOCK;
    const ordered = rowsFirst(b, x, [M, m, C, H, W]);
    const shifted = copies
      ? b.node("MatMul", [b.node("Reshape", [ordered, b.ints([M * H * C, m * W])]), copies])
      : ordered;
    // zeros below, so that exactly the kernel's rows come out; or rows too many, which are cut off
    const missing = reach(a, a.kernel, 0) + a.strides[0] * (Ho - 1) - H - a.pads[0];
    const rows = missing >= 0 ? kh : kh + Math.ceil(-missing / a.dilations[0]);
    const parts = partsOf(M, O * rows * C * kw, m === 1 ? O * Ho * Wo : 0);
    const each = M / parts;
    const cut = (): string => b.node("Reshape", [g, b.ints([parts, each, m, blocks, Ho, Wo * BLOCK])]);
    const kernel = each * m === 1 ? g : b.node("Transpose", [cut()], { perm: ints([0, 3, 1, 4, 2, 5]) });
    const y = b.node(
      "Conv",
      [
        b.node("Reshape", [shifted, b.ints([1, parts * each * BLOCK, H, C * kw * q])]),
        b.node("Reshape", [kernel, b.ints([parts * O, each * BLOCK, Ho, q])]),
      ],
      {
        kernel_shape: ints([Ho, q]),
        pads: ints([a.pads[0], 0, Math.max(0, missing), 0]),
        strides: ints([a.dilations[0], q]),
        dilations: ints([a.strides[0], 1]),
        group: { kind: "int", value: parts },
      },
      NCHWC,
    );
    const partial = b.node("Reshape", [y, b.ints([parts, O * rows * C * kw])]);
    // a product with ones: the runtime's sum over the first axis is slower
    const ones = (): string => b.node("Expand", [b.scalar(1), b.ints([1, parts])]);
    const total = parts === 1 ? partial : b.node("MatMul", [ones(), partial]);
    const laid = b.node("Reshape", [total, b.ints([blocks, rows, C, kw, BLOCK])]);
    const whole = rows === kh ? laid : b.node("Slice", [laid, b.ints([0]), b.ints([kh]), b.ints([1])]);
    return [b.node("Reshape", [b.node("Transpose", [whole], { perm: ints([0, 4, 2, 1, 3]) }), b.ints([O, C, kh, kw])])];
  },
  grad: "none",
  exact: ([x, g], { attributes: a, outputs }) => {
    const [n, blocks, h, w] = g.dims;
    const data = new Float64Array(countOf(g.dims));
    eachElement(n, blocks * BLOCK, h * w, (plain, blocked) => {
      data[plain] = g.data[blocked];
    });
    const image = { dims: [n, blocks * BLOCK, h, w], data };
    return convWeightOp.exact([x, image], { attributes: { ...a, kernel: a.kernel.map((k) => axis("", k)) }, outputs });
  },
  cases: [],
});

/** (rows of images · images, channels, height, width) → (rows of images, height, channels, images, width). */
function rowsFirst(b: Lowering, x: string, [M, m, C, H, W]: readonly number[]): string {
  if (m === 1) return b.node("Transpose", [x], { perm: ints([0, 2, 1, 3]) });
  if (W > 1)
    return b.node("Transpose", [b.node("Reshape", [x, b.ints([M, m, C, H, W])])], { perm: ints([0, 3, 2, 1, 4]) });
  // single pixels: the runtime moves one axis at a time much faster than both at once
  const imagesLast = b.node("Transpose", [b.node("Reshape", [x, b.ints([M, m, C * H])])], { perm: ints([0, 2, 1]) });
  return b.node("Transpose", [b.node("Reshape", [imagesLast, b.ints([M, C, H, m])])], { perm: ints([0, 2, 1, 3]) });
}

/** What the tests try: sizes of x, channels of g, kernel and geometry. */
export const weightCases: readonly {
  readonly note: string;
  readonly x: readonly number[];
  readonly outputs: number;
  readonly kernel: readonly number[];
  readonly g: Geometry;
}[] = [
  { note: "3×3 on rows of 16", x: [2, 3, 4, 16], outputs: 32, kernel: [3, 3], g: square(1, 1) },
  { note: "3×3 on rows of 8, two images a row", x: [4, 2, 5, 8], outputs: 16, kernel: [3, 3], g: square(1, 1) },
  {
    note: "4×4, stride 2, to rows of 4, four images a row",
    x: [4, 3, 8, 8],
    outputs: 16,
    kernel: [4, 4],
    g: square(2, 1),
  },
  {
    note: "1×3 on rows of 88, two images a row",
    x: [2, 3, 1, 88],
    outputs: 16,
    kernel: [1, 3],
    g: { ...square(1, 0), pads: [0, 1, 0, 1] },
  },
  { note: "3×3, stride 2, rows and columns left over", x: [16, 1, 6, 6], outputs: 16, kernel: [3, 3], g: square(2, 0) },
  {
    note: "uneven strides, pads and dilations",
    x: [8, 2, 7, 9],
    outputs: 16,
    kernel: [2, 3],
    g: { strides: [2, 1], pads: [1, 0, 0, 3], dilations: [3, 2], groups: 1 },
  },
  {
    note: "3×1 on columns, sixteen images a row",
    x: [32, 3, 7, 1],
    outputs: 16,
    kernel: [3, 1],
    g: { ...square(1, 0), pads: [1, 0, 1, 0] },
  },
  { note: "5×5, pads 2", x: [1, 2, 6, 32], outputs: 16, kernel: [5, 5], g: square(1, 2) },
];

function square(stride: number, pad: number): Geometry {
  return { strides: [stride, stride], pads: [pad, pad, pad, pad], dilations: [1, 1], groups: 1 };
}
