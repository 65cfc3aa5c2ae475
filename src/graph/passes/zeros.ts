import { sameDims } from "../../base/shape.ts";
import { full } from "../ops/broadcast.ts";
import type { Value } from "../value.ts";
import { type Pass, type Rule, rewrite } from "./rewrite.ts";

/**
 * Zeros are followed through the graph: products with them are zeros, sums with them are the other operand. A recurrence that starts
 * from a state of zeros does no work for it in its first step, nor does its gradient.
 */
export const zeros: Pass = {
  name: "zeros",
  run: (values) => {
    const known = new Map<Value, boolean>();
    const isZero = (v: Value): boolean => {
      if (!known.has(v)) known.set(v, allZero(v, isZero));
      return known.get(v)!;
    };
    return rewrite(values, (node, original) => rules(isZero)[node.op.name]?.(node, original));
  },
};

/** Ops that only move numbers. */
const moves = new Set(["Expand", "Reshape", "Transpose", "Slice"]);

function allZero({ node, dtype }: Value, isZero: (v: Value) => boolean): boolean {
  if (dtype !== "f32") return false;
  if (node.leaf?.kind === "constant") return node.leaf.data.every((x) => x === 0);
  return moves.has(node.op.name) && isZero(node.inputs[0]);
}

type RulesOf = (isZero: (v: Value) => boolean) => Readonly<Record<string, Rule>>;

const rules: RulesOf = (isZero) => {
  const nothing: Rule = ({ outputs }) => outputs.map((y) => full(y.shape, 0));
  const any: Rule = (node, original) => (node.inputs.some(isZero) ? nothing(node, original) : undefined);
  const all: Rule = (node, original) => (node.inputs.every(isZero) ? nothing(node, original) : undefined);
  /** The operand beside zeros, on the sides where they change nothing. */
  const neutral =
    (...sides: number[]): Rule =>
    ({ inputs, outputs: [y] }) => {
      const side = sides.find((i) => isZero(inputs[i]) && sameDims(inputs[1 - i].shape, y.shape));
      return side === undefined ? undefined : [inputs[1 - side]];
    };
  /** Gradients of weights are left: among those of all steps, joined into one product, zeros cost less than leaving them out. */
  const product: Rule = (node, original) => (node.attributes["transposeA"] ? undefined : any(node, original));
  return {
    ...{ Mul: any, MatMul: product, Conv: any, ConvTranspose: any, ConvWeight: any },
    ...{ Concat: all, Split: all, Slice: all, Pad: all, Sum: all, Neg: all, Tanh: all, Relu: all },
    ...{ Add: neutral(0, 1), Sub: neutral(1) },
  };
};
