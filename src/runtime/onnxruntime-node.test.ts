import { expect, test } from "vitest";
import { RunError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { axis } from "../base/shape.ts";
import { compile } from "../graph/compile.ts";
import { gradient } from "../graph/gradient.ts";
import { input } from "../graph/leaves.ts";
import { mean, mul, square, sub, tanh } from "../graph/ops/index.ts";
import { dense } from "../nn/dense.ts";
import { cpu, defaultThreads } from "./onnxruntime-node.ts";
import { sessionContract } from "./session.contract.ts";
import type { State } from "./session.ts";

sessionContract("onnxruntime-node", cpu);

/** Gradient descent on a net of 20–64–5 units, 20 steps from a seed. */
async function trained(threads: number): Promise<State> {
  const [batch, from, hidden, to] = [axis("batch", 32), axis("in", 20), axis("hidden", 64), axis("out", 5)];
  const [first, second] = [dense("first", { from, to: hidden }), dense("second", { from: hidden, to })];
  const error = sub(second(tanh(first(input("x", [batch, from])))), input("target", [batch, to]));
  const variables = [...first.variables, ...second.variables];
  const slopes = gradient(mean(square(error)), variables);
  const updates = variables.map((v, i) => [v, sub(v, mul(0.1, slopes[i]))] as const);
  const session = await cpu.open(compile({ name: "mlp", outputs: {}, updates }), { threads, seed: 5 });
  const feeds = Array.from({ length: 20 }, (_, step) => {
    const [x, target] = [new Float32Array(32 * 20), new Float32Array(32 * 5)];
    stream(5, "x").normal(step, x);
    stream(5, "target").normal(step, target);
    return { x, target };
  });
  await session.run(feeds);
  const state = await session.read();
  await session.dispose();
  return state;
}

test.each([1, 2])("the same seed and %d thread(s) leave the same bytes after 20 training steps", async (threads) => {
  const [a, b] = [await trained(threads), await trained(threads)];
  expect(Object.keys(a)).toEqual(["first/weight", "first/bias", "second/weight", "second/bias"]);
  for (const name of Object.keys(a)) expect(Buffer.from(a[name].buffer).equals(Buffer.from(b[name].buffer))).toBe(true);
  expect(a["first/bias"].some((x) => x !== 0)).toBe(true);
});

test("between one and eight threads are used unless told otherwise", () => {
  expect(defaultThreads()).toBeGreaterThanOrEqual(1);
  expect(defaultThreads()).toBeLessThanOrEqual(8);
});

test("a graph that ONNX Runtime refuses is a RunError that names the program", async () => {
  const program = compile({ name: "broken", outputs: { y: square(input("x", [2])) } });
  const { graph } = program.model;
  const nodes = graph.nodes.map((n) => ({ ...n, op: "NoSuchOp" }));
  const opening = cpu.open({ ...program, model: { ...program.model, graph: { ...graph, nodes } } });
  await expect(opening).rejects.toThrow(RunError);
  await expect(opening).rejects.toThrow(/program broken: .*NoSuchOp/);
});
