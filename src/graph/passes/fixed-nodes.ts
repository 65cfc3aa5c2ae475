import type { Node } from "../value.ts";

/**
 * The nodes that are the same at all steps of an unrolled recurrence, because they depend on no input or noise: "weight" where they depend
 * on variables, "constant" where they depend on nothing.
 */
export function fixedNodes(nodes: readonly Node[]): ReadonlyMap<Node, "weight" | "constant"> {
  const fixed = new Map<Node, "weight" | "constant">();
  for (const node of nodes) {
    const inputs = node.inputs.map((v) => fixed.get(v.node));
    if (node.leaf?.kind === "input" || node.leaf?.kind === "noise" || inputs.includes(undefined)) continue;
    fixed.set(node, node.leaf?.kind === "variable" || inputs.includes("weight") ? "weight" : "constant");
  }
  return fixed;
}
