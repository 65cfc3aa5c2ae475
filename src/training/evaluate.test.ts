import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { axis, dimsOf } from "../base/shape.ts";
import type { Split } from "../data/dataset.ts";
import { glyphs } from "../data/glyphs.ts";
import { noise, variable } from "../graph/leaves.ts";
import { mul, sum } from "../graph/ops/index.ts";
import type { Model } from "../models/model.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { type EvaluatorOptions, openEvaluator } from "./evaluate.ts";

/** A model whose terms are simple to work out: its weight times the ink, and the sum of three random numbers. */
const weight = variable("weight", [], (out) => void out.fill(1));
const inky: Model = {
  name: "inky",
  source: "none",
  observation: { shape: [axis("pixel", 784)], range: [0, 1], doc: "" },
  latents: [],
  variables: [weight],
  objective: "score",
  loss: ({ x }) => ({
    ink: mul(weight, sum(x, [-1])),
    noise: sum(noise("inky/n", "normal", [x.shape[0], axis("draw", 3)]), [-1]),
  }),
};

const COUNT = 730; // one batch of 500, and one of which 230 count
const data = glyphs({ train: 10, test: COUNT });
const options: EvaluatorOptions = { runtime: cpu, threads: 1, seed: 4, field: "image" };

/** The mean terms of examples from–to, one example after the other in float64. */
function bruteForce(from: number, to: number, w: number): { ink: number; noise: number } {
  const batch = Math.min(500, to - from);
  let [ink, random] = [0, 0];
  for (let i = from; i < to; i++) {
    const image = new Float32Array(784);
    data.splits.test.read("image", [i], image);
    ink += w * image.reduce((a, b) => a + b, 0);
    const draws = new Float32Array(batch * 3);
    stream(4, "evaluate/test/inky/n").normal(Math.floor((i - from) / batch), draws);
    random += draws
      .subarray(((i - from) % batch) * 3)
      .subarray(0, 3)
      .reduce((a, b) => a + b, 0);
  }
  return { ink: ink / (to - from), noise: random / (to - from) };
}

describe("an evaluation", () => {
  test.each([
    [0, COUNT],
    [0, 500],
    [0, 501],
    [0, 7],
    [100, 701],
    [729, 730],
  ])("of examples %d to %d is the mean over exactly these", async (from, to) => {
    const evaluator = await openEvaluator(inky, data.splits.test, { ...options, from, to });
    const found = await evaluator.evaluate({ weight: Float32Array.of(0.5) });
    await evaluator.dispose();
    const wanted = bruteForce(from, to, 0.5);
    expect(found.count).toBe(to - from);
    expect(Math.abs(found.terms["ink"] / wanted.ink - 1)).toBeLessThan(1e-6);
    expect(Math.abs(found.terms["noise"] - wanted.noise)).toBeLessThan(1e-6);
    expect(found.objective).toBe(-(found.terms["ink"] + found.terms["noise"]));
  });

  test("covers the whole split unless told otherwise", async () => {
    const evaluator = await openEvaluator(inky, data.splits.test, options);
    expect((await evaluator.evaluate({})).count).toBe(COUNT);
    await evaluator.dispose();
  });

  test("gives the same numbers at every call, and for every grouping into calls", async () => {
    const [one, two] = [
      await openEvaluator(inky, data.splits.test, options),
      await openEvaluator(inky, data.splits.test, options),
    ];
    const first = await one.evaluate({ weight: Float32Array.of(2) });
    await one.evaluate({ weight: Float32Array.of(3) });
    expect(await one.evaluate({ weight: Float32Array.of(2) })).toEqual(first);
    expect(await two.evaluate({ weight: Float32Array.of(2) })).toEqual(first);
    await Promise.all([one.dispose(), two.dispose()]);
  });

  test.each([
    [400_000, 2],
    [2_000_000, 1],
    [784, 30],
  ])("of examples with %d numbers takes %d at once", async (size, batch) => {
    const large: Model = { ...inky, observation: { ...inky.observation, shape: [axis("pixel", size)] } };
    let seen: readonly number[] = [];
    const open: typeof cpu.open = async (program, o) => {
      seen = dimsOf(program.inputs[0].shape);
      return cpu.open(program, o);
    };
    const bright: Split = { name: "test", count: 30, read: (_, indices, out) => void out.fill(indices.length / 2) };
    const evaluator = await openEvaluator(large, bright, { ...options, runtime: { ...cpu, open }, to: 30 });
    const { terms } = await evaluator.evaluate({ weight: Float32Array.of(1) });
    await evaluator.dispose();
    expect(seen).toEqual([batch, size]);
    expect(terms["ink"] / (size * (batch / 2))).toBeCloseTo(1, 4);
  });

  test("draws other noise from another seed", async () => {
    const evaluator = await openEvaluator(inky, data.splits.test, { ...options, seed: 5, to: 20 });
    const { terms } = await evaluator.evaluate({});
    await evaluator.dispose();
    expect(terms["noise"]).not.toBeCloseTo(bruteForce(0, 20, 1).noise, 3);
  });
});
