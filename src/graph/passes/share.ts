import type { Node, Value } from "../value.ts";
import { type Pass, rewrite } from "./rewrite.ts";

/** Common-subexpression elimination: the same op on the same inputs with the same settings is computed once. */
export const share: Pass = {
  name: "share",
  run: (values) => {
    const first = new Map<string, Node>();
    const ids = new Map<Value, number>();
    const id = (v: Value): number => {
      if (!ids.has(v)) ids.set(v, ids.size);
      return ids.get(v)!;
    };
    return rewrite(values, (node) => {
      if (node.leaf && node.leaf.kind !== "constant") return undefined;
      const key = node.leaf
        ? `constant ${JSON.stringify(node.outputs[0].shape)} ${small(node)}`
        : `${node.op.name} ${node.inputs.map(id)} ${JSON.stringify(node.attributes)}`;
      const earlier = first.get(key);
      if (!earlier) first.set(key, node);
      return earlier?.outputs;
    });
  },
};

/** Constants of up to 64 numbers are compared by content, larger ones by identity. */
function small(node: Node): string {
  const data = node.leaf?.kind === "constant" ? node.leaf.data : [];
  return data.length <= 64 ? data.join() : `#${node.id}`;
}
