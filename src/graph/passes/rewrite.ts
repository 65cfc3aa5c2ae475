import { sameDims, showShape } from "../../base/shape.ts";
import { atPath, makeNode, type Node, reachable, type Value } from "../value.ts";

/** What a graph is lowered for: any runtime, or ONNX Runtime on a CPU, which has operators of its own. */
export type Target = "portable" | "cpu";

/** Looks at a rebuilt node, and at what it was, and returns values to stand for its outputs, or undefined to keep it. */
export type Rule = (node: Node, original: Node) => readonly Value[] | undefined;

/** A named step of compilation: graph in, graph out, same numbers. */
export interface Pass {
  readonly name: string;
  /** The only target whose runtime knows the operators that the pass introduces; every target, if absent. */
  readonly target?: Target;
  /** True if it joins tensors along their axes, which must not be done with axes whose sizes are free. */
  readonly fixedSizes?: boolean;
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
    const outputs = atPath(node.path, () => rule(rebuilt, node)) ?? rebuilt.outputs;
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

/** How often each value is used, being wanted included. */
export function usesOf(values: readonly Value[]): Map<Value, number> {
  const uses = new Map<Value, number>();
  for (const v of [...values, ...reachable(values).flatMap((n) => n.inputs)]) uses.set(v, (uses.get(v) ?? 0) + 1);
  return uses;
}
