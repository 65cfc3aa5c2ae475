import { sameDims } from "../../base/shape.ts";
import { opOf } from "../elementwise.ts";
import { add } from "../ops/arithmetic.ts";
import { makeNode, type Node, reachable, type TensorType, type Value } from "../value.ts";
import { usesOf } from "./rewrite.ts";

/** A tree of additions, and what it adds. */
export interface Sum {
  readonly total: Value;
  /** From left to right, all of the total's sizes. */
  readonly terms: readonly Value[];
}

/** The longest sums of a graph. A sum that is used for something else as well is one term of a longer one. */
export function sumsOf(values: readonly Value[]): Sum[] {
  const nodes = reachable(values);
  const uses = usesOf(values);
  const inside = new Set<Node>();
  const sums: Sum[] = [];
  for (const node of nodes.toReversed()) {
    if (node.op.name !== "Add" || inside.has(node)) continue;
    const [total] = node.outputs;
    if (!node.inputs.every((v) => sameDims(v.shape, total.shape))) continue;
    const terms: Value[] = [];
    const open = [...node.inputs].reverse();
    for (let v = open.pop(); v; v = open.pop()) {
      const whole =
        v.node.op.name === "Add" && uses.get(v) === 1 && v.node.inputs.every((x) => sameDims(x.shape, v!.shape));
      if (!whole) {
        terms.push(v);
        continue;
      }
      inside.add(v.node);
      open.push(v.node.inputs[1], v.node.inputs[0]);
    }
    sums.push({ total, terms });
  }
  return sums.reverse();
}

/** The sum of values of one type. */
export function addUp(terms: readonly Value[], type: TensorType): Value {
  return terms.reduce((a, b) => makeNode(opOf(add), [a, b], {}, [type]).outputs[0]);
}
