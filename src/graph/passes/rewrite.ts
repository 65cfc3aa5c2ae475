import { sameDims, showShape } from "../../base/shape.ts";
import { atPath, makeNode, type Node, reachable, type Value } from "../value.ts";

/** Looks at a rebuilt node and returns values to stand for its outputs, or undefined to keep it. */
export type Rule = (node: Node) => readonly Value[] | undefined;

/** A named step of compilation: graph in, graph out, same numbers. */
export interface Pass {
  readonly name: string;
  readonly run: (values: readonly Value[]) => Value[];
}

/** Rebuilds a graph from the leaves up, offering every node to the rule once its inputs are final. */
export function rewrite(values: readonly Value[], rule: Rule): Value[] {
  const replaced = new Map<Value, Value>();
  const now = (v: Value): Value => replaced.get(v) ?? v;
  for (const node of reachable(values)) {
    const inputs = node.inputs.map(now);
    const rebuilt = inputs.some((v, i) => v !== node.inputs[i])
      ? atPath(node.path, () => makeNode(node.op, inputs, node.attributes, node.outputs, node.leaf))
      : node;
    const outputs = atPath(node.path, () => rule(rebuilt)) ?? rebuilt.outputs;
    node.outputs.forEach((v, i) => {
      if (outputs[i] === v) return;
      if (!sameDims(outputs[i].shape, v.shape) || outputs[i].dtype !== v.dtype) {
        throw new Error(
          `internal: a pass turned ${node.op.name} ${showShape(v.shape)} into ${showShape(outputs[i].shape)}`,
        );
      }
      replaced.set(v, outputs[i]);
    });
  }
  return values.map(now);
}
