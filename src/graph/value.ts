import type { Stream } from "../base/random.ts";
import { type Axis, type Shape, showShape } from "../base/shape.ts";
import type { Op } from "./op.ts";

/** Element types of a graph: float32 numbers, and truth values. */
export type DType = "f32" | "bool";

/** What is known of a tensor before any number exists. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A symbolic tensor: one output of one node. Immutable; it holds no numbers and needs no disposal. */
export interface Value extends TensorType {
  readonly node: Node;
  /** Which of the node's outputs this is. */
  readonly slot: number;
}

/** Settings of an op that are known when the graph is built. */
export type Attributes = Readonly<Record<string, number | boolean | string | readonly number[] | readonly Axis[]>>;

/** One application of an op. Leaves (inputs, variables, noise, constants) are nodes without inputs. */
export interface Node {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  /** The layer that made it ("encoder/hidden"), for errors, printed graphs and graph viewers. */
  readonly path: string;
  readonly leaf?: Leaf;
}

/** What a leaf stands for. */
export type Leaf =
  | { readonly kind: "input"; readonly name: string; readonly doc: string }
  | { readonly kind: "noise"; readonly name: string; readonly distribution: "normal" | "uniform" }
  | { readonly kind: "variable"; readonly name: string; readonly initial: Initial }
  | { readonly kind: "constant"; readonly data: Float64Array; readonly name?: string };

/** The first value of a variable: fills `out` (row by row) with numbers drawn from `stream`, which belongs to this variable. */
export type Initial = (out: Float32Array, stream: Stream) => void;

let nodes = 0;
let path = "";

/** Builds the node and its outputs; the types come from the op's shape rule. */
export function makeNode(
  op: Op,
  inputs: readonly Value[],
  attributes: Attributes,
  types: readonly TensorType[],
  leaf?: Leaf,
): Node {
  const outputs: Value[] = [];
  const node: Node = { id: nodes++, op, inputs, attributes, outputs, path, ...(leaf && { leaf }) };
  types.forEach((t, slot) => void outputs.push({ node, slot, shape: t.shape, dtype: t.dtype }));
  return node;
}

/** Runs `build` so that all nodes it makes carry `name` in their path: `named("encoder", () => dense(x))`. Nests with "/". */
export function named<T>(name: string, build: () => T): T {
  const outer = path;
  path = outer ? `${outer}/${name}` : name;
  try {
    return build();
  } finally {
    path = outer;
  }
}

/** As `named`, but replaces the path instead of extending it; used when nodes are rebuilt. */
export function atPath<T>(exact: string, build: () => T): T {
  const outer = path;
  path = exact;
  try {
    return build();
  } finally {
    path = outer;
  }
}

/** The path under construction, for errors: "MatMul in encoder/hidden". */
export function whereNow(op: string): string {
  return path ? `${op} in ${path}` : op;
}

/** "f32(batch=100, 784)" */
export function showType(t: TensorType): string {
  return t.dtype + showShape(t.shape);
}

/** All nodes that the values depend on, inputs before users, in a fixed order. */
export function reachable(values: Iterable<Value>): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  for (const v of values) {
    if (seen.has(v.node)) continue;
    seen.add(v.node);
    const stack: { node: Node; next: number }[] = [{ node: v.node, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next < top.node.inputs.length) {
        const child = top.node.inputs[top.next++].node;
        if (!seen.has(child)) {
          seen.add(child);
          stack.push({ node: child, next: 0 });
        }
      } else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}
