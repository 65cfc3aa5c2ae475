import type { Node, Value } from "../value.ts";

/**
 * In which order to join values. A set of values is always joined in the same order, so that one concatenation serves everyone who needs
 * it; the parts of a split in their own order, so that joining them gives back what was split.
 */
export class Orders {
  private readonly known = new Map<string, readonly Value[]>();

  /** Starts with the concatenations and splits that a graph has. */
  constructor(nodes: readonly Node[]) {
    for (const { op, inputs } of nodes) if (op.name === "Concat") this.keep(inputs);
  }

  /** The order to join these values in, if there is a reason for one. */
  find(values: readonly Value[]): readonly Value[] | undefined {
    return this.known.get(keyOf(values)) ?? splitOrder(values);
  }

  /** Remembers the order in which values are joined. */
  keep(values: readonly Value[]): void {
    const key = keyOf(values);
    if (!this.known.has(key)) this.known.set(key, values);
  }
}

const keyOf = (values: readonly Value[]): string =>
  values
    .map((v) => `${v.node.id}.${v.slot}`)
    .sort()
    .join();

/** The order of the parts of one split, which may have been reshaped. */
function splitOrder(values: readonly Value[]): readonly Value[] | undefined {
  const parts = values.map((v) => (v.node.op.name === "Reshape" ? v.node.inputs[0] : v));
  const { node } = parts[0];
  if (node.op.name !== "Split" || parts.some((v) => v.node !== node)) return undefined;
  const slots = new Map(values.map((v, i) => [v, parts[i].slot]));
  return [...values].sort((a, b) => slots.get(a)! - slots.get(b)!);
}
