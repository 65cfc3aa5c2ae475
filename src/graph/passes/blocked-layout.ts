import { axis, broadcast, dimsOf, type Shape, sameDims, sizeOf } from "../../base/shape.ts";
import { blockedAffine, isPerChannel } from "../blocked/affine.ts";
import { blockedConv, blockedConvTranspose, hasPhases } from "../blocked/conv.ts";
import { blockedConvWeight, imagesARow } from "../blocked/conv-weight.ts";
import { BLOCK, blockedShape, fromBlocked, fromBlockedOp, toBlocked } from "../blocked/layout.ts";
import { constant } from "../leaves.ts";
import { addAll, div, neg } from "../ops/arithmetic.ts";
import { sum } from "../ops/broadcast.ts";
import type { Geometry } from "../ops/conv-geometry.ts";
import { concat, reshape, split } from "../ops/layout.ts";
import { makeNode, type Node, type Value } from "../value.ts";
import { type Pass, type Rule, rewrite } from "./rewrite.ts";

/**
 * Convolutions of channels in whole blocks of 16 work in ONNX Runtime's blocked layout, and whatever comes between them stays in it:
 * elementwise ops, joins and cuts along batch and channels, sums over pixels. Images are laid out anew only where a block begins or ends.
 * @param atOnce numbers that may be laid out at once for the gradient of a kernel, where one piece after the other costs little
 */
export function blockedLayoutUpTo(atOnce: number): Pass {
  const rules: Readonly<Record<string, Rule>> = { ...others, ConvWeight: weightRule(atOnce) };
  return {
    name: "blocked-layout",
    target: "cpu",
    fixedSizes: true,
    run: (values) =>
      rewrite(values, (node, original) => {
        const rule = rules[node.op.name] ?? (node.op.elementwise ? elementwise : undefined);
        return rule?.(node, original);
      }),
  };
}

/** The blocked tensor behind a plain value, if it has one. */
const blockedOf = (v: Value): Value | undefined =>
  v.node.op.name === fromBlockedOp.name ? v.node.inputs[0] : undefined;

/** Images whose channels fill blocks. */
const fits = (s: Shape): boolean => (s.length === 3 || s.length === 4) && s[1].size % BLOCK === 0 && s[1].size > 0;

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
  if (!fits(y.shape) || !node.inputs.some((v) => blockedOf(v) && sameDims(v.shape, y.shape))) return undefined;
  const perChannel = affine(node);
  if (perChannel) return [fromBlocked(perChannel, y.shape)];
  const inputs = node.inputs.map((v) => operand(v, y.shape));
  if (inputs.some((v) => v === undefined)) return undefined;
  const all = inputs as Value[];
  const shape = all.map((v) => v.shape).reduce((a, b) => broadcast(original.op.name, unnamed(a), unnamed(b)));
  const type = { shape, dtype: y.dtype };
  return [fromBlocked(makeNode(node.op, all, node.attributes, [type]).outputs[0], y.shape)];
};

/** Sums, differences, products and quotients with one number per channel. */
function affine({ op, inputs: [a, b], outputs: [y] }: Node): Value | undefined {
  const channels = y.shape[1].size;
  const isVector = (v: Value | undefined): boolean => !!v && isPerChannel(dimsOf(v.shape), y.shape.length, channels);
  const [x, v, swapped] = isVector(b) ? [blockedOf(a), b, false] : isVector(a) ? [blockedOf(b), a, true] : [];
  if (!x || !v || !sameDims(x.shape, blockedShape(y.shape))) return undefined;
  if (op.name === "Mul") return blockedAffine(x, { scale: v });
  if (op.name === "Add") return blockedAffine(x, { bias: v });
  if (op.name === "Sub" && !swapped) return blockedAffine(x, { bias: neg(v) });
  if (op.name === "Sub")
    return blockedAffine(x, { scale: constant(new Float64Array(channels).fill(-1), [channels]), bias: v });
  if (op.name === "Div" && !swapped) return blockedAffine(x, { scale: div(1, v) });
  return undefined;
}

const unnamed = (s: Shape): Shape => s.map((a) => axis("", a.size));

/** An operand of an elementwise op in the blocked layout: blocked, laid out anew, or with its axes of size 1 in the right places. */
function operand(v: Value, y: Shape): Value | undefined {
  const known = blockedOf(v);
  if (known) return known;
  if (v.shape.length === 0) return v;
  const skip = y.length - v.shape.length;
  const full = y.map((_, i) => v.shape[i - skip] ?? axis("", 1));
  const [n, c, ...spatial] = full;
  const pixels = spatial.reduce((k, a) => k * a.size, 1);
  const [h, w] = spatial.length === 1 ? [axis("", 1), spatial[0]] : spatial;
  if (c.size === 1) return reshape(v, [n, 1, h, w, 1]);
  if (pixels === 1) return reshape(v, [n, c.size / BLOCK, 1, 1, BLOCK]);
  return v.dtype === "f32" ? toBlocked(skip > 0 ? reshape(v, full) : v) : undefined;
}

/** Joins along batch or channels, if all parts fill blocks and one is blocked already. */
const concatRule: Rule = ({ inputs, outputs: [y], attributes }) => {
  const along = attributes["axis"] as number;
  if (along > 1 || !inputs.some(blockedOf) || !inputs.every((v) => fits(v.shape))) return undefined;
  return [fromBlocked(concat(inputs.map(toBlocked), along), y.shape)];
};

/** Cuts along batch or channels into whole blocks. */
const splitRule: Rule = ({ inputs: [x], outputs, attributes }) => {
  const along = attributes["axis"] as number;
  const b = blockedOf(x);
  if (!b || along > 1 || !outputs.every((v) => fits(v.shape))) return undefined;
  const parts = (attributes["sizes"] as readonly number[]).map((n) => (along === 1 ? n / BLOCK : n));
  return split(b, along, parts).map((p, i) => fromBlocked(p, outputs[i].shape));
};

/** Sums over all pixels, and over batch or channels besides. */
const sumRule: Rule = ({ inputs: [x], outputs: [y], attributes }) => {
  const b = blockedOf(x);
  const axes = attributes["axes"] as readonly number[];
  if (!b || !x.shape.every((_, i) => i < 2 || axes.includes(i))) return undefined;
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
