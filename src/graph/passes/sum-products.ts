import { dimsOf, sameDims, sizeOf } from "../../base/shape.ts";
import { concat, reshape } from "../ops/layout.ts";
import { makeNode, type Node, reachable, type Value } from "../value.ts";
import { fixedNodes } from "./fixed-nodes.ts";
import { Orders } from "./orders.ts";
import { byKey, type Group, regroup } from "./regroup.ts";
import { type Pass, usesOf } from "./rewrite.ts";
import { addUp, type Sum, sumsOf } from "./sums.ts";

/**
 * A sum of products is one product of concatenations: Σ AₜᵀBₜ = [A₁; A₂; …]ᵀ[B₁; B₂; …]. So the gradient of a weight that is used at every
 * step of a recurrence is computed once, from all steps side by side, instead of step by step and added up. The same holds for the
 * gradient of a kernel, whose steps are joined along the batch, and for that of a bias, where its gradients are joined anyway.
 */
export const sumProducts: Pass = {
  name: "sum-products",
  fixedSizes: true,
  run: (values) => {
    const nodes = reachable(values);
    const termOf = termsIn(nodes, values);
    const bundles = sumsOf(values).flatMap((sum) => bundlesOf(sum, termOf));
    const orders = new Orders(nodes);
    // First those that follow an order that is there already, then other products, last the sums that only follow.
    const turn = (b: Bundle): number => (b.terms[0].node.op.name === "Sum" ? 2 : ordered(b, orders) ? 0 : 1);
    const turns = bundles.map((b) => [turn(b), b] as const).sort(([a], [b]) => a - b);
    const joined = turns.flatMap(([, b]) => arranged(b, orders) ?? []);
    const ofSum = byKey(joined, ({ sum }) => `${sum.total.node.id}`);
    return regroup(values, ofSum.map(groupOf));
  },
};

/** A term of a sum that is a product: linear in the part of its operands along an axis of each. */
interface Term {
  readonly value: Value;
  /** The product: the term's own node, or that of which it is a reshape. */
  readonly node: Node;
  /** The axis of each operand that the product sums over. */
  readonly axes: readonly number[];
  /** Terms of one key can be joined. */
  readonly key: string;
}

/** Terms of a sum that become one. */
interface Bundle {
  readonly sum: Sum;
  readonly terms: readonly Term[];
}

function bundlesOf(sum: Sum, termOf: (v: Value) => Term | undefined): Bundle[] {
  const terms = sum.terms.map(termOf).filter((t) => t !== undefined);
  return byKey(terms, (t) => t.key)
    .filter((same) => same.length > 1 && worthJoining(same))
    .map((same) => ({ sum, terms: same }));
}

/** Numbers in the operands of one gradient of a kernel, from which on it is work enough for itself. */
const LARGE = 1 << 20;

/**
 * Copying the operands of matrix products must cost less than writing and adding their results; that of large images never does, and
 * takes memory besides.
 */
function worthJoining(terms: readonly Term[]): boolean {
  const { op } = terms[0].node;
  const operands = ({ node }: Term): number => node.inputs.reduce((n, v) => n + sizeOf(v.shape), 0);
  if (op.name === "ConvWeight") return operands(terms[0]) < LARGE;
  return op.name !== "MatMul" || operands(terms[0]) <= sizeOf(terms[0].value.shape);
}

/** Tells which terms are products that nothing else needs. */
function termsIn(nodes: readonly Node[], values: readonly Value[]): (term: Value) => Term | undefined {
  const uses = usesOf(values);
  const shared = sharedWeights(nodes);
  return (value) => {
    const { op, inputs } = value.node;
    const product = op.name === "Reshape" && uses.get(inputs[0]) === 1 ? inputs[0] : value;
    const { node } = product;
    const axes = summedAxes(node);
    if (uses.get(value) !== 1 || !axes || shared(node)) return undefined;
    const sizes = node.inputs.map((v, i) => dimsOf(v.shape).with(axes[i], 0));
    return { value, node, axes, key: `${node.op.name} ${JSON.stringify(node.attributes)} ${JSON.stringify(sizes)}` };
  };
}

