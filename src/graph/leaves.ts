import { type AxisLike, type Shape, shape } from "../base/shape.ts";
import { defineOp, type Op } from "./op.ts";
import { type Initial, type Leaf, makeNode, type Value } from "./value.ts";

/** A tensor that the caller gives at every run. */
export function input(name: string, axes: readonly AxisLike[], doc = ""): Value {
  return leaf({ kind: "input", name, doc }, shape(...axes));
}

/**
 * Fresh random numbers at every run, drawn by the runtime's caller from the stream of this name: standard normal, or uniform in (0, 1).
 * There are no random operators in a graph, so a run can be repeated exactly on any runtime.
 */
export function noise(name: string, distribution: "normal" | "uniform", axes: readonly AxisLike[]): Value {
  return leaf({ kind: "noise", name, distribution }, shape(...axes));
}

/** A tensor that a session keeps between runs: a parameter, a moment, a running statistic. */
export function variable(name: string, axes: readonly AxisLike[], initial: Initial): Value {
  return leaf({ kind: "variable", name, initial }, shape(...axes));
}

/** Numbers that never change, row by row. A name makes them recognisable in a graph viewer. */
export function constant(data: ArrayLike<number>, axes: readonly AxisLike[], name?: string): Value {
  return leaf({ kind: "constant", data: Float64Array.from(data), ...(name && { name }) }, shape(...axes));
}

/** One number. */
export function scalar(value: number): Value {
  return constant([value], []);
}

/** A number where a value is expected: `mul(x, 0.5)`. */
export type Operand = Value | number;

export function valueOf(x: Operand): Value {
  return typeof x === "number" ? scalar(x) : x;
}

/** The name of a variable, input or noise leaf. */
export function leafName(v: Value): string {
  const { leaf } = v.node;
  return leaf && leaf.kind !== "constant" ? leaf.name : "";
}

/** The number of a scalar constant, else undefined. */
export function scalarOf(v: Value): number | undefined {
  const { leaf } = v.node;
  return leaf?.kind === "constant" && leaf.data.length === 1 ? leaf.data[0] : undefined;
}

function leaf(payload: Leaf, s: Shape): Value {
  return makeNode(leafOps[payload.kind], [], {}, [{ shape: s, dtype: "f32" }], payload).outputs[0];
}

const leafOp = (name: string): Op =>
  defineOp({
    name,
    types: () => [],
    onnx: () => [],
    grad: () => [],
    exact: () => [],
    cases: [],
  });

const leafOps = {
  input: leafOp("Input"),
  noise: leafOp("Noise"),
  variable: leafOp("Variable"),
  constant: leafOp("Constant"),
};
