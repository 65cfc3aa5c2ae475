import { describe, expect, test } from "vitest";
import { wrapped } from "../base/circle.ts";
import { stream } from "../base/random.ts";
import { applied, type Column, plus, type Rows } from "../base/small-matrix.ts";
import { kalmanFilter, type LinearGaussian, type NoisySequence } from "./kalman.ts";
import { emStep, fitKalman } from "./kalman-em.ts";

const first: LinearGaussian = { A: [[0.9]], Q: [[0.04]], C: [1], start: { mean: [0.5], covariance: [[0.3]] } };
const second: LinearGaussian = {
  A: [
    [1, 0.3],
    [-0.3, 0.9],
  ],
  Q: [
    [0.01, 0],
    [0, 0.04],
  ],
  C: [1, 0],
  start: {
    mean: [0.5, 0],
    covariance: [
      [0.3, 0],
      [0, 0.1],
    ],
  },
};

/** Sequences drawn from a model whose covariances are diagonal. Noises have variances up to `noise`; about one step in eleven is not observed. */
function drawn({ A, Q, C, start }: LinearGaussian, count: number, length: number, noise = 0.2): NoisySequence[] {
  const n = C.length;
  const [states, noises, variances] = ["state", "noise", "variance"].map((name) => stream(4, name));
  const diagonal = (S: Rows, z: Column): Column => z.map((x, i) => x * Math.sqrt(S[i][i]));
  return Array.from({ length: count }, (_, k) => {
    const [z, v, u] = [new Float64Array(length * n), new Float64Array(length), new Float64Array(length)];
    states.normal(k, z);
    noises.normal(k, v);
    variances.uniform(k, u);
    const R = u.map((p) => (p > 0.91 ? Infinity : noise * (0.1 + p)));
    let x: Column = [];
    const y = Array.from({ length }, (_, t) => {
      const w = [...z.subarray(t * n, (t + 1) * n)];
      x = t === 0 ? plus(start.mean, diagonal(start.covariance, w)) : plus(applied(A, x), diagonal(Q, w));
      return R[t] < Infinity ? x[0] + Math.sqrt(R[t]) * v[t] : NaN;
    });
    return { y, R };
  });
}

const logLikelihood = (model: LinearGaussian, sequences: readonly NoisySequence[]): number =>
  sequences.reduce((sum, s) => sum + kalmanFilter(model, s).logLikelihood, 0);

/** M with one entry changed, and its mirror image too if M is a covariance. */
const nudged = (M: Rows, i: number, j: number, by: number, mirrored: boolean): Rows =>
  M.map((row, r) => row.map((x, c) => ((r === i && c === j) || (mirrored && r === j && c === i) ? x + by : x)));

// Twice the gain in log likelihood over the truth is χ² with as many degrees of freedom as there are parameters (Wilks 1938):
// A, Q, mean and variance; with two latents 4 + 3 + 2 + 3, less 2 for the unit and the mixture of the second.
describe.each([
  ["one latent", 1, first, 33.38],
  ["two latents", 2, second, 46.87],
] as const)("EM with %s", (_, order, truth, onceInAMillion) => {
  const sequences = drawn(truth, 60, 120);
  const { model, logLikelihoods } = fitKalman(sequences, { order, iterations: 400, tolerance: 1e-9 });

  test("never lowers the likelihood", () => {
    for (let i = 1; i < logLikelihoods.length; i++) {
      expect(logLikelihoods[i] - logLikelihoods[i - 1]).toBeGreaterThan(-1e-9 * Math.abs(logLikelihoods[i]));
    }
    expect(logLikelihoods.length).toBeGreaterThan(30);
    expect(logLikelihoods[30] - logLikelihoods[0]).toBeGreaterThan(10);
  });

  test("finds a model more likely than the truth, but by no more than chance gives", () => {
    const gain = 2 * (logLikelihood(model, sequences) - logLikelihood(truth, sequences));
    expect(gain).toBeGreaterThan(0);
    expect(gain).toBeLessThan(onceInAMillion);
    expect(logLikelihoods.at(-1)).toBeCloseTo(logLikelihood(model, sequences), 6);
  });

  test("ends where no entry can be changed to a better one", () => {
    const best = logLikelihood(model, sequences);
    const { A, Q, start } = model;
    const less = (change: Partial<LinearGaussian>): void =>
      expect(logLikelihood({ ...model, ...change }, sequences)).toBeLessThan(best);
    for (let i = 0; i < order; i++) {
      for (const sign of [-1, 1]) {
        for (let j = 0; j < order; j++) {
          const V = start.covariance;
          const [q, v] = [Q, V].map((S) => sign * Math.sqrt(S[i][i] * S[j][j]));
          less({ A: nudged(A, i, j, 0.02 * sign, false) });
          less({ Q: nudged(Q, i, j, 0.1 * q, true) });
          less({ start: { ...start, covariance: nudged(V, i, j, 0.2 * v, true) } });
        }
        const step = 0.2 * sign * Math.sqrt(start.covariance[i][i]);
        less({ start: { ...start, mean: start.mean.map((m, k) => (k === i ? m + step : m)) } });
      }
    }
  });
});

