import { broadcast, dimsOf, type Shape, sameDims } from "../base/shape.ts";
import { type Operand, valueOf } from "./leaves.ts";
import { apply, defineOp, type Lowering, needF32, type Op, type OpCase } from "./op.ts";
import { mapBroadcast } from "./tensor64.ts";
import type { DType, Node, Value } from "./value.ts";

/** What an elementwise function of one variable has to say for itself. */
interface UnaryRule {
  readonly name: string;
  /** The ONNX operator, or a lowering. */
  readonly onnx: string | ((g: Lowering, x: string) => string);
  /** ∂L/∂x from x, y = f(x) and ∂L/∂y. */
  readonly grad: ((x: Value, dy: Value, y: Value) => Value | undefined) | "none";
  readonly exact: (x: number) => number;
  /** Where naive forms under- or overflow, or where the definition changes. */
  readonly probe: readonly number[];
  /** The range in which random gradient checks draw, where (−2, 2) is not inside the domain. */
  readonly domain?: readonly [number, number];
}

/** An elementwise op of one variable: any shape in, same shape out. */
export function unary(rule: UnaryRule): (x: Operand) => Value {
  const [from, to] = rule.domain ?? [-2, 2];
  const op = defineOp({
    name: rule.name,
    elementwise: true,
    types: ([x], _a, where) => [{ shape: x.shape, dtype: needF32(where, x) }],
    onnx: (g, [x]) => [typeof rule.onnx === "string" ? g.node(rule.onnx, [x]) : rule.onnx(g, x)],
    grad: rule.grad === "none" ? "none" : (node, [dy]) => [dy && unaryGrad(rule, node, dy)],
    exact: ([x]) => [x.data.map(rule.exact)],
    cases: [
      { note: "random", inputs: [{ dims: [3, 4], from, to }] },
      { note: "hard inputs", inputs: [{ dims: [rule.probe.length], values: rule.probe }] },
    ],
  });
  return Object.assign((x: Operand): Value => apply(op, [valueOf(x)], {})[0], { op });
}

function unaryGrad(rule: UnaryRule, node: Node, dy: Value): Value | undefined {
  return rule.grad === "none" ? undefined : rule.grad(node.inputs[0], dy, node.outputs[0]);
}

/** What an elementwise function of two variables has to say for itself. */
interface BinaryRule {
  readonly name: string;
  readonly onnx: string;
  readonly dtype?: DType;
  readonly grad:
    | ((a: Value, b: Value, dy: Value, y: Value) => readonly [Value | undefined, Value | undefined])
    | "none";
  readonly exact: (a: number, b: number) => number;
  /** Brings a gradient of the broadcast shape back to that of an operand. */
  readonly reduce?: (dy: Value, to: Shape) => Value;
  readonly cases?: readonly OpCase[];
}

/** An elementwise op of two variables with broadcasting. */
export function binary(rule: BinaryRule): (a: Operand, b: Operand) => Value {
  const op = defineOp({
    name: rule.name,
    elementwise: true,
    types: ([a, b], _a, where) => {
      needF32(where, a);
      needF32(where, b);
      return [{ shape: broadcast(where, a.shape, b.shape), dtype: rule.dtype ?? "f32" }];
    },
    onnx: (g, [a, b]) => [g.node(rule.onnx, [a, b])],
    grad: rule.grad === "none" ? "none" : (node, [dy]) => binaryGrad(rule, node, dy),
    exact: ([a, b], { outputs }) => [mapBroadcast([a, b], dimsOf(outputs[0].shape), rule.exact)],
    cases: rule.cases ?? [
      { note: "same shape", inputs: [{ dims: [3, 4] }, { dims: [3, 4], from: 0.5, to: 2 }] },
      { note: "a row for all", inputs: [{ dims: [3, 4] }, { dims: [4], from: 0.5, to: 2 }] },
      { note: "stretched on both sides", inputs: [{ dims: [3, 1] }, { dims: [2, 1, 4], from: 0.5, to: 2 }] },
      { note: "scalar", inputs: [{ dims: [] }, { dims: [2, 2], from: 0.5, to: 2 }] },
    ],
  });
  return Object.assign((a: Operand, b: Operand): Value => apply(op, [valueOf(a), valueOf(b)], {})[0], { op });
}

function binaryGrad(rule: BinaryRule, node: Node, dy: Value | undefined): readonly (Value | undefined)[] {
  if (!dy || rule.grad === "none") return [undefined, undefined];
  const [a, b] = node.inputs;
  const grads = rule.grad(a, b, dy, node.outputs[0]);
  return grads.map((g, i) => {
    const to = node.inputs[i].shape;
    return g && !sameDims(g.shape, to) && rule.reduce ? rule.reduce(g, to) : g;
  });
}

/** The op behind a function made by `unary` or `binary`, for the list of all ops. */
export function opOf(call: unknown): Op {
  return (call as { op: Op }).op;
}
