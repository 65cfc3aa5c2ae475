/**
 * The parts of ONNX that Helmholtz writes and reads, as plain data. Names follow onnx.proto (IR version 8):
 * https://github.com/onnx/onnx/blob/v1.12.0/onnx/onnx.proto3
 */

/** Element types by their number in TensorProto.DataType. */
export const ElementType = { float: 1, uint8: 2, int32: 6, int64: 7, bool: 9, double: 11 } as const;
export type ElementType = (typeof ElementType)[keyof typeof ElementType];

/** An axis of a declared tensor: a size, or a name that stands for any size ("steps"). */
export type Dim = number | string;

/** A constant. `data` are the raw little-endian bytes, row by row. */
export interface Tensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
  readonly doc?: string;
}

/** A graph's input or output: its name, type and shape, with words for people in `doc`. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly Dim[];
  readonly doc?: string;
}

/** A node attribute. The kind is explicit because a whole float and an int look alike in JavaScript. */
export type Attribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "tensor"; readonly value: Tensor }
  | { readonly kind: "graph"; readonly value: Graph }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] };

/** One application of an operator. An empty input name is an optional input left out. */
export interface Node {
  readonly name: string;
  readonly op: string;
  /** "" is the standard domain. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly doc?: string;
}

/** A computation: nodes in an order that computes, constants (initialisers), and what goes in and out. */
export interface Graph {
  readonly name: string;
  readonly doc?: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: readonly Tensor[];
  readonly nodes: readonly Node[];
}

/** A whole file. */
export interface Model {
  readonly irVersion: number;
  /** Operator sets by domain; "" is the standard one. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly producerVersion: string;
  readonly doc?: string;
  /** Free key–value pairs, shown by graph viewers. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: Graph;
}
