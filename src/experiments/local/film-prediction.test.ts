import { expect, test } from "vitest";
import { axis } from "../../base/shape.ts";
import { bouncingBalls } from "../../data/bouncing-balls.ts";
import type { Distribution } from "../../distributions/distribution.ts";
import { noise } from "../../graph/leaves.ts";
import type { Value } from "../../graph/value.ts";
import type { Model } from "../../models/model.ts";
import { readFrames } from "../../recipes/next-frame-errors.ts";
import { cpu } from "../../runtime/onnxruntime-node.ts";
import type { TrainedRun } from "../experiment.ts";
import { type FilmOptions, type FilmPrediction, filmPrediction } from "./film-prediction.ts";
import { beatsControlsFinding, betterFinding, filmInterval, filmRows } from "./film-table.ts";

const [PIXELS, LENGTH] = [16, 9];

/** Predicts that frames stay as they are. */
const still: Model = {
  name: "still",
  source: "",
  observation: { shape: [axis("pixel", PIXELS)], range: [0, 1], doc: "" },
  latents: [],
  variables: [],
  frames: true,
  filter: {
    states: { last: [axis("pixel", PIXELS)] },
    step: (y) => ({ states: { last: y }, reconstruction: at(y) }),
    predict: ({ last }) => at(last),
  },
};
const at = (mean: Value): Distribution => ({ mean, logProb: (x) => x, sample: () => mean, noise: "uniform" });
const dataset = bouncingBalls({ length: LENGTH, resolution: 4, train: 2, test: 5 });

const run = {
  run: {
    config: { model: { kind: "still" } },
    record: { seed: 7, metrics: { test: { "next-frame-mse": 0.5 } } },
  },
  open: async () => ({
    model: still,
    dataset,
    field: "frames",
    parameters: {},
    runtime: cpu,
    options: { threads: 1 },
    seed: 7,
  }),
} as unknown as TrainedRun;

test("a run's predictions, and the frames that it goes on with, are of the first test films, time by time", async () => {
  const options: FilmOptions = {
    films: 4,
    resamples: 10,
    shown: 2,
    observed: 3,
    generated: 4,
    chains: 2,
    chainFilms: 3,
  };
  const found = await filmPrediction(run, options);
  const { frames } = readFrames(dataset, dataset.splits.test, "frames", 4);
  const frame = (film: number, t: number): number[] => [
    ...frames.subarray((film * LENGTH + t) * PIXELS, (film * LENGTH + t + 1) * PIXELS),
  ];
  const shown = (all: Float32Array, film: number, t: number): number[] => [
    ...all.subarray((t * 2 + film) * PIXELS, (t * 2 + film + 1) * PIXELS),
  ];
  const { truth, predicted, generated } = found.pictures;
  expect([truth.length, predicted.length, generated.length]).toEqual([9, 9, 7].map((times) => times * 2 * PIXELS));
  for (const film of [0, 1]) {
    for (let t = 0; t < LENGTH; t++) {
      expect(shown(truth, film, t)).toEqual(frame(film, t));
      if (t > 0) expect(shown(predicted, film, t)).toEqual(frame(film, t - 1));
      if (t < 7) expect(shown(generated, film, t)).toEqual(frame(film, Math.min(t, 2)));
    }
  }
  found.errors.forEach((error, film) => {
    let sum = 0;
    for (let t = 1; t < LENGTH; t++) frame(film, t).forEach((y, i) => void (sum += (y - frame(film, t - 1)[i]) ** 2));
    expect(error).toBeCloseTo(sum / (8 * PIXELS), 8);
  });
  expect(found).toMatchObject({ kind: "still", seed: 7, scores: { "next-frame-mse": 0.5 }, recurrent: true });
  expect(found.errors.length).toBe(4);
  expect(found.chains.films).toBe(3);
  expect(found.chains.mean).toBeCloseTo(found.chains.one, 8); // no draw, no spread
});

