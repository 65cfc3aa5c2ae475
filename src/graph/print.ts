import { leafName, scalarOf } from "./leaves.ts";
import { reachable, showType, type Value } from "./value.ts";

/**
 * A graph as text, one node a line: `%2 = MatMul(x, weight)  # f32(batch=2, out=3)`.
 * @param values what to print, with names if given as a record
 */
export function print(values: readonly Value[] | Readonly<Record<string, Value>>): string {
  const entries = Array.isArray(values)
    ? values.map((v: Value, i): [string, Value] => [`out${i}`, v])
    : Object.entries(values as Record<string, Value>);
  const names = new Map<Value, string>();
  const lines: string[] = [];
  let count = 0;
  for (const node of reachable(entries.map(([, v]) => v))) {
    const [first] = node.outputs;
    if (node.leaf) {
      const number = scalarOf(first);
      const name = leafName(first) || (number !== undefined ? String(number) : `const${++count}`);
      names.set(first, name);
      if (node.leaf.kind !== "constant") lines.push(`${name} = ${node.op.name}  # ${showType(first)}`);
      continue;
    }
    for (const v of node.outputs) names.set(v, `%${++count}`);
    const settings = Object.entries(node.attributes)
      .filter(([, a]) => a !== false && a !== undefined)
      .map(([k, a]) => `${k}: ${showAttribute(a)}`);
    const inputs = [...node.inputs.map((v) => names.get(v)), ...settings].join(", ");
    const outputs = node.outputs.map((v) => names.get(v)).join(", ");
    lines.push(`${outputs} = ${node.op.name}(${inputs})  # ${node.outputs.map(showType).join(", ")}`);
  }
  for (const [name, v] of entries) lines.push(`${name}: ${names.get(v)}`);
  return lines.join("\n");
}

function showAttribute(a: unknown): string {
  if (!Array.isArray(a)) return String(a);
  return `[${a.map((x) => (typeof x === "object" ? x.size : x)).join(" ")}]`;
}
