/** Transposed convolutions of images in the blocked layout: a convolution with the flipped kernel, or several and their results interleaved. */
import { dimsOf } from "../../base/shape.ts";
import { ints } from "../../onnx/attribute.ts";
import { apply, defineOp, type Lowering, needF32 } from "../op.ts";
import { convTransposeOp } from "../ops/conv.ts";
import { type Geometry, reach } from "../ops/conv-geometry.ts";
import type { Value } from "../value.ts";
import { settings, square } from "./conv-settings.ts";
import { swappedBlocks, taps } from "./filters.ts";
import { blockedNumbers, blockedOf, imageOf, unblocked } from "./images.ts";
import { asImage, asTensor, BLOCK, NCHWC, nominalShape } from "./layout.ts";

type FusedTranspose = Geometry & { readonly sum: boolean; readonly sizes: readonly number[] };

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