test("the mean of several chains has their common error, and its part of their spread", async () => {
  /** Uniform numbers, whatever was seen. */
  const predict = () => at(noise("predict/any", "uniform", [axis("batch", 5), axis("pixel", PIXELS)]));
  const model = { ...still, filter: { ...still.filter!, predict } };
  const open = async () => ({ ...(await run.open()), model });
  const options = { films: 5, resamples: 10, shown: 1, observed: 3, generated: 4, chains: 4, chainFilms: 5 };
  const { chains } = await filmPrediction({ ...run, open } as TrainedRun, { ...options, shown: 5 });
  // 640 squares, whose standard deviation is below 0.4
  expect(Math.abs(chains.one - chains.mean - (1 - 1 / 4) / 12)).toBeLessThan((5 * 0.4) / Math.sqrt(640));
  expect(chains.one - chains.mean).toBeGreaterThan(0.02);
});

const predicted = (kind: string, errors: readonly number[]): FilmPrediction => ({
  kind,
  seed: 1,
  scores: { "next-frame-mse": errors.reduce((a, b) => a + b, 0) / errors.length },
  errors,
  chains: { films: 1, one: errors[0], mean: errors[0] },
  recurrent: true,
  pictures: { truth: new Float32Array(), predicted: new Float32Array(), generated: new Float32Array() },
});

test("a model's seeds stand in one row, with errors of each film averaged over seeds", () => {
  const rows = filmRows([predicted("a", [1, 3]), predicted("b", [5, 5]), predicted("a", [2, 6])], {}, 50);
  expect(rows.map(({ kind, mse, films }) => ({ kind, mse, films }))).toEqual([
    { kind: "a", mse: [2, 4], films: [1.5, 4.5] },
    { kind: "b", mse: [5], films: [5, 5] },
  ]);
  expect(rows[1].interval).toEqual({ low: 5, high: 5 });
  expect(rows[0].interval).toEqual({ low: 1.5, high: 4.5 }); // of two films, either may be drawn twice
  // Of many films the interval is that of the mean: ± 1.96 standard errors.
  const { low, high } = filmInterval(
    Array.from({ length: 400 }, (_, i) => i % 2),
    1000,
  );
  expect(Math.abs(low - (0.5 - 1.96 * 0.025))).toBeLessThan(0.006);
  expect(Math.abs(high - (0.5 + 1.96 * 0.025))).toBeLessThan(0.006);
});

test("verdicts need all seeds and whole intervals", () => {
  const row = (...seeds: number[][]) =>
    filmRows(
      seeds.map((errors) => predicted("a", errors)),
      { a: { name: "A", paper: 0.3 } },
      200,
    )[0];
  const even = (level: number) => Array.from({ length: 30 }, (_, i) => level + (i % 3) / 100);
  const verdict = (...seeds: number[][]) =>
    beatsControlsFinding(row(...seeds), { copyLast: 1, meanFrame: 3 }, "").verdict;
  expect(verdict(even(0.5), even(0.8))).toBe("shown");
  expect(verdict(even(0.5), even(1.2))).toBe("partly");
  expect(verdict(even(1.2), even(1.3))).toBe("not shown");
  const wide = Array.from({ length: 30 }, (_, i) => (i % 2 ? 2 : -0.1)); // mean 0.95, the interval goes beyond 1
  expect(verdict(wide)).toBe("partly");
  expect(beatsControlsFinding(row(even(0.5)), { copyLast: 3, meanFrame: 0.4 }, "").verdict).toBe("not shown");
  expect(betterFinding(row(even(0.5)), row(even(0.8)), 200)).toMatchObject({
    ours: "by 0.3000 (0.3000 to 0.3000)",
    verdict: "shown",
  });
  expect(betterFinding(row(even(0.8)), row(even(0.5)), 200).verdict).toBe("not shown");
  expect(betterFinding(row(even(0.8)), row(wide), 200).verdict).toBe("not shown"); // better on the whole, not surely so
});
