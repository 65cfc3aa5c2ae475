import { describe, expect, test } from "vitest";
import { axis } from "../base/shape.ts";
import { bouncingBalls } from "../data/bouncing-balls.ts";
import type { Distribution } from "../distributions/distribution.ts";
import type { Value } from "../graph/value.ts";
import type { Model } from "../models/model.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import {
  controlErrors,
  meanFrame,
  nextFrameEvaluator,
  readFrames,
  sequenceErrors,
  shuffledInTime,
} from "./next-frame-errors.ts";

const average = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
const sizes = { count: 2, length: 3 };
// Two sequences of three frames of two pixels.
const frames = Float32Array.of(0, 0, 1, 0, 1, 1, 0.5, 0.5, 0.5, 0.5, 0, 0.5);

describe("errors", () => {
  test("are squares a pixel over all frames but the first, of predictions that come time by time", () => {
    const predictions = new Float32Array(12); // (time, sequence, pixel)
    predictions.set([9, 9, 9, 9], 0); // first frames: not counted
    predictions.set([1, 0.5, 0.5, 0.5], 4);
    predictions.set([0, 1, 1, 0.5], 8);
    expect(sequenceErrors(predictions, frames, sizes)).toEqual([(0.25 + 1) / 4, 1 / 4]);
  });

  test("of the controls are those of the frame before and of a fixed frame", () => {
    const { "copy-last-mse": copied, "mean-frame-mse": averaged } = controlErrors(
      frames,
      Float64Array.of(0.5, 1),
      sizes,
    );
    expect(copied).toEqual([(1 + 1) / 4, 0.25 / 4]);
    expect(averaged).toEqual([(0.25 + 1 + 0.25) / 4, (0.25 + 0.25 + 0.25) / 4]);
  });

  test("of the controls on bouncing balls are those that an independent implementation found", () => {
    const data = bouncingBalls({ train: 60, test: 40 });
    const { frames, length, width } = readFrames(data, data.splits.test, "frames", 40);
    expect([length, width]).toEqual([100, 900]);
    const found = controlErrors(frames, meanFrame(data, "frames"), { count: 40, length });
    expect(Math.abs(average(found["copy-last-mse"]) / 0.0131 - 1)).toBeLessThan(0.05);
    expect(Math.abs(average(found["mean-frame-mse"]) / 0.083 - 1)).toBeLessThan(0.03);
  });
});

test("shuffled time is each sequence's own frames, in an order of its own", () => {
  const [count, length, width] = [5, 12, 2];
  const numbered = Float32Array.from({ length: count * length * width }, (_, k) => k);
  const shuffled = shuffledInTime(numbered, { count, length }, 3);
  const orders = Array.from({ length: count }, (_, n) => {
    const own = shuffled.subarray(n * length * width, (n + 1) * length * width);
    const times = Array.from({ length }, (_, t) => own[t * width] / width - n * length);
    times.forEach((_, t) => void expect(own[t * width + 1]).toBe(own[t * width] + 1)); // frames stay whole
    expect([...times].sort((a, b) => a - b)).toEqual(times.map((_, t) => t));
    return times.join();
  });
  expect(new Set(orders).size).toBe(count);
  expect(shuffledInTime(numbered, { count, length }, 3)).toEqual(shuffled);
  const rest = numbered.subarray(2 * length * width); // the order is that of the film's number, wherever it stands
  expect(shuffledInTime(rest, { count: 3, length, first: 2 }, 3)).toEqual(shuffled.subarray(2 * length * width));
});

/** Predicts that frames stay as they are. */
const still: Model = {
  name: "still",
  source: "",
  observation: { shape: [axis("pixel", 36)], range: [0, 1], doc: "" },
  latents: [],
  variables: [],
  frames: true,
  filter: {
    states: { last: [axis("pixel", 36)] },
    step: (y) => ({ states: { last: y }, reconstruction: at(y) }),
    predict: ({ last }) => at(last),
  },
};
const at = (mean: Value): Distribution => ({ mean, logProb: (x) => x, sample: () => mean, noise: "uniform" });

test.each([7, 230])(
  "a model that predicts the frame before has the error of that control, and those of its own controls: %i films",
  async (count) => {
    const dataset = bouncingBalls({ length: 20, resolution: 6, train: 30, test: count });
    const { test: split } = dataset.splits;
    const evaluator = await nextFrameEvaluator({
      model: still,
      dataset,
      split,
      field: "frames",
      runtime: cpu,
      threads: 1,
      seed: 2,
    });
    const { scores, ...rest } = await evaluator.evaluate({});
    await evaluator.dispose();
    expect(rest).toEqual({ terms: {}, count });
    expect(Object.keys(scores)[0]).toBe("next-frame-mse");
    expect(scores["next-frame-mse"]).toBeCloseTo(scores["copy-last-mse"], 8);
    expect(scores["next-frame-sse"]).toBeCloseTo(36 * scores["next-frame-mse"], 10);
    const { frames } = readFrames(dataset, split, "frames", count);
    const control = controlErrors(frames, meanFrame(dataset, "frames"), { count, length: 20 });
    for (const [name, list] of Object.entries(control)) expect(scores[name]).toBeCloseTo(average(list), 10);
    const later = frames.filter((_, k) => Math.floor(k / 36) % 20 > 0);
    expect(scores["no-recurrence-mse"]).toBeCloseTo(later.reduce((s, y) => s + y * y, 0) / later.length, 6); // it sees 0 before
    // Two frames of a film at random times differ by twice the variance about the mean frame, and more than neighbours do.
    expect(scores["shuffled-time-mse"]).toBeGreaterThan(scores["mean-frame-mse"]);
    expect(scores["shuffled-time-mse"]).toBeLessThan(2.3 * scores["mean-frame-mse"]);
  },
);
