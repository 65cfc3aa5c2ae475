import { describe, expect, test } from "vitest";
import { wrapped } from "../base/circle.ts";
import { applied, type Column, congruence, dot, outer, product, type Rows, scaled, sum } from "../base/small-matrix.ts";
import { estimates, kalmanFilter, type LinearGaussian } from "../models/kalman.ts";
import { type DisplacedStep, impulseResponse, type SequenceEstimator } from "./impulse-response.ts";

const R = 0.01;
const second: LinearGaussian = {
  A: [
    [1, 0.05],
    [-0.03, 0.9975],
  ],
  Q: [
    [5e-7, 0],
    [0, 5e-5],
  ],
  C: [1, 0],
  start: {
    mean: [0, 0],
    covariance: [
      [0.1, 0],
      [0, 0.1],
    ],
  },
};
const first: LinearGaussian = { A: [[0.98]], Q: [[1e-4]], C: [1], start: { mean: [0], covariance: [[1]] } };

const [COUNT, LENGTH, AT] = [3, 400, 300];

function kalman(model: LinearGaussian): SequenceEstimator {
  return async (frames) =>
    Array.from({ length: COUNT }, (_, n) => {
      const y = frames.subarray(n * LENGTH, (n + 1) * LENGTH);
      return [...estimates(model, kalmanFilter(model, { y, R: new Float64Array(LENGTH).fill(R) }).filtered)];
    }).flat();
}

/** C ((I − KC) A)^lag K with the stationary gain K, from the Riccati recursion. */
function closedForm({ A, Q, C }: LinearGaussian, lags: number): number[] {
  const I = A.map((row, i) => row.map((_, j) => Number(i === j)));
  let [P, K]: [Rows, Column] = [I, []];
  for (let k = 0; k < 5000; k++) {
    const PCᵀ = applied(P, C);
    K = scaled(PCᵀ, 1 / (dot(C, PCᵀ) + R));
    P = sum(congruence(A, product(sum(I, outer(K, C), -1), P)), Q);
  }
  const step = product(sum(I, outer(K, C), -1), A);
  let state = K;
  return Array.from({ length: lags + 1 }, () => {
    const response = dot(C, state);
    state = applied(step, state);
    return response;
  });
}

function displaced(displacement: number): DisplacedStep {
  const frames = (by: number) =>
    Float32Array.from({ length: COUNT * LENGTH }, (_, i) => Math.sin(i) * 0.2 + (i % LENGTH === AT ? by : 0));
  return { ahead: frames(displacement), behind: frames(-displacement), at: AT, displacement };
}

describe.each([
  ["first", first],
  ["second", second],
] as const)("a Kalman filter of %s order", (_, model) => {
  test("answers with C ((I − KC) A)^lag K", async () => {
    const { mean, sem } = await impulseResponse(kalman(model), displaced(0.5), { count: COUNT, lags: 60 });
    closedForm(model, 60).forEach((h, lag) => void expect(mean[lag]).toBeCloseTo(h, 6));
    for (const e of sem) expect(e).toBeLessThan(1e-6); // a linear filter answers alike in all sequences
  });
});

test("the first order decays from lag 0 on; the second one falls more slowly and passes below zero", async () => {
  const of = (m: LinearGaussian) => impulseResponse(kalman(m), displaced(0.5), { count: COUNT, lags: 90 });
  const [{ mean: one }, { mean: two }] = [await of(first), await of(second)];
  one.slice(1).forEach((h, i) => void expect(h).toBeLessThan(one[i]));
  expect(Math.min(...one)).toBeGreaterThan(0);
  expect(Math.min(...two)).toBeLessThan(-0.01 * two[0]);
});

test("on a circle, answers are taken the short way round; what is even in the displacement drops out", async () => {
  const c = 2;
  // Estimates near ±1, the ends of the circle, that move by a third of what is seen, and by its square.
  const estimate: SequenceEstimator = async (frames) => Array.from(frames, (y) => wrapped(1 + y / 3 + y * y, c));
  const at = 1;
  const step = { ahead: Float32Array.of(0, 0.1, 0), behind: Float32Array.of(0, -0.1, 0), at, displacement: 0.1 };
  const { mean } = await impulseResponse(estimate, step, { count: 1, lags: 1, circumference: c });
  expect(mean[0]).toBeCloseTo(1 / 3, 6);
  expect(mean[1]).toBeCloseTo(0, 6);
});

test("the standard error is that of the mean over sequences", async () => {
  // Two sequences of two steps that answer with 1 and 3: mean 2, standard deviation √2, standard error 1.
  const estimate: SequenceEstimator = async (frames) => [frames[0], 0, 3 * frames[2], 0];
  const step = { ahead: Float32Array.of(1, 0, 1, 0), behind: Float32Array.of(-1, 0, -1, 0), at: 0, displacement: 1 };
  const { mean, sem } = await impulseResponse(estimate, step, { count: 2, lags: 1 });
  expect(mean).toEqual([2, 0]);
  expect(sem[0]).toBeCloseTo(1, 12);
});

test("sequences that end too early are refused", async () => {
  const wanted = impulseResponse(kalman(first), displaced(0.5), { count: COUNT, lags: 100 });
  await expect(wanted).rejects.toThrow("step 300 + 100 lags in 400 steps");
});
