import { axis, broadcast, dimsOf, type Shape, sameDims, sizeOf } from "../../base/shape.ts";
import { blockedAffine, isPerChannel } from "../blocked/affine.ts";
import { blockedConv } from "../blocked/conv.ts";
import { blockedConvTranspose, hasPhases } from "../blocked/conv-transpose.ts";
import { blockedConvWeight, imagesARow } from "../blocked/conv-weight.ts";
import { BLOCK, fromBlocked, fromBlockedOp, toBlocked } from "../blocked/layout.ts";
import { constant } from "../leaves.ts";
import { addAll, div, neg } from "../ops/arithmetic.ts";
import { sum } from "../ops/broadcast.ts";
import type { Geometry } from "../ops/conv-geometry.ts";
import { concat, reshape, split, transpose } from "../ops/layout.ts";
import { makeNode, type Node, type Value } from "../value.ts";
import { rowsInBlocks } from "./recurrent-products.ts";
import { type Pass, type Rule, rewrite } from "./rewrite.ts";

/**
 * Convolutions of channels in whole blocks of 16 work in ONNX Runtime's blocked layout, and whatever comes between them stays in it:
 * elementwise ops, joins and cuts along batch and channels, sums over pixels. Images are laid out anew only where a block begins or ends.
 * @param atOnce numbers that may be laid out at once for the gradient of a kernel, where one piece after the other costs little
 */
export function blockedLayoutUpTo(atOnce: number): Pass {
  return {
    name: "blocked-layout",
    target: "cpu",
    fixedSizes: true,
    run: (values) => {
      const product = productRule(rowsInBlocks(values));
      const rules: Readonly<Record<string, Rule>> = { ...others, ConvWeight: weightRule(atOnce), MatMul: product };
      return rewrite(values, (node, original) => {
        const rule = rules[node.op.name] ?? (node.op.elementwise ? elementwise : undefined);
        return rule?.(node, original);
      });
    },
  };
}

/** The blocked tensor behind a plain value, if it has one. */
const blockedOf = (v: Value): Value | undefined =>
  v.node.op.name === fromBlockedOp.name ? v.node.inputs[0] : undefined;

/** Images whose channels fill blocks. */
const fits = (s: Shape): boolean => (s.length === 3 || s.length === 4) && fills(s);

/** Channels that fill blocks. */
const fills = (s: Shape): boolean => s.length >= 2 && s.length <= 4 && s[1].size % BLOCK === 0 && s[1].size > 0;

/** A row of pixels as an image of height 1. */
const image = (v: Value): Value =>
  v.shape.length === 4 ? v : reshape(v, [...v.shape.slice(0, 2), axis("", 1), v.shape[2]]);

/** The geometry with two spatial axes. */
function planar({ strides, pads, dilations, groups }: Geometry): Geometry {
  if (strides.length === 2) return { strides, pads, dilations, groups };
  return { strides: [1, ...strides], pads: [0, pads[0], 0, pads[1]], dilations: [1, ...dilations], groups };
}

/** Height and width exchanged. */
function upended({ strides, pads, dilations, groups }: Geometry): Geometry {
  const [top, left, bottom, right] = pads;
  return {
    strides: [...strides].reverse(),
    pads: [left, top, right, bottom],
    dilations: [...dilations].reverse(),
    groups,
  };
}

const geometryOf = (node: Node): Geometry => planar(node.attributes as unknown as Geometry);
const sizes = (s: Shape): number[] => dimsOf(s.length === 3 ? [axis("", 1), s[2]] : s.slice(2));

const convRule: Rule = ({ inputs: [x, w], outputs: [y], attributes }) => {
  const g = planar(attributes as unknown as Geometry);
  const few = x.shape[1].size < BLOCK;
  if (g.groups !== 1 || !fits(y.shape) || !(few || fits(x.shape))) return undefined;
  return [fromBlocked(blockedConv(few ? image(x) : toBlocked(x), image(w), g), y.shape)];
};

