import { sameDims, sizeOf } from "../../base/shape.ts";
import { scalarOf } from "../leaves.ts";
import { add, mul, neg, sub } from "../ops/arithmetic.ts";
import { expand, full, sum } from "../ops/broadcast.ts";
import { reshape, transpose } from "../ops/layout.ts";
import { matmul } from "../ops/matmul.ts";
import { WITH_GRADIENT } from "../ops/with-gradient.ts";
import { makeNode, type Node, type Value } from "../value.ts";
import { type Pass, type Rule, rewrite } from "./rewrite.ts";

/** Algebra that never changes a finite result's value: neutral elements, double moves, repetition that broadcasting does for free. */
export const simplify: Pass = {
  name: "simplify",
  run: (values) =>
    rewrite(values, (node, original) => {
      for (const rule of rules[node.op.name] ?? []) {
        const better = rule(node, original);
        if (better) return better;
      }
      return undefined;
    }),
};

const producedBy = (v: Value, op: string): Node | undefined => (v.node.op.name === op ? v.node : undefined);

/** Keeps a simplification only if the shape did not depend on the part that was dropped. */
const ifSameDims = (node: Node, v: Value): readonly Value[] | undefined =>
  sameDims(v.shape, node.outputs[0].shape) ? [v] : undefined;

/** x ∘ e = x, for a scalar e on the side(s) where that holds. */
const neutral =
  (e: number, sides: readonly number[]): Rule =>
  (node) => {
    for (const side of sides) {
      if (scalarOf(node.inputs[side]) === e) return ifSameDims(node, node.inputs[1 - side]);
    }
    return undefined;
  };

/** An operand that is only repeated to fit is used unrepeated: broadcasting does it for free. */
const dropExpand: Rule = (node) => {
  for (const [at, v] of node.inputs.entries()) {
    const source = producedBy(v, "Expand")?.inputs[0];
    if (!source) continue;
    const inputs = node.inputs.with(at, source);
    if (broadcastsTo(inputs, node.outputs[0])) return makeNode(node.op, inputs, node.attributes, node.outputs).outputs;
  }
  return undefined;
};

/** f(repeat(x), c) = repeat(f(x, c)) for a scalar c: the repetition moves towards the output, where it may disappear. */
const liftExpand: Rule = (node) => {
  const at = node.inputs.findIndex((v) => producedBy(v, "Expand"));
  if (at < 0 || node.inputs.some((v, i) => i !== at && v.shape.length > 0)) return undefined;
  const source = node.inputs[at].node.inputs[0];
  const type = { shape: source.shape, dtype: node.outputs[0].dtype };
  const small = makeNode(node.op, node.inputs.with(at, source), node.attributes, [type]).outputs[0];
  return [expand(small, node.outputs[0].shape)];
};

function broadcastsTo(inputs: readonly Value[], y: Value): boolean {
  const rank = y.shape.length;
  return y.shape.every((axis, i) =>
    inputs.some((v) => (v.shape[i - (rank - v.shape.length)] ?? { size: 0 }).size === axis.size),
  );
}

