import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { axis, sizeOf } from "../src/base/shape.ts";
import { compile } from "../src/graph/compile.ts";
import { gradient } from "../src/graph/gradient.ts";
import { interpret } from "../src/graph/interpret.ts";
import { constant, input, leafName } from "../src/graph/leaves.ts";
import {
  add,
  addAll,
  leakyRelu,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
} from "../src/graph/ops/index.ts";
import { reachable, type Value } from "../src/graph/value.ts";
import { batchNorm } from "../src/nn/batch-norm.ts";
import type { Cell } from "../src/nn/cell.ts";
import { conv1d, conv2d } from "../src/nn/conv.ts";
import { convLstm } from "../src/nn/conv-lstm.ts";
import { convTranspose1d, convTranspose2d } from "../src/nn/conv-transpose.ts";
import { dense } from "../src/nn/dense.ts";
import { divisiveNorm } from "../src/nn/divisive-norm.ts";
import { gru } from "../src/nn/gru.ts";
import { layerNorm } from "../src/nn/layer-norm.ts";
import { lstm } from "../src/nn/lstm.ts";
import { variableUpdates } from "../src/nn/phase.ts";
import { stacked, stackSteps, unroll } from "../src/nn/recurrence.ts";
import { rnn } from "../src/nn/rnn.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";

type Numbers = Readonly<Record<string, readonly number[]>>;

/** A layer in PyTorch. The gradients are those of Σ cos(1 + i)·y[i] over every output y. */
interface Case {
  readonly inputs: Readonly<Record<string, { readonly dims: readonly number[]; readonly data: readonly number[] }>>;
  readonly parameters: Numbers;
  readonly outputs: Numbers;
  readonly gradients: Numbers;
}

/** Made by test/fixtures/make-layer-fixtures.py. */
const { made: _made, ...torch } = JSON.parse(
  readFileSync(new URL("./fixtures/torch-layers.json", import.meta.url), "utf8"),
) as { made: string } & Record<string, Case>;

type Inputs = Readonly<Record<string, Value>>;
type Build = (inputs: Inputs) => Readonly<Record<string, Value>>;

const c = (n: number) => axis("channel", n);
const o = (n: number) => axis("out", n);
const image = [c(3), axis("height", 2), axis("width", 3)];

/** A layer with one input and one output. */
const one =
  (layer: (x: Value) => Value): Build =>
  ({ x }) => ({ y: layer(x) });

const threeBatches: Build = (inputs) => {
  const layer = batchNorm("a", { channels: c(3) });
  const updates = variableUpdates();
  const ys = Object.values(inputs).map((x, i) => [`y${i}`, layer(x, updates)]);
  const [mean, variance] = layer.statistics.map((v) => stopGradient(updates.now(v)));
  return { ...Object.fromEntries(ys), "running-mean": mean, "running-variance": variance };
};

/** A cell over the steps of xs, from the given state. */
const overTime =
  (cell: Cell): Build =>
  ({ xs, ...start }) => {
    const { outputs, state } = unroll(cell, xs, start);
    return { ys: stackSteps(outputs), ...state };
  };

const gradientPenalty: Build = ({ real, fake, mix }) => {
  const first = conv2d("first", { from: c(1), to: c(3), kernel: 3, pads: "same" });
  const norm = layerNorm("norm", { over: [c(3), axis("", 4), axis("", 4)], gain: "channel" });
  const second = conv2d("second", { from: c(3), to: c(2), kernel: 4, stride: 2, pads: 1 });
  const out = dense("out", { from: axis("feature", 8), to: axis("", 1) });
  const critic = (x: Value): Value =>
    out(reshape(leakyRelu(second(norm(leakyRelu(first(x))))), [3, axis("feature", 8)]));
  const between = add(mul(mix, real), mul(sub(1, mix), fake));
  const [slope] = gradient(sum(critic(between)), [between]);
  const norms = sqrt(sum(square(slope), [1, 2, 3]));
  const penalty = mean(square(sub(norms, 1)));
  return { loss: add(sub(mean(critic(fake)), mean(critic(real))), mul(10, penalty)) };
};

const cell = { from: axis("in", 3), to: axis("hidden", 2) };
const spatial = { from: c(2), to: axis("hidden", 2) };

