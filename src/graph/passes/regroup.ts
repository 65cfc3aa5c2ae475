import { internal } from "../../base/errors.ts";
import { sameDims, showShape } from "../../base/shape.ts";
import { atPath, makeNode, type Node, type TensorType, type Value } from "../value.ts";

/** One computation that takes the place of several. */
export interface Group {
  /** What it starts from. */
  readonly from: readonly Value[];
  /** What it stands for: values of the graph, each in one group at most. */
  readonly to: readonly Value[];
  /** Computes values for `to` from the rebuilt `from`. */
  readonly build: (from: readonly Value[]) => readonly Value[];
}

/**
 * Rebuilds a graph so that every group is computed at once. Where `rewrite` sees one node after the other, a group may join nodes that
 * are far apart, so the order of the graph changes.
 * @throws Error if groups wait for each other in a circle
 */
export function regroup(values: readonly Value[], groups: readonly Group[]): Value[] {
  if (groups.length === 0) return [...values];
  const groupOf = new Map<Value, Group>(groups.flatMap((g) => g.to.map((v): [Value, Group] => [v, g])));
  const done = new Map<Value, Value>();
  const now = (v: Value): Value => done.get(v) ?? internal("a value was used before it was rebuilt");
  const finish = (unit: Unit): void => {
    if ("build" in unit) {
      const built = atPath(unit.to[0].node.path, () => retyped(unit.build(unit.from.map(now)), unit.to));
      unit.to.forEach((v, i) => void done.set(v, built[i]));
    } else {
      const rebuilt = rebuild(unit, unit.inputs.map(now));
      unit.outputs.forEach((v, i) => void (groupOf.has(v) || done.set(v, rebuilt.outputs[i])));
    }
  };
  visit(values, (v) => groupOf.get(v) ?? v.node, finish);
  return values.map(now);
}

type Unit = Node | Group;

/** Calls `finish` for everything that the values need, what is needed first. */
function visit(values: readonly Value[], unitOf: (v: Value) => Unit, finish: (unit: Unit) => void): void {
  const open = new Set<Unit>();
  const finished = new Set<Unit>();
  const stack: { unit: Unit; needs: readonly Value[]; next: number }[] = [];
  const enter = (unit: Unit): void => {
    if (finished.has(unit)) return;
    if (open.has(unit)) internal("regrouped values wait for each other");
    open.add(unit);
    stack.push({ unit, needs: "build" in unit ? unit.from : unit.inputs, next: 0 });
  };
  for (const v of values) {
    enter(unitOf(v));
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      if (top.next < top.needs.length) {
        enter(unitOf(top.needs[top.next++]));
      } else {
        stack.pop();
        finish(top.unit);
        finished.add(top.unit);
      }
    }
  }
}

/** A node on other inputs of the same types. */
export function rebuild(node: Node, inputs: readonly Value[]): Node {
  if (inputs.every((v, i) => v === node.inputs[i])) return node;
  return atPath(node.path, () => makeNode(node.op, inputs, node.attributes, node.outputs, node.leaf));
}

/** The same values with the axis names that the graph had in their place. */
function retyped(built: readonly Value[], types: readonly TensorType[]): readonly Value[] {
  built.forEach((v, i) => {
    if (!sameDims(v.shape, types[i].shape) || v.dtype !== types[i].dtype) {
      internal(`a pass turned ${showShape(types[i].shape)} into ${showShape(v.shape)}`);
    }
  });
  const { node } = built[0];
  if (node.leaf || node.outputs.length !== built.length || built.some((v) => v !== node.outputs[v.slot])) return built;
  return makeNode(node.op, node.inputs, node.attributes, types).outputs;
}

/** Items of one key each, in order of first appearance. */
export function byKey<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const k = key(item);
    const group = groups.get(k);
    if (group) group.push(item);
    else groups.set(k, [item]);
  }
  return [...groups.values()];
}
