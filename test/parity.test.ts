/** The same training on every runtime: 20 steps from the same parameters, batches and noise. */
import { afterAll, describe, expect, test } from "vitest";
import { axis, sizeOf } from "../src/base/shape.ts";
import { type Compiled, compile } from "../src/graph/compile.ts";
import { gradient } from "../src/graph/gradient.ts";
import { input } from "../src/graph/leaves.ts";
import { mean, relu, reshape, square, sub } from "../src/graph/ops/index.ts";
import { vae } from "../src/models/vae.ts";
import { conv2d } from "../src/nn/conv.ts";
import { dense } from "../src/nn/dense.ts";
import { drawNoise } from "../src/runtime/feeds.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";
import type { Feeds, Runtime } from "../src/runtime/session.ts";
import { adam, type Optimizer, sgd } from "../src/training/optimizers.ts";
import { constantRate } from "../src/training/schedules.ts";
import { compileStep } from "../src/training/step.ts";
import { reachBrowser, reachNode } from "./remote/runtimes.ts";
import { numbers } from "./tiny-vae.ts";

const STEPS = 20;

/** Largest relative difference of a loss from the CPU's: 20 steps of float32 roundings, each provider summing in its own order. */
const TOLERANCE = 1e-4;

const [node, page] = await Promise.all([reachNode(), reachBrowser()]);
afterAll(() => Promise.all([node.close(), page.close()]));
const others = [page.wasm, node.webgpu, page.webgpu];

describe.each([
  ["a VAE with Adam", vaeStep, adam(constantRate(3e-3))],
  ["a convolutional net with momentum", convStep, sgd(constantRate(0.02), { momentum: 0.9 })],
] as const)("%s", (name, compiled, optimizer) => {
  const program = compiled(optimizer);
  test("has the same losses on every runtime", async () => {
    const expected = await losses(cpu, program, optimizer);
    const rows = [["CPU", ...chosen(expected), ""]];
    const differences: Record<string, number> = {};
    for (const r of others) {
      if ("missing" in r) {
        rows.push([r.name, "skipped:", r.missing]);
        continue;
      }
      const got = await losses(r.runtime, program, optimizer);
      differences[r.name] = Math.max(...got.map((x, i) => Math.abs(x / expected[i] - 1)));
      rows.push([r.name, ...chosen(got), `off by ${differences[r.name].toExponential(1)}`]);
    }
    console.log(`${name}: losses after 1, 10 and ${STEPS} steps\n${rows.map((r) => r.join("  ")).join("\n")}`);
    expect(expected[STEPS - 1]).toBeLessThan(0.95 * expected[0]);
    for (const difference of Object.values(differences)) expect(difference).toBeLessThan(TOLERANCE);
  });

  for (const r of others) if ("missing" in r) test.skip(`${r.name} is not compared: ${r.missing}`, () => {});
});

const chosen = (all: readonly number[]): string[] => [0, 9, STEPS - 1].map((i) => all[i].toPrecision(7));

async function losses(runtime: Runtime, program: Compiled, optimizer: Optimizer): Promise<number[]> {
  const session = await runtime.open(program, { threads: 1, seed: 3 });
  const steps = Array.from({ length: STEPS }, (_, step): Feeds => {
    const scalars = Object.entries(optimizer.scalars(step)).map(([name, value]) => [name, Float32Array.of(value)]);
    const batch = program.inputs
      .filter((p) => p.shape.length > 0)
      .map((p) => [p.name, numbers(`${p.name}/${step % 4}`, sizeOf(p.shape), "uniform")]);
    return { ...Object.fromEntries([...scalars, ...batch]), ...drawNoise(program.noise, 3, "train", step) };
  });
  const results = await session.run(steps);
  await session.dispose();
  return results.map((r) => r["loss"][0]);
}

function vaeStep(optimizer: Optimizer): Compiled {
  const model = vae({ pixels: 64, hidden: 48, latent: 8, samples: 1, activation: "tanh", init: "glorot-uniform" });
  return compileStep(model, optimizer, { batch: 16 });
}

/** Channels 1 → 6 → 8: those before the second convolution are a multiple of 3, which one of WebGPU's layouts computes wrong. */
function convStep(optimizer: Optimizer): Compiled {
  const [channel, six, eight] = [axis("channel", 1), axis("six", 6), axis("eight", 8)];
  const first = conv2d("first", { from: channel, to: six, kernel: 3, pads: 1 });
  const second = conv2d("second", { from: six, to: eight, kernel: 4, stride: 2, pads: 1 });
  const [features, to] = [axis("feature", 8 * 4 * 4), axis("class", 3)];
  const last = dense("last", { from: features, to });
  const x = input("x", [axis("batch", 4), channel, 8, 8]);
  const y = last(reshape(relu(second(relu(first(x)))), [axis("batch", 4), features]));
  const loss = mean(square(sub(y, input("target", [axis("batch", 4), to]))));
  const variables = [first, second, last].flatMap((l) => l.variables);
  const updates = optimizer.updates(variables, gradient(loss, variables));
  return compile({ name: "convolutional net", outputs: { loss }, updates });
}
