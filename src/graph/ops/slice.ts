/** Parts of a tensor, and zeros around it. The two are adjoint: what a slice left out, its gradient fills with zeros. */
import { ShapeError } from "../../base/errors.ts";
import { type Axis, axisIndex, dimsOf, showShape, sizeOf } from "../../base/shape.ts";
import { apply, defineOp, type Lowering, needF32 } from "../op.ts";
import { eachIndex, stridesOf } from "../tensor64.ts";
import { type Node, type Value, whereNow } from "../value.ts";
import { type AxesLike, axesOf } from "./broadcast.ts";

/**
 * The elements start, start + step, … before `end` along an axis (index or name), which keeps its name.
 * @param start first element; a negative number counts from the end
 * @param end   where to stop, itself left out (default: the axis' size); a negative number counts from the end
 * @param step  distance between the elements, at least 1; `flip` reads backwards
 * @throws ShapeError if the range is empty or leaves the axis
 */
export function slice(x: Value, along: number | string, start: number, end?: number, step = 1): Value {
  const where = whereNow("Slice");
  const at = axisIndex(where, x.shape, along);
  const { name, size } = x.shape[at];
  const [from, to] = [start, end ?? size].map((n) => (n < 0 ? n + size : n));
  if (![from, to, step].every(Number.isInteger) || from < 0 || from >= to || to > size || step < 1) {
    throw new ShapeError({
      where,
      expected: `a range inside 0…${size}, the elements of axis ${at} of ${showShape(x.shape)}, with a step of 1 or more`,
      got: `${start}…${end ?? size} with step ${step}`,
      fix: "correct the range; use flip to read backwards",
    });
  }
  if (to - from === size && step === 1) return x;
  const cut = [{ name, size: Math.ceil((to - from) / step) }];
  return apply(sliceOp, [x], { axes: [at], starts: [from], steps: [step], cut })[0];
}

/** The elements in reverse order along the given axes (all, if none are given). */
export function flip(x: Value, axes?: AxesLike): Value {
  const list = axesOf("Flip", x, axes).filter((i) => x.shape[i].size > 1);
  if (list.length === 0) return x;
  const cut = list.map((i) => x.shape[i]);
  return apply(sliceOp, [x], { axes: list, starts: cut.map((a) => a.size - 1), steps: cut.map(() => -1), cut })[0];
}

/** Per axis in `axes`: the first element, the distance to the next (negative: backwards), and the axis that results. */
type SliceSettings = {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly cut: readonly Axis[];
};

export const sliceOp = defineOp<SliceSettings>({
  name: "Slice",
  types: ([x], { axes, cut }) => [
    { shape: x.shape.map((a, i) => (axes.includes(i) ? cut[axes.indexOf(i)] : a)), dtype: x.dtype },
  ],
  onnx: (g, [x], { inputs, attributes }) => {
    const { axes, starts, steps, cut } = attributes as SliceSettings;
    const ends = starts.map((start, k) => {
      const last = start + (cut[k].size - 1) * steps[k];
      if (steps[k] > 0) return last + 1;
      return last > 0 ? last - 1 : -1 - inputs[0].shape[axes[k]].size; // −1 would count from the end
    });
    // ONNX Runtime's WebGPU provider reads backwards from the last element only if it is called −1
    const first = starts.map((start, k) => (steps[k] < 0 && start === inputs[0].shape[axes[k]].size - 1 ? -1 : start));
    return [g.node("Slice", [x, g.ints(first), g.ints(ends), g.ints(axes), g.ints(steps)])];
  },
  grad: ({ inputs: [x], attributes }, [dy]) => {
    if (!dy) return [];
    const { axes, starts, steps, cut } = attributes as SliceSettings;
    const lowest = starts.map((start, k) => (steps[k] > 0 ? start : start + (cut[k].size - 1) * steps[k]));
    const distances = steps.map(Math.abs);
    const after = axes.map((i, k) => x.shape[i].size - 1 - lowest[k] - (cut[k].size - 1) * distances[k]);
    const forwards = flip(
      dy,
      axes.filter((_, k) => steps[k] < 0),
    );
    return [spread(forwards, { axes, before: lowest, after, steps: distances })];
  },
  exact: ([x], { attributes: { axes, starts, steps }, outputs: [y] }) => {
    const strides = stridesOf(x.dims);
    const out = new Float64Array(sizeOf(y.shape));
    eachIndex(dimsOf(y.shape), (index, flat) => {
      const at = index.map((j, i) => (axes.includes(i) ? starts[axes.indexOf(i)] + j * steps[axes.indexOf(i)] : j));
      out[flat] = x.data[at.reduce((n, j, i) => n + j * strides[i], 0)];
    });
    return [out];
  },
  cases: [
    sliceCase("the middle of the last axis", [2, 5], [1], [1], [1], [3]),
    sliceCase("every second element, up to the last", [5, 2], [0], [0], [2], [3]),
    sliceCase("every third element from the second, two left over", [2, 7], [1], [1], [3], [2]),
    sliceCase("two axes, one of them every second element", [2, 4, 6], [1, 2], [2, 1], [1, 2], [2, 3]),
    sliceCase("backwards along two axes", [2, 3, 4], [0, 2], [1, 3], [-1, -1], [2, 4]),
    sliceCase("backwards in steps of two, ends left out", [6], [0], [4], [-2], [2]),
    sliceCase("the last element alone", [3, 2], [0], [2], [1], [1]),
  ],
});

