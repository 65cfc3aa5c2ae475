import { BLOCK } from "../blocked/layout.ts";
import { add } from "../ops/arithmetic.ts";
import { split } from "../ops/layout.ts";
import { makeNode, type Node, reachable, type Value } from "../value.ts";
import { fixedNodes } from "./fixed-nodes.ts";
import { rowsInBlocks } from "./recurrent-products.ts";
import { type Pass, rewrite, usesOf } from "./rewrite.ts";

/**
 * Gates that a recurrence computes side by side and then cuts apart are products of their own, where blocks of channels allow: nothing is
 * cut at every step, and each product can apply its gate's function to its result as it stores it.
 */
export const splitGates: Pass = {
  name: "split-gates",
  target: "cpu",
  fixedSizes: true,
  run: (values) => {
    const gates = new Gates(values);
    return rewrite(values, (node, original) =>
      gates.has(original) ? gates.cut(node.inputs[0], original.attributes["sizes"] as readonly number[]) : undefined,
    );
  },
};

/** The splits into gates whose operands can be computed in parts. */
class Gates {
  private readonly uses: ReadonlyMap<Value, number>;
  private readonly userOf: ReadonlyMap<Value, Node>;
  private readonly fixed: ReadonlyMap<Node, unknown>;
  private readonly inBlocks: (product: Node) => number | undefined;
  private readonly known = new Map<Node, boolean>();
  /** What was cut already, by what and how. */
  private readonly parts = new Map<string, readonly Value[]>();

  constructor(values: readonly Value[]) {
    const nodes = reachable(values);
    this.uses = usesOf(values);
    this.userOf = new Map(nodes.flatMap((n) => n.inputs.map((v): [Value, Node] => [v, n])));
    this.fixed = fixedNodes(nodes);
    this.inBlocks = rowsInBlocks(values);
  }

  has(node: Node): boolean {
    if (!isGates(node)) return false;
    if (!this.known.has(node)) {
      const steps = new Set<Node>();
      const can = this.canCut(node.inputs[0], node, steps);
      // all steps whose inputs were computed together are cut, or none: what some need whole would be computed twice
      for (const n of [node, ...[...steps].flatMap((s) => s.outputs.flatMap((v) => this.gatesOf(v) ?? []))])
        this.known.set(n, can);
    }
    return this.known.get(node)!;
  }

  /** Whether a value that nothing else needs can be computed in parts: a product, a sum of such and of biases, or a piece of one of all steps. */
  private canCut(v: Value, gates: Node, steps: Set<Node>): boolean {
    const { node } = v;
    if (this.fixed.has(node) && v.shape.length === 1) return true;
    if (this.uses.get(v) !== 1) return false;
    if (node.op.name === "MatMul") return this.inBlocks(node) !== undefined;
    if (node.op.name === "Add") return node.inputs.every((x) => this.canCut(x, gates, steps));
    if (node.op.name !== "Split" || node.attributes["axis"] !== 0) return false;
    if (steps.has(node)) return true;
    steps.add(node);
    return (
      this.canCut(node.inputs[0], gates, steps) &&
      node.outputs.every((part) => {
        const other = this.gatesOf(part);
        return other && sizesOf(other) === sizesOf(gates) && this.canCut(other.inputs[0], gates, steps);
      })
    );
  }

  /** The split into gates that a piece is only needed for. */
  private gatesOf(v: Value): Node | undefined {
    const user = this.uses.get(v) === 1 ? this.userOf.get(v) : undefined;
    if (user?.op.name === "Add") return this.gatesOf(user.outputs[0]);
    return user && isGates(user) ? user : undefined;
  }

  /** The parts of a value along its columns; of a bias, which is one row of them. */
  cut(v: Value, sizes: readonly number[]): readonly Value[] {
    return this.once(`${v.node.id}.${v.slot} columns ${sizes}`, () => this.computed(v, sizes));
  }

  private computed(v: Value, sizes: readonly number[]): readonly Value[] {
    const { op, inputs, attributes } = v.node;
    if (v.shape.length === 1) return split(v, 0, sizes);
    if (op.name === "Add") {
      const [a, b] = inputs.map((x) => this.cut(x, sizes));
      return a.map((part, i) => add(part, b[i]));
    }
    if (op.name === "Split") {
      const rows = attributes["sizes"] as readonly number[];
      return this.cut(inputs[0], sizes).map((part) => this.split(part, 0, rows)[v.node.outputs.indexOf(v)]);
    }
    const [x, w] = inputs;
    return this.split(w, attributes["transposeB"] ? 0 : 1, sizes).map((part, i) => {
      const shape = v.shape.with(1, { name: "", size: sizes[i] });
      return makeNode(op, [x, part], attributes, [{ shape, dtype: v.dtype }]).outputs[0];
    });
  }

  private split(v: Value, axis: number, sizes: readonly number[]): readonly Value[] {
    return this.once(`${v.node.id}.${v.slot} along ${axis} ${sizes}`, () => split(v, axis, sizes));
  }

  private once(key: string, make: () => readonly Value[]): readonly Value[] {
    const parts = this.parts.get(key) ?? make();
    this.parts.set(key, parts);
    return parts;
  }
}

const sizesOf = ({ attributes }: Node): string => `${attributes["sizes"] as readonly number[]}`;

/** A matrix cut into columns that fill blocks. */
const isGates = ({ op, inputs: [x], attributes }: Node): boolean =>
  op.name === "Split" &&
  x.shape.length === 2 &&
  attributes["axis"] === 1 &&
  (attributes["sizes"] as readonly number[]).every((n) => n % BLOCK === 0);