const rules: Readonly<Record<string, readonly Rule[]>> = {
  Add: [
    neutral(0, [0, 1]),
    ({ inputs: [a, b] }) => {
      const n = producedBy(b, "Neg");
      return n && [sub(a, n.inputs[0])];
    },
    dropExpand,
    liftExpand,
  ],
  Sub: [
    neutral(0, [1]),
    ({ inputs: [a, b] }) => (a === b ? [full(a.shape, 0)] : undefined),
    ({ inputs: [a, b] }) => {
      const n = producedBy(b, "Neg");
      return n && [add(a, n.inputs[0])];
    },
    dropExpand,
    liftExpand,
  ],
  Mul: [
    neutral(1, [0, 1]),
    (node) => scalarChain(node),
    ({ inputs: [a, b] }) => {
      const [na, nb] = [producedBy(a, "Neg"), producedBy(b, "Neg")];
      return na && nb && [mul(na.inputs[0], nb.inputs[0])];
    },
    dropExpand,
    liftExpand,
  ],
  Div: [neutral(1, [1]), dropExpand, liftExpand],
  Where: [dropExpand],
  Greater: [dropExpand],
  GreaterOrEqual: [dropExpand],
  Equal: [dropExpand],
  Maximum: [dropExpand],
  Minimum: [dropExpand],
  Neg: [
    ({ inputs: [x] }) => {
      const n = producedBy(x, "Neg");
      return n && [n.inputs[0]];
    },
    ({ inputs: [x] }) => {
      const s = producedBy(x, "Sub"); // −(a − b) = b − a
      return s && [sub(s.inputs[1], s.inputs[0])];
    },
    ({ inputs: [x] }) => {
      const m = producedBy(x, "Mul");
      const [c, rest] = m ? constantFactor(m) : [];
      return c !== undefined && rest ? [mul(rest, -c)] : undefined;
    },
  ],
  Sum: [
    ({ inputs: [x], attributes }) => {
      const n = producedBy(x, "Neg"); // Σ −x = −Σ x, which has fewer elements
      return n && [neg(sum(n.inputs[0], attributes["axes"] as readonly number[], attributes["keep"] as boolean))];
    },
  ],
  Reshape: [
    // a name that the reshape took off would be back, and might contradict another where rules build anew
    ({ inputs: [x], outputs: [y] }) =>
      sameDims(x.shape, y.shape) && x.shape.every((a, i) => a.name === "" || a.name === y.shape[i].name)
        ? [x]
        : undefined,
    ({ inputs: [x], outputs: [y] }) => {
      const r = producedBy(x, "Reshape");
      return r && [reshape(r.inputs[0], y.shape)];
    },
  ],
  Expand: [
    ({ inputs: [x], outputs: [y] }) => (sameDims(x.shape, y.shape) ? [x] : undefined),
    ({ inputs: [x], outputs: [y] }) => {
      const e = producedBy(x, "Expand");
      return e && e.inputs[0].shape.length === 0 ? [expand(e.inputs[0], y.shape)] : undefined;
    },
  ],
  [WITH_GRADIENT]: [({ inputs, outputs }) => inputs.slice(0, outputs.length)],
  StopGradient: [({ inputs: [x] }) => [x]], // passes run after differentiation
  Transpose: [
    ({ inputs: [x], attributes }) =>
      (attributes["order"] as readonly number[]).every((p, i) => p === i) ? [x] : undefined,
    ({ inputs: [x], attributes }) => {
      const t = producedBy(x, "Transpose");
      const inner = t?.attributes["order"] as readonly number[];
      return (
        t && [
          transpose(
            t.inputs[0],
            (attributes["order"] as readonly number[]).map((i) => inner[i]),
          ),
        ]
      );
    },
  ],
  MatMul: [
    ({ inputs: [a, b], attributes }) => {
      const [ta, tb] = [attributes["transposeA"] as boolean, attributes["transposeB"] as boolean];
      const [sa, sb] = [a, b].map(swapped);
      return sa || sb ? [matmul(sa ?? a, sb ?? b, sa ? !ta : ta, sb ? !tb : tb)] : undefined;
    },
  ],
};

/** What a value is the transpose of, if it is one of a matrix. */
function swapped(v: Value): Value | undefined {
  const t = producedBy(v, "Transpose");
  return t && v.shape.length === 2 ? t.inputs[0] : undefined;
}

/** Splits c·x into its constant scalar and the rest. */
function constantFactor(m: Node): [number, Value] | [] {
  for (const side of [0, 1]) {
    const c = scalarOf(m.inputs[side]);
    const rest = m.inputs[1 - side];
    if (c !== undefined && m.inputs[side].shape.length === 0 && sizeOf(rest.shape) >= 1) return [c, rest];
  }
  return [];
}

/** c₁·(c₂·x) = (c₁·c₂)·x */
function scalarChain(node: Node): readonly Value[] | undefined {
  const [c1, inner] = constantFactor(node);
  if (c1 === undefined || !inner) return undefined;
  const n = producedBy(inner, "Neg");
  if (n) return [mul(n.inputs[0], -c1)];
  const m = producedBy(inner, "Mul");
  const [c2, rest] = m ? constantFactor(m) : [];
  return c2 !== undefined && rest ? [mul(rest, c1 * c2)] : undefined;
}
