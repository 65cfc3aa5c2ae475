import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { axis, dimsOf, sizeOf } from "../src/base/shape.ts";
import { compile } from "../src/graph/compile.ts";
import { gradient } from "../src/graph/gradient.ts";
import { constant, leafName } from "../src/graph/leaves.ts";
import { addAll, logSoftmax, mean, mul, neg, relu, square, sub, sum } from "../src/graph/ops/index.ts";
import type { Value } from "../src/graph/value.ts";
import { batchNorm } from "../src/nn/batch-norm.ts";
import { zeroState } from "../src/nn/cell.ts";
import { conv2d } from "../src/nn/conv.ts";
import { convLstm } from "../src/nn/conv-lstm.ts";
import { dense } from "../src/nn/dense.ts";
import { variableUpdates } from "../src/nn/phase.ts";
import { unroll } from "../src/nn/recurrence.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";
import { adam } from "../src/training/optimizers.ts";
import { constantRate } from "../src/training/schedules.ts";

interface Run {
  readonly rate: number;
  readonly parameters: Readonly<Record<string, { readonly dims: readonly number[]; readonly scale: number }>>;
  readonly losses: readonly number[];
  readonly statistics?: Readonly<Record<string, readonly number[]>>;
}

/** Made by test/fixtures/make-layer-fixtures.py, with PyTorch's Adam in float64. */
const torch = JSON.parse(
  readFileSync(new URL("./fixtures/torch-training.json", import.meta.url), "utf8"),
) as unknown as Record<"convLstm" | "batch-normed CNN", Run>;

/** A loss to be minimised, with the variables that layers change by themselves. */
interface Task {
  readonly loss: Value;
  readonly variables: readonly Value[];
  readonly updates?: readonly (readonly [Value, Value])[];
}

/** Numbers of a tensor from their indices. */
function fill(dims: readonly number[], f: (...index: number[]) => number): Value {
  const data = Array.from({ length: dims.reduce((n, d) => n * d, 1) }, (_, flat) => {
    let rest = flat;
    const index = dims.map((_, i) => {
      const inner = dims.slice(i + 1).reduce((n, d) => n * d, 1);
      const at = Math.floor(rest / inner);
      rest %= inner;
      return at;
    });
    return f(...index);
  });
  return constant(data, dims);
}

/** Next-frame prediction of a travelling wave: 7 frames of 6×6. */
function waves(): Task {
  const [channel, hidden, height, width] = [axis("c", 1), axis("h", 4), axis("y", 6), axis("x", 6)];
  const cell = convLstm("cell", { from: channel, to: hidden, size: [height, width], kernel: 3 });
  const out = conv2d("out", { from: hidden, to: channel, kernel: 1 });
  const frames = Array.from({ length: 7 }, (_, t) =>
    fill([2, 1, 6, 6], (b, _c, h, w) => 0.5 + 0.5 * Math.sin(0.9 * h + 0.6 * w + 0.5 * t + 1.7 * b)),
  );
  const { outputs } = unroll(cell, frames.slice(0, 6), zeroState(cell, axis("batch", 2)));
  const errors = outputs.map((h, t) => mean(square(sub(out(h), frames[t + 1]))));
  return { loss: mul(addAll(errors), 1 / 6), variables: [...cell.variables, ...out.variables] };
}

/** Three classes of 8×8 waves. */
function classes(): Task {
  const [one, four, six] = [axis("", 1), axis("", 4), axis("", 6)];
  const conv1 = conv2d("conv1", { from: one, to: four, kernel: 3, pads: "same", bias: false });
  const norm1 = batchNorm("norm1", { channels: four });
  const conv2 = conv2d("conv2", { from: four, to: six, kernel: 3, stride: 2, pads: 1, bias: false });
  const norm2 = batchNorm("norm2", { channels: six });
  const out = dense("out", { from: six, to: axis("", 3) });
  const images = fill([9, 1, 8, 8], (b, _c, h, w) => Math.sin(0.7 * ((b % 3) + 1) * h + 0.3 * (b + 1) * w));
  const labels = fill([9, 3], (b, k) => Number(b % 3 === k));
  const updates = variableUpdates();
  const a = relu(norm1(conv1(images), updates));
  const features = mean(relu(norm2(conv2(a), updates)), [2, 3]);
  const loss = neg(mean(sum(mul(labels, logSoftmax(out(features))), [1])));
  const variables = [conv1, norm1, conv2, norm2, out].flatMap((l) => l.variables);
  return { loss, variables, updates: updates.pairs };
}

/** The losses of the steps and the variables after them, on ONNX Runtime. */
async function train({ loss, variables, updates = [] }: Task, { rate, parameters, losses }: Run) {
  expect(variables.map(leafName).sort()).toEqual(Object.keys(parameters).sort());
  const optimizer = adam(constantRate(rate));
  const slopes = gradient(loss, variables);
  const program = {
    name: "training",
    outputs: { loss },
    updates: [...optimizer.updates(variables, slopes), ...updates],
  };
  const session = await cpu.open(compile(program), { threads: 1 });
  const first = Object.entries(parameters).map(([name, { dims, scale }], k) => {
    const { shape } = variables.find((v) => leafName(v) === name)!;
    expect(dimsOf(shape)).toEqual(dims);
    const size = sizeOf(shape);
    const offset = name.endsWith("/gain") ? 1 : 0;
    return [name, Float32Array.from({ length: size }, (_, i) => offset + scale * Math.sin(1.3 * i + k))] as const;
  });
  await session.write(Object.fromEntries(first));
  const steps = losses.map((_, step) =>
    Object.fromEntries(Object.entries(optimizer.scalars(step)).map(([n, v]) => [n, Float32Array.of(v)])),
  );
  const runs = await session.run(steps);
  const state = await session.read();
  await session.dispose();
  return { losses: runs.map((r) => r["loss"][0]), state };
}

describe.each([
  ["convLstm", waves, 0.1],
  ["batch-normed CNN", classes, 0.3],
] as const)("50 steps of Adam with a small %s", (name, task, least) => {
  const wanted = torch[name];

  test("follow PyTorch's losses within 0.1 %, while they fall", async () => {
    const { losses, state } = await train(task(), wanted);
    expect(losses).toHaveLength(50);
    expect(losses[49]).toBeLessThan(least * losses[0]);
    const far = losses.map((l, i) => Math.abs(l / wanted.losses[i] - 1));
    expect(Math.max(...far)).toBeLessThan(1e-3);
    for (const [statistic, numbers] of Object.entries(wanted.statistics ?? {})) {
      numbers.forEach((n, i) => void expect(state[statistic][i]).toBeCloseTo(n, 3));
    }
  });
});

test("the CNN's running statistics are recorded", () => {
  expect(Object.keys(torch["batch-normed CNN"].statistics!)).toHaveLength(4);
});
