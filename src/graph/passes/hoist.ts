import { dimsOf, sizeOf } from "../../base/shape.ts";
import { concat, split } from "../ops/layout.ts";
import { makeNode, type Node, reachable } from "../value.ts";
import { Levels } from "./levels.ts";
import { Orders } from "./orders.ts";
import { byKey, type Group, regroup } from "./regroup.ts";
import type { Pass } from "./rewrite.ts";

/**
 * Products of several operands with one weight, none of which waits for another, are one product of the operands side by side. In an
 * unrolled recurrence these are the products of the inputs, of the outputs, and in the gradient those that lead to them: they leave the
 * loop, and what stays in it is what must wait for the step before.
 */
export const hoist: Pass = {
  name: "hoist",
  fixedSizes: true,
  run: (values) => {
    const nodes = reachable(values);
    const orders = new Orders(nodes);
    const levels = new Levels(nodes);
    const groups: Group[] = [];
    for (const products of byKey(nodes.filter(isProduct), keyOf)) {
      if (products.length < 2) continue;
      // Joining makes all wait for all, which may put a product of another weight behind one it stood beside: levels are taken anew.
      for (const level of levels.of(products)) {
        if (!worthJoining(level)) continue;
        levels.join(level);
        groups.push(groupOf(level, orders));
      }
    }
    return regroup(values, groups);
  },
};

/** A product whose first operand may be longer along its first axis, which becomes that of the result. */
function isProduct({ op, inputs: [x, w], attributes }: Node): boolean {
  if (op.name === "Conv" || op.name === "ConvTranspose") return true;
  return op.name === "MatMul" && x.shape.length === 2 && w.shape.length === 2 && attributes["transposeA"] === false;
}

/** Products of one key have the same weight, the same settings, and operands of equal sizes. */
const keyOf = ({ op, inputs: [x, w], attributes }: Node): string =>
  `${op.name} ${w.node.id}.${w.slot} ${dimsOf(x.shape)} ${JSON.stringify(attributes)}`;

/**
 * Joining copies the operands and the results, and saves reading the weight for every product; or it saves nodes, each of which costs about
 * as much time as copying this many numbers.
 */
function worthJoining(products: readonly Node[]): boolean {
  const [{ op, inputs, outputs }] = products;
  const copied = sizeOf(inputs[0].shape) + sizeOf(outputs[0].shape);
  const reread = op.name === "MatMul" ? sizeOf(inputs[1].shape) : 0; // a convolution reads its kernel for every image anyway
  return (products.length > 1 && 2 * copied <= reread) || (products.length > 3 && copied <= SMALL);
}

const SMALL = 1 << 11;

/** Split(product(Concat(x₁, x₂, …), w)) */
function groupOf(products: readonly Node[], orders: Orders): Group {
  const productOf = new Map(products.map((n) => [n.inputs[0], n]));
  const xs = orders.find([...productOf.keys()]) ?? [...productOf.keys()];
  orders.keep(xs);
  const [{ op, attributes, inputs, outputs }] = products;
  const [rows, ...rest] = outputs[0].shape;
  return {
    from: [inputs[1], ...xs],
    to: xs.map((x) => productOf.get(x)!.outputs[0]),
    build: ([w, ...parts]) => {
      const shape = [{ name: rows.name, size: rows.size * parts.length }, ...rest];
      const all = makeNode(op, [concat(parts, 0), w], attributes, [{ shape, dtype: "f32" }]).outputs[0];
      return split(all, 0, parts.length);
    },
  };
}