/** The same layers here, by the fixture's names. */
const builds: Record<string, Build> = {
  "conv1d, stride 2": one(conv1d("a", { from: c(3), to: o(4), kernel: 3, stride: 2, pads: 1 })),
  "conv2d, same": one(conv2d("a", { from: c(3), to: o(2), kernel: 3, pads: "same" })),
  "conv2d, same, even kernel, stride 2": one(conv2d("a", { from: c(2), to: o(2), kernel: 4, stride: 2, pads: "same" })),
  "conv2d, groups, uneven settings": one(
    conv2d("a", {
      from: c(4),
      to: o(2),
      kernel: [2, 3],
      stride: [1, 2],
      pads: [1, 0, 0, 2],
      dilation: [2, 1],
      groups: 2,
      bias: false,
    }),
  ),
  "convTranspose1d, output padding": one(
    convTranspose1d("a", { from: c(3), to: o(2), kernel: 3, stride: 2, pads: 1, outputPadding: 1 }),
  ),
  "convTranspose2d, same": one(convTranspose2d("a", { from: c(2), to: o(3), kernel: 4, stride: 2, pads: "same" })),
  "convTranspose2d, groups, output padding": one(
    convTranspose2d("a", {
      from: c(4),
      to: o(2),
      kernel: 2,
      stride: 2,
      dilation: 2,
      groups: 2,
      outputPadding: 1,
      bias: false,
    }),
  ),
  "batchNorm, three training batches": threeBatches,
  "batchNorm, evaluation": one((x) => batchNorm("a", { channels: c(3) })(x, "evaluation")),
  "batchNorm, vectors": one((x) => batchNorm("a", { channels: c(3) })(x, variableUpdates())),
  "layerNorm, features": one(layerNorm("a", { over: [axis("feature", 5)] })),
  "layerNorm, images, a gain per element": one(layerNorm("a", { over: image })),
  "layerNorm, images, a gain per channel": one(layerNorm("a", { over: image, gain: "channel" })),
  "layerNorm, no gain": one(layerNorm("a", { over: image, gain: "none" })),
  divisiveNorm: one((x) => divisiveNorm(x)),
  rnn: overTime(rnn("a", cell)),
  gru: overTime(gru("a", cell)),
  lstm: overTime(lstm("a", cell)),
  "lstm, two stacked": overTime(
    stacked([lstm("a", cell), lstm("b", { from: axis("hidden", 2), to: axis("hidden", 2) })]),
  ),
  convLstm: overTime(convLstm("a", { ...spatial, size: [axis("height", 4), axis("width", 3)], kernel: 3 })),
  "convLstm over one axis, layer norm": overTime(
    convLstm("a", { ...spatial, size: [axis("pitch", 6)], kernel: 5, layerNorm: true }),
  ),
  "a gradient penalty": gradientPenalty,
};

/** Σ cos(1 + i)·y[i] over all outputs. */
function weighed(outputs: readonly Value[]): Value {
  return addAll(
    outputs.map((y) => {
      const weights = Array.from({ length: sizeOf(y.shape) }, (_, i) => Math.cos(1 + i));
      return sum(mul(y, constant(weights, y.shape)));
    }),
  );
}

/** The same numbers as wanted, to a relative tolerance of the number itself or of a hundredth of the largest beside it. */
function expectNear(found: ArrayLike<number>, wanted: readonly number[], relative: number, what: string): void {
  expect(found.length, what).toBe(wanted.length);
  const scale = Math.max(...wanted.map(Math.abs)) / 100;
  const far = wanted.flatMap((w, i) =>
    Math.abs(found[i] - w) <= relative * Math.max(Math.abs(w), scale) ? [] : [{ what, i, wanted: w, got: found[i] }],
  );
  expect(far).toEqual([]);
}

test("all 22 cases of the fixture are compared, and every layer and cell is among them", () => {
  expect(Object.keys(builds)).toHaveLength(22);
  expect(Object.keys(builds)).toEqual(Object.keys(torch));
  const folder = new URL("../src/nn/", import.meta.url);
  const layers = readdirSync(folder)
    .filter((f) => !f.endsWith(".test.ts"))
    .flatMap((f) => [...readFileSync(new URL(f, folder), "utf8").matchAll(/^export function (\w+)\(\s*name: string/gm)])
    .map(([, name]) => name)
    .sort();
  expect(layers).toEqual([
    ...["batchNorm", "conv1d", "conv2d", "convLstm", "convTranspose1d", "convTranspose2d", "convolution"],
    ...["dense", "gru", "initializer", "layerNorm", "lstm", "rnn"],
  ]);
});

describe.each(Object.keys(builds))("%s: outputs, and gradients of all inputs and parameters, are PyTorch's", (name) => {
  const wanted = torch[name];
  const inputs = Object.fromEntries(Object.entries(wanted.inputs).map(([n, { dims }]) => [n, input(n, dims)]));
  const given: Numbers = {
    ...Object.fromEntries(Object.entries(wanted.inputs).map(([n, { data }]) => [n, data])),
    ...wanted.parameters,
  };
  const outputs = builds[name](inputs);
  const variables = reachable(Object.values(outputs)).flatMap((n) => (n.leaf?.kind === "variable" ? n.outputs : []));
  const leaves = [...Object.values(inputs), ...variables].filter((v) => leafName(v) in wanted.gradients);
  const slopes = gradient(weighed(Object.values(outputs)), leaves);
  const values: Record<string, Value> = {
    ...Object.fromEntries(Object.entries(outputs).map(([n, v]) => [`output ${n}`, v])),
    ...Object.fromEntries(leaves.map((leaf, i) => [`d/${leafName(leaf)}`, slopes[i]])),
  };
  const numbers: Numbers = {
    ...Object.fromEntries(Object.entries(wanted.outputs).map(([n, v]) => [`output ${n}`, v])),
    ...Object.fromEntries(Object.entries(wanted.gradients).map(([n, v]) => [`d/${n}`, v])),
  };

  test("by name", () => {
    expect(variables.map(leafName).sort()).toEqual(Object.keys(wanted.parameters).sort());
    expect(Object.keys(values).sort()).toEqual(Object.keys(numbers).sort());
  });

  test("in float64, to 1e-9", () => {
    const found = interpret(Object.values(values), given);
    for (const [i, n] of Object.keys(values).entries()) expectNear(found[i].data, numbers[n], 1e-9, n);
  });

  test("in float32 on ONNX Runtime, to 1e-4", async () => {
    const program = compile({ name, outputs: values });
    const floats = (ports: readonly { readonly name: string }[]) =>
      Object.fromEntries(ports.map((p) => [p.name, Float32Array.from(given[p.name])]));
    const session = await cpu.open(program, { threads: 1 });
    await session.write(floats(program.variables));
    const [found] = await session.run([floats(program.inputs)]);
    await session.dispose();
    for (const n of Object.keys(values)) expectNear(found[n], numbers[n], 1e-4, n);
  });
});
