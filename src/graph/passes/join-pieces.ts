import { sameDims } from "../../base/shape.ts";
import { full } from "../ops/broadcast.ts";
import { concat, reshape } from "../ops/layout.ts";
import type { PadSettings } from "../ops/slice.ts";
import { pad } from "../ops/slice.ts";
import { makeNode, type Node, type Value } from "../value.ts";
import { type Group, regroup } from "./regroup.ts";
import { type Pass, rewrite, usesOf } from "./rewrite.ts";
import { addUp, type Sum, sumsOf } from "./sums.ts";

/** Tensors that are cut and put back together are left whole; pieces that are padded with zeros and added are put side by side. */
export const joinPieces: Pass = {
  name: "join-pieces",
  run: (values) => {
    const uses = usesOf(values);
    const once = (v: Value): boolean => uses.get(v) === 1;
    const joined = regroup(
      values,
      sumsOf(values).flatMap((sum) => joinTerms(sum, once) ?? []),
    );
    return rewrite(joined, (node) => {
      if (node.op.name === "Concat") return joinReshaped(node) ?? joinParts(node);
      if (node.op.name === "Split") return cutWhereJoined(node);
      return undefined;
    });
  },
};

/** Joining all parts of a split, in order and along the same axis, gives what was split. */
function joinParts({ inputs, attributes, outputs }: Node): readonly Value[] | undefined {
  const axis = attributes["axis"] as number;
  const whole: Value[] = [];
  for (let i = 0; i < inputs.length; ) {
    const { node } = inputs[i];
    const parts = node.outputs;
    const all =
      node.op.name === "Split" && node.attributes["axis"] === axis && parts.every((p, k) => inputs[i + k] === p);
    whole.push(all ? node.inputs[0] : inputs[i]);
    i += all ? parts.length : 1;
  }
  if (whole.length === inputs.length) return undefined;
  return [whole.length === 1 ? whole[0] : typed(concat(whole, axis), outputs[0])];
}

/** Along the first axis, reshaping and joining change places: the numbers stay in the same order. */
function joinReshaped({ inputs, attributes, outputs }: Node): readonly Value[] | undefined {
  if (attributes["axis"] !== 0 || !inputs.every((v) => v.node.op.name === "Reshape")) return undefined;
  const sources = inputs.map((v) => v.node.inputs[0]);
  const [first] = sources;
  if (first.shape.length === 0 || !sources.every((v) => sameDims(v.shape, first.shape))) return undefined;
  const all = concat(sources, 0);
  return [reshape(joinParts(all.node)?.[0] ?? all, outputs[0].shape)];
}

/** Cutting a concatenation where it was joined gives its parts. */
function cutWhereJoined({ inputs: [x], attributes, outputs }: Node): readonly Value[] | undefined {
  const { op, inputs: parts, attributes: join } = x.node;
  if (op.name !== "Concat" || join["axis"] !== attributes["axis"] || parts.length !== outputs.length) return undefined;
  return parts.every((p, i) => sameDims(p.shape, outputs[i].shape)) ? parts : undefined;
}

/** A tensor that is zero but for a stretch along one axis. */
interface Piece {
  readonly value: Value;
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** Pieces of a sum's terms that cover each other fully or not at all lie side by side in one term. */
function joinTerms({ total, terms }: Sum, once: (v: Value) => boolean): Group | undefined {
  const pieces = terms.map((v) => (once(v) ? piecesOf(v) : undefined));
  const axis = pieces.find((p) => p !== undefined)?.[0].axis;
  const joined = pieces.flatMap((p) => (p && p[0].axis === axis ? [p] : []));
  if (axis === undefined || joined.length < 2) return undefined;
  const stretches = stretchesOf(joined.flat());
  if (!stretches) return undefined;
  const others = terms.filter((_, i) => pieces[i]?.[0].axis !== axis);
  return {
    from: [...others, ...stretches.flat().map((p) => p.value)],
    to: [total],
    build: (from) => {
      let at = others.length;
      const sums = stretches.map((same) => ({
        ...same[0],
        value: addUp(from.slice(at, (at += same.length)), same[0].value),
      }));
      return [addUp([...from.slice(0, others.length), sideBySide(sums, total)], total)];
    },
  };
}

/** The pieces that a term is made of, if the rest of it is zero. */
function piecesOf({ node, shape }: Value): Piece[] | undefined {
  if (node.op.name === "Pad") {
    const { axes, before, after, steps } = node.attributes as PadSettings;
    if (axes.length !== 1 || steps[0] !== 1) return undefined;
    const [axis] = axes;
    return [{ value: node.inputs[0], axis, start: before[0], end: shape[axis].size - after[0] }];
  }
  if (node.op.name !== "Concat" || !node.inputs.some(isZero)) return undefined;
  const axis = node.attributes["axis"] as number;
  let end = 0;
  const parts = node.inputs.map((value) => ({ value, axis, start: end, end: (end += value.shape[axis].size) }));
  const rest = parts.filter((p) => !isZero(p.value));
  return rest.length > 0 ? rest : undefined;
}

function isZero({ node }: Value): boolean {
  const { leaf } = node.op.name === "Expand" ? node.inputs[0].node : node;
  return leaf?.kind === "constant" && leaf.data.every((x) => x === 0);
}

/** Pieces by stretch, from the first to the last; undefined if two stretches overlap in part. */
function stretchesOf(pieces: readonly Piece[]): Piece[][] | undefined {
  const stretches: Piece[][] = [];
  for (const p of pieces.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = stretches.at(-1);
    if (last && last[0].start === p.start && last[0].end === p.end) last.push(p);
    else if (!last || last[0].end <= p.start) stretches.push([p]);
    else return undefined;
  }
  return stretches;
}

/** One term of pieces and of zeros between them. */
function sideBySide(pieces: readonly Piece[], { shape }: Value): Value {
  const [{ axis, start, value }] = pieces;
  const { size } = shape[axis];
  if (pieces.length === 1)
    return pad(
      value,
      shape.map((_, i) => (i === axis ? [start, size - pieces[0].end] : [0, 0])),
    );
  const parts: Value[] = [];
  let end = 0;
  const zerosUntil = (to: number): void => {
    if (to > end) parts.push(full(shape.with(axis, { name: "", size: to - end }), 0));
  };
  for (const p of pieces) {
    zerosUntil(p.start);
    parts.push(p.value);
    end = p.end;
  }
  zerosUntil(size);
  return concat(parts, axis);
}

/** The same value under the type that the graph had in its place. */
function typed(v: Value, type: Value): Value {
  return makeNode(v.node.op, v.node.inputs, v.node.attributes, [type]).outputs[0];
}
