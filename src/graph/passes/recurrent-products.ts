import { sameDims } from "../../base/shape.ts";
import { type Node, reachable, type Value } from "../value.ts";

/** Rows from which on the runtime's product of matrices is as fast. */
const MANY_ROWS = 64;

/** Products that share a weight for it to be worth laying out. */
const SHARED = 4;

/**
 * Tells in how many rows at once a product is computed in blocks: those of few rows whose right operand at least four of them share, as in
 * a recurrence; and those of many rows that are cut into as few, as outside of it.
 */
export function rowsInBlocks(values: readonly Value[]): (product: Node) => number | undefined {
  const nodes = reachable(values);
  const matrices = nodes.filter(({ op, inputs }) => op.name === "MatMul" && inputs.every((v) => v.shape.length === 2));
  const few = matrices.filter(({ inputs: [x] }) => x.shape[0].size <= MANY_ROWS);
  const counts = new Map<Value, number>();
  for (const { inputs } of few) counts.set(inputs[1], (counts.get(inputs[1]) ?? 0) + 1);
  const chosen = few.filter(({ inputs }) => counts.get(inputs[1])! >= SHARED);
  const rowsOf = new Map(chosen.map((n) => [n, n.inputs[0].shape[0].size]));
  const steps = new Set(rowsOf.values());
  for (const {
    op,
    inputs: [x],
    attributes,
    outputs,
  } of nodes) {
    const rows = op.name === "Split" && attributes["axis"] === 0 ? outputs[0].shape[0].size : 0;
    if (outputs.length < SHARED || !steps.has(rows) || !outputs.every((v) => v.shape[0].size === rows)) continue;
    const product = productBehind(x);
    if (product) rowsOf.set(product, rows);
  }
  return (product) => rowsOf.get(product);
}

/** The product of matrices that is cut, perhaps after something was done to its elements. */
function productBehind({ node, shape }: Value): Node | undefined {
  if (node.op.name === "MatMul") return shape.length === 2 ? node : undefined;
  const before = node.op.elementwise ? node.inputs.find((v) => sameDims(v.shape, shape)) : undefined;
  return before && productBehind(before);
}
