import { describe, expect, test } from "vitest";
import { ShapeError, UsageError } from "../base/errors.ts";
import { axis, dimsOf } from "../base/shape.ts";
import { decodeModel } from "../onnx/decode.ts";
import { encodeModel } from "../onnx/encode.ts";
import { ElementType } from "../onnx/model.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { type Compiled, compile } from "./compile.ts";
import { constant, input, noise, variable } from "./leaves.ts";
import { add, exp, greater, matmul, mul, reshape, split, square, sub, sum, tanh } from "./ops/index.ts";
import { named, type Value } from "./value.ts";

const zero = (out: Float32Array): void => void out.fill(0);
const [batch, from, to] = [axis("batch", 4), axis("in", 3), axis("out", 2)];

/** A layer, its error and one step of gradient descent: something of everything. */
function layer() {
  const x = input("x", [batch, from], "what is seen");
  const W = variable("W", [from, to], zero);
  const e = noise("e", "normal", [batch, to]);
  const y = named("layer", () => tanh(add(matmul(x, W), e)));
  const updates = [[W, mul(W, 0.9)]] as const;
  return { name: "layer", outputs: { y, loss: sum(square(y)), high: greater(y, 0.5) }, updates };
}

const opsOf = (c: Compiled): string[] => c.model.graph.nodes.map((n) => n.op);

test("a program's border lists inputs, noise, variables and outputs with their types", () => {
  const c = compile(layer());
  expect(c.inputs).toEqual([{ name: "x", shape: [batch, from], dtype: "f32" }]);
  expect(c.noise).toEqual([{ name: "e", shape: [batch, to], dtype: "f32", distribution: "normal" }]);
  expect(c.variables).toEqual([{ name: "W", shape: [from, to], dtype: "f32", initial: zero, next: "W/next" }]);
  expect(c.outputs.map((p) => [p.name, dimsOf(p.shape), p.dtype])).toEqual([
    ["y", [4, 2], "f32"],
    ["loss", [], "f32"],
    ["high", [4, 2], "bool"],
  ]);
});

test("the model says the same to any reader of ONNX: names, sizes, types, words", () => {
  const { graph } = decodeModel(encodeModel(compile({ ...layer(), docs: { loss: "in nats" } }).model));
  expect(graph.inputs.map((v) => [v.name, v.dims, v.doc])).toEqual([
    ["x", [4, 3], "what is seen (batch=4, in=3)"],
    ["W", [3, 2], "(in=3, out=2)"],
    ["e", [4, 2], "standard normal noise (batch=4, out=2)"],
  ]);
  expect(graph.outputs.map((v) => [v.name, v.dims, v.type])).toEqual([
    ["y", [4, 2], ElementType.float],
    ["loss", [], ElementType.float],
    ["high", [4, 2], ElementType.bool],
    ["W/next", [3, 2], ElementType.float],
  ]);
  expect(graph.outputs[1].doc).toBe("in nats ()");
});

test("nodes are named after their layer, outputs as asked", () => {
  const { nodes } = compile(layer()).model.graph;
  expect(nodes.slice(0, 3).map((n) => [n.name, n.outputs[0]])).toEqual([
    ["layer/MatMul", "layer/MatMul"],
    ["layer/Add", "layer/Add"],
    ["layer/Tanh", "y"],
  ]);
});

test("the same program compiles to the same bytes", () => {
  expect(encodeModel(compile(layer()).model)).toEqual(encodeModel(compile(layer()).model));
});

test("frozen variables leave the border and become constants of their names", () => {
  const { outputs } = layer();
  const c = compile({ name: "frozen", outputs }, { freeze: { W: [1, 2, 3, 4, 5, 6] } });
  expect(c.variables).toEqual([]);
  expect(c.model.graph.inputs.map((v) => v.name)).toEqual(["x", "e"]);
  const W = c.model.graph.initializers.find((t) => t.name === "W")!;
  expect([...new Float32Array(Uint8Array.from(W.data).buffer)]).toEqual([1, 2, 3, 4, 5, 6]);
});

test("a pass that is left out leaves its work undone", () => {
  const x = input("x", [2]);
  const outputs = { y: add(add(x, 0), mul(tanh(x), exp(0))), z: tanh(x) };
  expect(opsOf(compile({ name: "p", outputs }))).toEqual(["Tanh", "Add"]);
  expect(opsOf(compile({ name: "p", outputs }, { without: ["fold"] }))).toEqual(["Tanh", "Exp", "Mul", "Add"]);
  const plain = compile({ name: "p", outputs }, { without: ["simplify", "fold", "zeros", "share"] });
  expect(opsOf(plain)).toEqual(["Add", "Tanh", "Exp", "Mul", "Add"]);
});

