import { sameDims } from "../../base/shape.ts";
import { split } from "../ops/layout.ts";
import { makeNode, type Node, reachable, type Value } from "../value.ts";
import { fixedNodes } from "./fixed-nodes.ts";
import { type Group, regroup } from "./regroup.ts";
import { type Pass, usesOf } from "./rewrite.ts";

/**
 * What is done to every part of a split alike is done once, before the split. So the bias of a product that left a recurrence is added to
 * the whole product, and not step by step.
 */
export const beforeSplit: Pass = {
  name: "before-split",
  fixedSizes: true,
  run: (values) => {
    const nodes = reachable(values);
    const uses = usesOf(values);
    const fixed = fixedNodes(nodes);
    const userOf = new Map(nodes.flatMap((n) => n.inputs.map((v): [Value, Node] => [v, n])));
    const groups: Group[] = [];
    for (const cut of nodes) {
      if (cut.op.name !== "Split" || !cut.outputs.every((part) => uses.get(part) === 1)) continue;
      const users = cut.outputs.flatMap((part) => userOf.get(part) ?? []);
      const all = users.length === cut.outputs.length && users.every((user) => isAlike(user, users[0], cut));
      if (all && others(users[0], cut).every((v) => fixed.has(v.node) && isOneForAll(v, cut)))
        groups.push(groupOf(cut, users));
    }
    return regroup(values, groups);
  },
};

/** What a user of a part needs besides. */
const others = ({ inputs }: Node, cut: Node): Value[] => inputs.filter((v) => v.node !== cut);

/** The same elementwise op, with the same other operands, on a part of the result's sizes. */
function isAlike({ op, attributes, inputs, outputs }: Node, first: Node, cut: Node): boolean {
  return (
    op === first.op &&
    op.elementwise === true &&
    inputs.filter((v) => v.node === cut).length === 1 &&
    JSON.stringify(attributes) === JSON.stringify(first.attributes) &&
    inputs.every((v, i) =>
      v.node === cut ? first.inputs[i].node === cut && sameDims(v.shape, outputs[0].shape) : v === first.inputs[i],
    )
  );
}

/** An operand that is repeated along the axis of the split. */
function isOneForAll({ shape }: Value, cut: Node): boolean {
  const fromEnd = cut.inputs[0].shape.length - (cut.attributes["axis"] as number);
  return shape.length < fromEnd || shape[shape.length - fromEnd].size === 1;
}

/** Split(f(x)) for the f of the parts. */
function groupOf(cut: Node, users: readonly Node[]): Group {
  const [first] = users;
  const axis = cut.attributes["axis"] as number;
  return {
    from: [cut.inputs[0], ...others(first, cut)],
    to: users.map((user) => user.outputs[0]),
    build: ([x, ...rest]) => {
      const operands = [...rest];
      const inputs = first.inputs.map((v) => (v.node === cut ? x : operands.shift()!));
      const [part] = first.outputs;
      const type = { shape: part.shape.with(axis, x.shape[axis]), dtype: part.dtype };
      const whole = makeNode(first.op, inputs, first.attributes, [type]).outputs[0];
      return split(whole, axis, cut.attributes["sizes"] as readonly number[]);
    },
  };
}