const transposeRule: Rule = (node) => {
  const {
    inputs: [g, w],
    outputs: [x],
  } = node;
  const a = geometryOf(node);
  const out = sizes(x.shape);
  if (a.groups !== 1 || !fits(x.shape) || !fits(g.shape)) return undefined;
  if (!hasPhases(a, sizes(w.shape), out, sizes(g.shape))) return undefined;
  return [fromBlocked(blockedConvTranspose(toBlocked(g), image(w), a, out), x.shape)];
};

/** In how many pieces of the batch the gradient of a kernel is taken: where the copies are much larger than what they are made of, several. */
function piecesOf(atOnce: number, x: Shape, g: Shape, columns: number, most: number): number {
  const copies = (sizeOf(x) / x[x.length - 1].size) * columns * g[g.length - 1].size;
  if (copies < 1.5 * (sizeOf(x) + sizeOf(g))) return 1;
  let n = Math.min(most, Math.ceil(copies / atOnce));
  while (most % n !== 0) n++;
  return n;
}

const weightRule =
  (atOnce: number): Rule =>
  (node) => {
    const {
      inputs: [x, g],
      outputs: [w],
    } = node;
    const a = geometryOf(node);
    const [, width] = sizes(g.shape);
    const pixel = dimsOf(w.shape)
      .slice(2)
      .every((k) => k === 1);
    if (a.groups !== 1 || !fits(g.shape) || pixel) return undefined;
    const batch = x.shape[0].size;
    if (x.shape.length === 3 && batch % BLOCK === 0) {
      // a row stands up: kernels of one column need no copies of columns
      const up = (v: Value): Value => reshape(v, [v.shape[0], v.shape[1], v.shape[2], axis("", 1)]);
      const [n, c, h, l, b] = toBlocked(g).shape;
      const upright = reshape(toBlocked(g), [n, c, l, h, b]);
      return [reshape(blockedConvWeight(up(x), upright, upended(a), [w.shape[2].size, 1]), w.shape)];
    }
    const least = imagesARow(width);
    if (batch % least !== 0) return undefined;
    const pieces = piecesOf(atOnce, x.shape, g.shape, sizes(w.shape)[1], batch / least);
    const xs = split(image(x), 0, pieces);
    const gs = split(toBlocked(g), 0, pieces);
    const parts = xs.map((piece, i) => blockedConvWeight(piece, gs[i], a, sizes(w.shape)));
    return [reshape(addAll(parts), w.shape)];
  };

/** Elementwise ops with a blocked operand of the result's shape. */
const elementwise: Rule = (node, original) => {
  const [y] = node.outputs;
  const leading = node.inputs.find((v) => blockedOf(v) && sameDims(v.shape, y.shape));
  if (!leading || !fills(y.shape)) return undefined;
  const rows = blockedOf(leading)!.shape[3].size;
  const perChannel = affine(node);
  if (perChannel) return [fromBlocked(perChannel, y.shape)];
  const inputs = node.inputs.map((v) => operand(v, y.shape, rows));
  if (inputs.some((v) => v === undefined)) return undefined;
  const all = inputs as Value[];
  const shape = all.map((v) => v.shape).reduce((a, b) => broadcast(original.op.name, unnamed(a), unnamed(b)));
  const type = { shape, dtype: y.dtype };
  return [fromBlocked(makeNode(node.op, all, node.attributes, [type]).outputs[0], y.shape)];
};

/** Sums, differences, products and quotients with one number per channel, or per channel of each image. */
function affine({ op, inputs: [a, b], outputs: [y] }: Node): Value | undefined {
  const isVector = (v: Value | undefined): boolean => !!v && isPerChannel(dimsOf(v.shape), dimsOf(y.shape));
  const [x, v, swapped] = isVector(b) ? [blockedOf(a), b, false] : b && isVector(a) ? [blockedOf(b), a, true] : [];
  if (!x || !v || !sameDims((swapped ? b : a).shape, y.shape)) return undefined;
  if (op.name === "Mul") return blockedAffine(x, { scale: v });
  if (op.name === "Add") return blockedAffine(x, { bias: v });
  if (op.name === "Sub" && !swapped) return blockedAffine(x, { bias: neg(v) });
  if (op.name === "Sub") {
    const count = sizeOf(v.shape);
    return blockedAffine(x, { scale: constant(new Float64Array(count).fill(-1), [count]), bias: v });
  }
  if (op.name === "Div" && !swapped) return blockedAffine(x, { scale: div(1, v) });
  return undefined;
}