describe("outputs that are not the result of one node each", () => {
  const x = input("x", [2]);
  const y = square(x);
  const programs: readonly (readonly [string, Record<string, Value>, Record<string, number[]>])[] = [
    ["one value under two names", { a: y, b: y }, { a: [1, 4], b: [1, 4] }],
    ["an input itself", { a: x }, { a: [1, -2] }],
    ["a constant", { a: constant([7, 8], [2]), b: y }, { a: [7, 8], b: [1, 4] }],
    ["the result of an input and a constant that folds away", { a: add(x, sub(2, 2)) }, { a: [1, -2] }],
  ];
  test.each(programs)("%s has its numbers", async (_name, outputs, wanted) => {
    const program = compile({ name: "p", outputs });
    const session = await cpu.open(program, { threads: 1 });
    const [got] = await session.run([program.inputs.length > 0 ? { x: Float32Array.of(1, -2) } : {}]);
    await session.dispose();
    expect(Object.fromEntries(Object.entries(got).map(([name, v]) => [name, [...v]]))).toEqual(wanted);
  });
});

describe("free axes", () => {
  test("the model declares a free axis by name in inputs and outputs, and keeps the others' sizes", () => {
    const { graph } = compile({ name: "p", outputs: layer().outputs }, { freeAxes: ["batch"] }).model;
    expect(graph.inputs.map((v) => [v.name, v.dims])).toEqual([
      ["x", ["batch", 3]],
      ["W", [3, 2]],
      ["e", ["batch", 2]],
    ]);
    expect(graph.outputs.map((v) => v.dims)).toEqual([["batch", 2], [], ["batch", 2]]);
  });

  test("a reshape with the free axis' size built in is refused, by layer", () => {
    const x = input("x", [batch, 4]);
    const y = named("decoder", () => reshape(square(x), [batch, 2, 2]));
    const compiled = () => compile({ name: "p", outputs: { y } }, { freeAxes: ["batch"] });
    expect(compiled).toThrow(ShapeError);
    expect(compiled).toThrow(
      'Reshape in decoder: expected an op that works for any size of axis "batch", got one with the size 4',
    );
    expect(() => compile({ name: "p", outputs: { y } }, { freeAxes: ["pixel"] })).not.toThrow();
  });
});

describe("refused", () => {
  const x = input("x", [batch, from]);
  const W = variable("W", [from, to], zero);

  test("pieces of a free axis that are not equal", () => {
    const rows = input("rows", [axis("batch", 3), 2]);
    const cut = (sizes: number[]) => () =>
      compile({ name: "p", outputs: { y: split(rows, "batch", sizes)[1] } }, { freeAxes: ["batch"] });
    expect(cut([1, 2])).toThrow('expected an op that works for any size of axis "batch"');
    expect(cut([1, 1, 1])).not.toThrow();
  });

  test("an unknown pass, with the names of those that exist", () => {
    const compiled = () => compile({ name: "p", outputs: { x } }, { without: ["fuse"] });
    expect(compiled).toThrow(UsageError);
    expect(compiled).toThrow("expected passes among simplify, fold, zeros, share, split-channels");
  });

  test("two leaves of one name", () => {
    const twice = { y: add(sum(x), sum(input("x", [2]))) };
    expect(() => compile({ name: "p", outputs: twice })).toThrow(UsageError);
    expect(() => compile({ name: "p", outputs: twice })).toThrow('two leaves named "x"');
  });

  test("an update of another shape, naming variable, program and both types", () => {
    const compiled = () => compile({ name: "p", outputs: {}, updates: [[W, sum(W, ["in"])]] });
    expect(compiled).toThrow(UsageError);
    expect(compiled).toThrow(/update of W in program p: .*f32\(in=3, out=2\), got f32\(out=2\)/);
  });

  test("an update by truth values", () => {
    expect(() => compile({ name: "p", outputs: {}, updates: [[W, greater(W, 0)]] })).toThrow(UsageError);
  });

  test("an update of something that is no variable", () => {
    expect(() => compile({ name: "p", outputs: {}, updates: [[x, mul(x, 2)]] })).toThrow(/update of x in program p/);
  });
});
