import { describe, expect, test } from "vitest";
import { UsageError } from "../base/errors.ts";
import { glyphs } from "../data/glyphs.ts";
import type { TrainConfig } from "./config.ts";
import { findRecipe } from "./index.ts";
import { limited, planTraining } from "./plan.ts";

const smoke = findRecipe("concept/vae").presets.smoke.config.train;
const data = glyphs({ train: 230, test: 40 });
const planned = (changes: Partial<TrainConfig> = {}) => planTraining({ ...smoke, ...changes }, 1, data);

describe("a plan counts in steps", () => {
  test("whole batches in an epoch, epochs in a training; evaluations and checkpoints by the epoch", () => {
    const plan = planned({ batch: 50, epochs: 3, evaluateEvery: 2, checkpointEvery: null });
    expect(plan).toMatchObject({ steps: 12, evaluateEvery: 8, checkpointEvery: 4, logEvery: 1 });
    expect(plan.batches.stepsPerEpoch).toBe(4);
  });

  test("checkpoints by the step where the config says so", () => {
    expect(planned({ checkpointEvery: 7 }).checkpointEvery).toBe(7);
  });

  test("logs four times an epoch, and every 100 steps at least", () => {
    expect(planned({ batch: 10 }).logEvery).toBe(5);
    expect(planned({ batch: 1 }).logEvery).toBe(57);
    expect(planTraining({ ...smoke, batch: 1 }, 1, glyphs({ train: 1000, test: 10 })).logEvery).toBe(100);
  });

  test("the rates of piecewise go by the epoch, the cosine over the whole training", () => {
    const { rate: at } = planned({
      batch: 50,
      epochs: 4,
      rate: { kind: "piecewise", rates: [3, 2, 1], epochs: [1, 2, 1] },
    });
    expect([0, 3, 4, 11, 12, 99].map(at)).toEqual([3, 3, 2, 2, 1, 1]);
    const cosine = planned({ batch: 50, epochs: 4, rate: { kind: "cosine", rate: 1, floor: 0.5, warmup: 0 } }).rate;
    expect([cosine(0), cosine(8), cosine(16)].map((x) => Number(x.toFixed(12)))).toEqual([1, 0.75, 0.5]);
    expect(planned({ rate: { kind: "constant", rate: 0.3 } }).rate(1e6)).toBe(0.3);
  });

  test("the optimiser is the config's", () => {
    expect(planned().optimizer.name).toBe("adam");
    expect(planned({ optimizer: { name: "sgd", momentum: 0.9 } }).optimizer.name).toBe("sgd");
  });

  test("clips only where the config says so", () => {
    expect("clip" in planned({ clip: null })).toBe(false);
    expect(planned({ clip: 2 }).clip).toBe(2);
  });
});

describe("early stopping", () => {
  const plan = planned({ batch: 50, earlyStop: { patience: 3, holdOut: 60 } });

  test("holds out the last training examples, trains on none of them and scores them first", () => {
    expect(plan.earlyStop).toEqual({ on: "validation", patience: 3 });
    expect(plan.batches.stepsPerEpoch).toBe(3); // ⌊(230 − 60)/50⌋
    expect(plan.evaluations.map(({ name, from, to }) => [name, from, to])).toEqual([
      ["validation", 170, 230],
      ["test", 0, 40],
    ]);
    for (let step = 0; step < 9; step++) {
      expect(Math.max(...plan.batches.batchIndices(step))).toBeLessThan(170);
    }
  });

  test("is left out where the config has none", () => {
    expect(planned().earlyStop).toBeUndefined();
    expect(planned().evaluations.map((e) => e.name)).toEqual(["test"]);
  });

  test.each([230, 1000])("that holds out %d of 230 examples is a UsageError", (holdOut) => {
    const planning = () => planned({ earlyStop: { patience: 1, holdOut } });
    expect(planning).toThrow(UsageError);
    expect(planning).toThrow(/train\.earlyStop\.holdOut: expected fewer than the 230 training examples/);
  });

  test("that leaves fewer examples than a batch is a UsageError", () => {
    expect(() => planned({ batch: 50, earlyStop: { patience: 1, holdOut: 200 } })).toThrow(UsageError);
  });
});

test("a batch of more examples than there are is a UsageError", () => {
  expect(() => planned({ batch: 231 })).toThrow(UsageError);
});

describe("a limit", () => {
  const counts = (trainLimit: number | null, testLimit: number | null) => {
    const { train, test: scored } = limited(data, { id: "glyphs", trainLimit, testLimit }).splits;
    return [train.count, scored.count];
  };

  test("keeps the first examples of each split, at most all", () => {
    expect(counts(null, null)).toEqual([230, 40]);
    expect(counts(100, 7)).toEqual([100, 7]);
    expect(counts(1e6, 1e6)).toEqual([230, 40]);
  });

  test("changes none of the examples", () => {
    const [a, b] = [new Float32Array(784), new Float32Array(784)];
    data.splits.train.read("image", [9], a);
    limited(data, { id: "glyphs", trainLimit: 10, testLimit: 10 }).splits.train.read("image", [9], b);
    expect(a).toEqual(b);
  });
});