const unnamed = (s: Shape): Shape => s.map((a) => axis("", a.size));

/** An operand of an elementwise op in the blocked layout: blocked, laid out anew, or with its axes of size 1 in the right places. */
function operand(v: Value, y: Shape, rows: number): Value | undefined {
  const known = blockedOf(v);
  if (known) return y.length > 2 || known.shape[3].size === rows ? known : undefined;
  if (v.shape.length === 0) return v;
  if (y.length === 2) return matrix(v, y, rows);
  const skip = y.length - v.shape.length;
  const full = y.map((_, i) => v.shape[i - skip] ?? axis("", 1));
  const [n, c, ...spatial] = full;
  const pixels = spatial.reduce((k, a) => k * a.size, 1);
  const [h, w] = spatial.length === 1 ? [axis("", 1), spatial[0]] : spatial;
  if (c.size === 1) return reshape(v, [n, 1, h, w, 1]);
  if (pixels === 1) return reshape(v, [n, c.size / BLOCK, 1, 1, BLOCK]);
  return v.dtype === "f32" ? toBlocked(skip > 0 ? reshape(v, full) : v) : undefined;
}

/** The same beside a matrix. */
function matrix(v: Value, y: Shape, rows: number): Value | undefined {
  const [n, c] = v.shape.length === 1 ? [axis("", 1), v.shape[0]] : v.shape;
  if (n.size === 1) return reshape(v, [1, c.size / Math.min(c.size, BLOCK), 1, 1, Math.min(c.size, BLOCK)]);
  if (c.size === 1) return reshape(v, [n.size / rows, 1, 1, rows, 1]);
  if (v.dtype !== "f32") return undefined;
  // a piece of rows that were computed together is cut from them in blocks
  const whole = y[0].size === rows ? cutFrom(v) : undefined;
  if (!whole) return toBlocked(v, rows);
  return split(toBlocked(whole.x, rows), 0, whole.parts)[whole.at];
}

/** Of which matrix a value is one of several pieces of as many rows: a piece itself, or one (1, rows, channels) with its first axis taken off. */
function cutFrom(v: Value): { x: Value; parts: number; at: number } | undefined {
  const piece = v.node.op.name === "Reshape" && v.node.inputs[0].shape.length === 3 ? v.node.inputs[0] : v;
  const { op, inputs, attributes, outputs } = piece.node;
  if (op.name !== "Split" || attributes["axis"] !== 0) return undefined;
  const each = piece === v ? v.shape[0].size : 1;
  if (piece !== v && !sameDims(piece.shape.slice(1), v.shape)) return undefined;
  if ((attributes["sizes"] as readonly number[]).some((size) => size !== each)) return undefined;
  const x = piece === v ? inputs[0] : reshape(inputs[0], [outputs.length * v.shape[0].size, v.shape[1]]);
  return { x, parts: outputs.length, at: piece.slot };
}

/** Products of matrices that convolutions of single pixels do: in and around a recurrence. */
const productRule =
  (rowsOf: (node: Node) => number | undefined): Rule =>
  (node, original) => {
    const { inputs, attributes } = node;
    const [x, w] = inputs;
    const rows = rowsOf(original);
    if (attributes["transposeA"]) return attributes["transposeB"] ? undefined : overRows(node);
    if (!rows || (blockedOf(x)?.shape[3].size ?? rows) !== rows || x.shape[0].size % rows !== 0) return undefined;
    if (!fills(x.shape) || !fills(node.outputs[0].shape)) return undefined;
    const matrix = attributes["transposeB"] ? transpose(w) : w;
    const product = blockedConv(toBlocked(x, rows), reshape(matrix, [...matrix.shape, 1, 1]), PIXEL, {
      kernel: "inputs-first",
    });
    return [fromBlocked(product, node.outputs[0].shape)];
  };

