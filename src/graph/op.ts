import { ShapeError } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import type { Attribute } from "../onnx/model.ts";
import type { Tensor64 } from "./tensor64.ts";
import { type Attributes, type DType, makeNode, type Node, type TensorType, type Value, whereNow } from "./value.ts";

/**
 * Everything there is to know about an op, in one place. The engine reads nothing else, so a new op is one new entry
 * (and its line in ops/index.ts, from which the tests take their list).
 */
export interface Op<A extends Attributes = Attributes> {
  readonly name: string;
  /** True for a function of the elements, with broadcasting: it is the same in any layout of the memory. */
  readonly elementwise?: boolean;
  /** Output types from input types. @throws ShapeError with the reason */
  readonly types: (inputs: readonly TensorType[], a: A, where: string) => readonly TensorType[];
  /** Emits ONNX nodes; takes the names of the inputs, gives those of the outputs. */
  readonly onnx: (g: Lowering, inputs: readonly string[], node: Node) => readonly string[];
  /** Vector–Jacobian product, as a graph: from ∂L/∂outputs (undefined: no influence) to ∂L/∂inputs. "none": not differentiable. */
  readonly grad: ((node: Node, dys: readonly (Value | undefined)[]) => readonly (Value | undefined)[]) | "none";
  /** The same op on float64 numbers: the truth that tests compare with. */
  readonly exact: (
    inputs: readonly Tensor64[],
    node: { attributes: A; outputs: readonly TensorType[] },
  ) => Float64Array[];
  /** What the gradient tests try: every attribute combination in use, and hard inputs. */
  readonly cases: readonly OpCase[];
}

/** What a lowering may emit. */
export interface Lowering {
  /** One ONNX node with one output, whose name it returns. An input named "" is one left out. */
  node(op: string, inputs: readonly string[], attributes?: Record<string, Attribute>, domain?: string): string;
  /** One ONNX node with several outputs. */
  nodes(
    op: string,
    inputs: readonly string[],
    outputs: number,
    attributes?: Record<string, Attribute>,
    domain?: string,
  ): string[];
  /** A constant vector of int64, as ONNX wants for axes and shapes. */
  ints(values: readonly number[]): string;
  /** A constant scalar of float32. */
  scalar(value: number): string;
}

/** One thing to try in the gradient tests. */
export interface OpCase {
  readonly note: string;
  readonly inputs: readonly CaseInput[];
  readonly attributes?: Attributes;
}

/** Random numbers between `from` and `to` (default −2…2), or given ones. */
export interface CaseInput {
  readonly dims: readonly number[];
  readonly from?: number;
  readonly to?: number;
  readonly values?: readonly number[];
  readonly dtype?: DType;
}

/** Checks the definition's types; ops are plain data. */
export function defineOp<A extends Attributes>(op: Op<A>): Op<A> {
  return op;
}

/** Applies an op to values. */
export function apply<A extends Attributes>(op: Op<A>, inputs: readonly Value[], attributes: A): readonly Value[] {
  const types = op.types(inputs, attributes, whereNow(op.name));
  return makeNode(op as unknown as Op, inputs, attributes, types).outputs;
}

/** "f32", or an error that says which op was given truth values. */
export function needF32(where: string, x: TensorType): "f32" {
  if (x.dtype === "f32") return "f32";
  throw new ShapeError({
    where,
    expected: "numbers (f32)",
    got: `truth values of shape ${showShape(x.shape)}`,
    fix: "turn them into 0 and 1 with indicator(…) or choose with where(…)",
  });
}