/** The axis of each operand over which a product sums. */
function summedAxes({ op, inputs, attributes, outputs: [y] }: Node): readonly number[] | undefined {
  if (op.name === "ConvWeight") return [0, 0];
  if (op.name === "Sum") return (attributes["axes"] as readonly number[]).includes(0) ? [0] : undefined;
  if (op.name !== "MatMul") return undefined;
  const rank = y.shape.length;
  const batch = y.shape.slice(0, -2);
  if (!inputs.every((v) => sameDims(v.shape.slice(0, -2), batch))) return undefined;
  return [attributes["transposeA"] ? rank - 2 : rank - 1, attributes["transposeB"] ? rank - 1 : rank - 2];
}

/** Products with a weight that other products share are left to the pass "hoist", which may join them across the steps. */
function sharedWeights(nodes: readonly Node[]): (product: Node) => boolean {
  const fixed = fixedNodes(nodes);
  const keysOf = ({ op, inputs, attributes }: Node): string[] =>
    op.name === "MatMul"
      ? inputs.flatMap((v, i) =>
          fixed.get(v.node) === "weight" ? [`${i} ${v.node.id}.${v.slot} ${JSON.stringify(attributes)}`] : [],
        )
      : [];
  const count = new Map<string, number>();
  for (const key of nodes.flatMap(keysOf)) count.set(key, (count.get(key) ?? 0) + 1);
  return (product) => keysOf(product).some((key) => count.get(key)! > 1);
}

/** The operands of terms at one place. */
const operands = (terms: readonly Term[], place: number): Value[] => terms.map((t) => t.node.inputs[place]);

/** The terms in the order in which their operands are joined already, or in which they were split; the larger operand decides. */
function ordered({ terms }: Bundle, orders: Orders): readonly Term[] | undefined {
  const [first] = terms;
  const places = first.node.inputs.map((_, i) => i);
  places.sort((i, j) => sizeOf(first.node.inputs[j].shape) - sizeOf(first.node.inputs[i].shape));
  for (const place of places) {
    const termOf = new Map(terms.map((t) => [t.node.inputs[place], t]));
    const order = termOf.size === terms.length ? orders.find([...termOf.keys()]) : undefined;
    if (order) return order.map((v) => termOf.get(v)!);
  }
  return undefined;
}

/** A bundle in its order, which is remembered for those that join the same operands. Sums are joined only where their operands are anyway. */
function arranged(bundle: Bundle, orders: Orders): Bundle | undefined {
  const order = ordered(bundle, orders);
  if (!order && bundle.terms[0].node.op.name === "Sum") return undefined;
  const terms = order ?? bundle.terms;
  for (const place of terms[0].axes.keys()) orders.keep(operands(terms, place));
  return { ...bundle, terms };
}

/** The sum of the joined products and of the other terms. */
function groupOf(bundles: readonly Bundle[]): Group {
  const { total, terms } = bundles[0].sum;
  const joined = new Set(bundles.flatMap((b) => b.terms.map((t) => t.value)));
  const others = terms.filter((v) => !joined.has(v));
  const lists = bundles.flatMap((b) => b.terms[0].axes.map((_, place) => operands(b.terms, place)));
  return {
    from: [...others, ...lists.flat()],
    to: [total],
    build: (from) => {
      let at = others.length;
      const take = (n: number): readonly Value[] => from.slice(at, (at += n));
      const products = bundles.map(({ terms: same }) => {
        const [{ node, axes }] = same;
        const inputs = axes.map((axis) => concat(take(same.length), axis));
        const [product] = makeNode(node.op, inputs, node.attributes, node.outputs).outputs;
        return sameDims(product.shape, total.shape) ? product : reshape(product, total.shape);
      });
      return [addUp([...from.slice(0, others.length), ...products], total)];
    },
  };
}