/**
 * Zeros around a tensor.
 * @param widths [before, after] for every axis
 * @throws ShapeError if there is not one pair per axis, or a width is negative
 */
export function pad(x: Value, widths: readonly (readonly [before: number, after: number])[]): Value {
  if (widths.length !== x.shape.length || widths.flat().some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError({
      where: whereNow("Pad"),
      expected: `a pair of whole widths, 0 or more, for each axis of ${showShape(x.shape)}`,
      got: JSON.stringify(widths),
      fix: "give [before, after] for every axis, [0, 0] where nothing is added; use slice to cut",
    });
  }
  const axes = widths.flatMap(([before, after], i) => (before + after > 0 ? [i] : []));
  if (axes.length === 0) return x;
  const [before, after] = [0, 1].map((side) => axes.map((i) => widths[i][side]));
  return spread(x, { axes, before, after, steps: axes.map(() => 1) });
}

/** Per axis in `axes`: zeros before and after, and the distance that neighbours get (1: no zeros between them). */
export type PadSettings = {
  readonly axes: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly steps: readonly number[];
};

/** Zeros around a tensor and between its elements: the adjoint of a slice with a step. */
export function spread(x: Value, settings: PadSettings): Value {
  return apply(padOp, [x], settings)[0];
}

export const padOp = defineOp<PadSettings>({
  name: "Pad",
  types: ([x], { axes, before, after, steps }, where) => {
    const sizes = dimsOf(x.shape);
    axes.forEach((i, k) => void (sizes[i] = before[k] + (sizes[i] - 1) * steps[k] + 1 + after[k]));
    return [{ shape: x.shape.map((a, i) => ({ name: a.name, size: sizes[i] })), dtype: needF32(where, x) }];
  },
  onnx: (g, [x], node) => [lowerPad(g, x, node)],
  grad: ({ inputs: [x], attributes }, [dy]) => {
    const { axes, before, steps } = attributes as PadSettings;
    return [dy && apply(sliceOp, [dy], { axes, starts: before, steps, cut: axes.map((i) => x.shape[i]) })[0]];
  },
  exact: ([x], { attributes: { axes, before, steps }, outputs: [y] }) => {
    const strides = stridesOf(dimsOf(y.shape));
    const out = new Float64Array(sizeOf(y.shape));
    eachIndex(x.dims, (index, flat) => {
      const at = index.map((j, i) => (axes.includes(i) ? before[axes.indexOf(i)] + j * steps[axes.indexOf(i)] : j));
      out[at.reduce((n, j, i) => n + j * strides[i], 0)] = x.data[flat];
    });
    return [out];
  },
  cases: [
    padCase("around a matrix", [2, 3], [0, 1], [1, 0], [2, 1], [1, 1]),
    padCase("one zero between neighbours, as many after as fit", [2, 3], [1], [0], [1], [2]),
    padCase("zeros between neighbours and none outside", [3, 2], [0], [0], [0], [3]),
    padCase("zeros between neighbours, all others before", [2, 3], [1], [4], [0], [3]),
    padCase("zeros between neighbours along two axes", [1, 2, 3], [1, 2], [1, 0], [0, 3], [2, 3]),
    padCase("an axis of size 1", [2, 1], [1], [2], [1], [2]),
  ],
});

function lowerPad(g: Lowering, x: string, { inputs, attributes }: Node): string {
  const { axes, steps, ...outside } = attributes as PadSettings;
  const sizes = dimsOf(inputs[0].shape);
  const [before, after] = [outside.before, outside.after].map((list) =>
    sizes.map((_, i) => list[axes.indexOf(i)] ?? 0),
  );
  let y = x;
  // Neighbours move apart when each element is joined with step − 1 zeros along an axis of its own. Zeros that lie outside are taken
  // from the outer widths; where these are too narrow, they are negative, which for ONNX means to cut.
  for (const [k, i] of axes.entries()) {
    const gap = steps[k] - 1;
    if (gap === 0 || sizes[i] === 1) continue;
    const behind = Math.min(gap, after[i]);
    const zeros = (n: number): string[] =>
      n > 0 ? [g.node("Expand", [g.scalar(0), g.ints(sizes.toSpliced(i + 1, 0, n))])] : [];
    const apart = g.node("Reshape", [y, g.ints(sizes.toSpliced(i + 1, 0, 1))]);
    const joined = g.node("Concat", [...zeros(gap - behind), apart, ...zeros(behind)], {
      axis: { kind: "int", value: i + 1 },
    });
    sizes[i] *= steps[k];
    before[i] -= gap - behind;
    after[i] -= behind;
    y = g.node("Reshape", [joined, g.ints(sizes)]);
  }
  return [...before, ...after].some((n) => n !== 0) ? g.node("Pad", [y, g.ints([...before, ...after])]) : y;
}

type List = readonly number[];

function sliceCase(note: string, dims: List, axes: List, starts: List, steps: List, sizes: List) {
  return {
    note,
    inputs: [{ dims }],
    attributes: { axes, starts, steps, cut: sizes.map((size) => ({ name: "", size })) },
  };
}

function padCase(note: string, dims: List, axes: List, before: List, after: List, steps: List) {
  return { note, inputs: [{ dims }], attributes: { axes, before, after, steps } };
}