const PIXEL: Geometry = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], groups: 1 };

/**
 * The gradient of a weight, xᵀ·g with g in blocks: the rows of g are a kernel's input channels, and so are those of x, whose columns are the
 * pixels. Nothing of g is laid out anew.
 */
function overRows({ inputs: [x, g], outputs: [y] }: Node): readonly Value[] | undefined {
  const b = blockedOf(g);
  if (!b || b.shape[3].size % BLOCK !== 0) return undefined;
  const rows = g.shape[0].size;
  const kernel = reshape(besides(b), [b.shape[1].size, rows / BLOCK, BLOCK, BLOCK]);
  const image = toBlocked(reshape(x, [1, axis("", rows), 1, axis("", x.shape[1].size)]));
  const product = fromBlocked(blockedConv(image, kernel, PIXEL, { kernel: "blocks" }), y.shape);
  return [reshape(product, y.shape)]; // what follows is the optimiser's, which works on plain matrices
}

/** All rows of a block of channels side by side: (images, channels / 16, 1, rows, 16) → (1, channels / 16, images, rows, 16). */
function besides(b: Value): Value {
  const { op, inputs, attributes } = b.node;
  const pieces = op.name === "Concat" && attributes["axis"] === 0 && inputs.every((v) => v.shape[0].size === 1);
  return pieces ? concat(inputs, 2) : transpose(b, [2, 1, 0, 3, 4]);
}

/** Joins along batch or channels, if all parts fill blocks and one is blocked already. */
const concatRule: Rule = ({ inputs, outputs: [y], attributes }) => {
  const along = attributes["axis"] as number;
  const leading = inputs.find(blockedOf);
  if (along > 1 || !leading || !inputs.every((v) => fills(v.shape))) return undefined;
  const rows = blockedOf(leading)!.shape[3].size;
  if (y.shape.length === 2 && !inputs.every((v) => (blockedOf(v)?.shape[3].size ?? v.shape[0].size) === rows))
    return undefined;
  const parts = inputs.map((v) => toBlocked(v, rows));
  return [fromBlocked(concat(parts, along), y.shape)];
};

/** Cuts along batch or channels into whole blocks. */
const splitRule: Rule = ({ inputs: [x], outputs, attributes }) => {
  const along = attributes["axis"] as number;
  const b = blockedOf(x);
  if (!b || along > 1 || !outputs.every((v) => fills(v.shape))) return undefined;
  const unit = along === 1 ? BLOCK : x.shape.length === 2 ? b.shape[3].size : 1;
  const parts = (attributes["sizes"] as readonly number[]).map((n) => n / unit);
  if (!parts.every(Number.isInteger)) return undefined;
  return split(b, along, parts).map((p, i) => fromBlocked(p, outputs[i].shape));
};

/** Sums over all pixels, and over batch or channels besides; of a matrix, over its rows. */
const sumRule: Rule = ({ inputs: [x], outputs: [y], attributes }) => {
  const b = blockedOf(x);
  const axes = attributes["axes"] as readonly number[];
  if (b && x.shape.length === 2 && axes.join() === "0") return [reshape(sum(besides(b), [2, 3]), y.shape)];
  if (!b || x.shape.length === 2 || !x.shape.every((_, i) => i < 2 || axes.includes(i))) return undefined;
  const pixels = axes.includes(1) ? sum(b, [1, 2, 3, 4]) : sum(b, [2, 3]);
  return [reshape(axes.includes(0) ? sum(pixels, [0]) : pixels, y.shape)];
};

const others: Readonly<Record<string, Rule>> = {
  Conv: convRule,
  ConvTranspose: transposeRule,
  Concat: concatRule,
  Split: splitRule,
  Sum: sumRule,
};

/** With what may be laid out at once: 8 million numbers, 32 MiB. */
export const blockedLayout: Pass = blockedLayoutUpTo(1 << 23);