test("EM recovers A of one latent, within five standard errors from the curvature of the likelihood in A and log Q", () => {
  const sequences = drawn(first, 60, 120);
  const { model } = fitKalman(sequences, { order: 1, tolerance: 1e-9 });
  const [a, q] = [model.A[0][0], model.Q[0][0]];
  const at = (da: number, dq: number): number =>
    logLikelihood({ ...model, A: [[a + da]], Q: [[q * Math.exp(dq)]] }, sequences);
  const [h, g] = [0.005, 0.05];
  const aa = (at(h, 0) - 2 * at(0, 0) + at(-h, 0)) / h ** 2;
  const qq = (at(0, g) - 2 * at(0, 0) + at(0, -g)) / g ** 2;
  const aq = (at(h, g) - at(h, -g) - at(-h, g) + at(-h, -g)) / (4 * h * g);
  const error = Math.sqrt(-qq / (aa * qq - aq ** 2));
  expect(error).toBeLessThan(0.02);
  expect(Math.abs(a - 0.9)).toBeLessThan(5 * error);
});

test.each([1, 2] as const)("wrapped observations give the fit of the unwrapped ones (order %d)", (order) => {
  // Swings of about ± 1 in steps of at most 0.3; the first observations lie within the half circle.
  const calm = (S: Rows): Rows => S.map((row) => row.map((x) => x / 100));
  const start = { mean: [0.1, 1], covariance: calm(second.start.covariance) };
  const line = drawn({ ...second, Q: calm(second.Q), start }, 10, 60, 0.002);
  const circumference = 1.6;
  const circle = line.map(({ y, R }) => ({ y: Array.from(y, (x) => wrapped(x, circumference)), R }));
  const crossings = circle.reduce((n, { y }, k) => n + y.filter((x, t) => Math.abs(x - line[k].y[t]) > 1).length, 0);
  expect(crossings).toBeGreaterThan(10);
  const [wanted, got] = [
    fitKalman(line, { order, iterations: 20 }),
    fitKalman(circle, { order, iterations: 20, circumference }),
  ];
  expect(Math.abs(got.logLikelihoods.at(-1)! - wanted.logLikelihoods.at(-1)!)).toBeLessThan(1e-6);
  got.model.A.flat().forEach((x, i) => void expect(Math.abs(x - wanted.model.A.flat()[i])).toBeLessThan(1e-9));
});

test("a step of EM gives the old model's likelihood, and keeps C", () => {
  const sequences = drawn(second, 3, 20);
  const step = emStep(second, sequences);
  expect(step.logLikelihood).toBeCloseTo(logLikelihood(second, sequences), 9);
  expect(step.model.C).toEqual([1, 0]);
  expect(step.model.Q[0][1]).toBe(step.model.Q[1][0]);
});

test("EM ends after its iterations, or when a step gains less per observation than the tolerance", () => {
  const sequences = drawn(first, 10, 50);
  expect(fitKalman(sequences, { order: 1, iterations: 3, tolerance: 0 }).logLikelihoods).toHaveLength(4);
  expect(fitKalman(sequences, { order: 1, iterations: 0 }).model.A).toEqual([[1]]);
  const { logLikelihoods: L } = fitKalman(sequences, { order: 1, tolerance: 1e-3 });
  const seen = sequences.reduce((n, { R }) => n + Array.from(R).filter(Number.isFinite).length, 0);
  const gains = L.slice(1).map((l, i) => (l - L[i]) / seen);
  expect(gains.at(-1)).toBeLessThan(1e-3);
  expect(gains.slice(0, -1).every((gain) => gain >= 1e-3)).toBe(true);
});

test("sequences without neighbours are refused", () => {
  const sequences = [
    { y: [1, NaN, 1], R: [1, Infinity, 1] },
    { y: [2], R: [1] },
  ];
  expect(() => fitKalman(sequences, { order: 1 })).toThrow(
    /expected two observed steps in a row, got none in 2 sequences/,
  );
});
