import { determinant, inverse, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { wrapped } from "../base/circle.ts";
import { stream } from "../base/random.ts";
import type { Rows } from "../base/small-matrix.ts";
import {
  type Belief,
  estimates,
  kalmanFilter,
  kalmanSmoother,
  type LinearGaussian,
  type NoisySequence,
} from "./kalman.ts";

const T = 5;
const R = [0.3, 0.05, Infinity, 0.7, 0.11];
const y = [0.9, 0.2, NaN, -0.8, 0.4];

const models: readonly (readonly [string, LinearGaussian])[] = [
  ["one latent", { A: [[0.9]], Q: [[0.2]], C: [1], start: { mean: [0.4], covariance: [[0.5]] } }],
  [
    "two latents, the first observed",
    {
      A: [
        [1, 0.6],
        [-0.3, 0.8],
      ],
      Q: [
        [0.1, 0.03],
        [0.03, 0.2],
      ],
      C: [1, 0],
      start: {
        mean: [0.5, -0.2],
        covariance: [
          [0.4, -0.1],
          [-0.1, 0.3],
        ],
      },
    },
  ],
  [
    "two latents, a mixture observed",
    {
      A: [
        [0.7, -0.5],
        [0.4, 0.9],
      ],
      Q: [
        [0.3, -0.05],
        [-0.05, 0.1],
      ],
      C: [0.8, -1.3],
      start: {
        mean: [-1, 0.6],
        covariance: [
          [0.2, 0.05],
          [0.05, 0.6],
        ],
      },
    },
  ],
];

/** Mean (T·n, 1) and covariance (T·n, T·n) of all states together, and their observation matrix (T, T·n). */
function joint(model: LinearGaussian): { mean: Matrix; covariance: Matrix; H: Matrix } {
  const [A, Q] = [model.A, model.Q].map((M) => new Matrix(M.map((row) => [...row])));
  const n = A.rows;
  const power = (k: number): Matrix => (k === 0 ? Matrix.eye(n) : A.mmul(power(k - 1)));
  const mean = Matrix.zeros(T * n, 1);
  const covariance = Matrix.zeros(T * n, T * n);
  const H = Matrix.zeros(T, T * n);
  const start = new Matrix(model.start.covariance.map((row) => [...row]));
  for (let s = 0; s < T; s++) {
    mean.setSubMatrix(power(s).mmul(Matrix.columnVector(model.start.mean)), s * n, 0);
    H.setSubMatrix(Matrix.rowVector(model.C), s, s * n);
    for (let t = 0; t < T; t++) {
      // x_s = Aˢ x_0 + Σ_{i ≤ s} A^{s−i} w_i
      let block = power(s).mmul(start).mmul(power(t).transpose());
      for (let i = 1; i <= Math.min(s, t); i++) {
        block = Matrix.add(
          block,
          power(s - i)
            .mmul(Q)
            .mmul(power(t - i).transpose()),
        );
      }
      covariance.setSubMatrix(block, s * n, t * n);
    }
  }
  return { mean, covariance, H };
}

/** Given y up to `last`, by the formula for conditional Gaussians: all states' mean and covariance, and log p(y). */
function conditioned(model: LinearGaussian, last: number): { mean: Matrix; covariance: Matrix; logDensity: number } {
  const { mean, covariance, H } = joint(model);
  const seen = R.map((_, t) => t).filter((t) => t <= last && R[t] < Infinity);
  if (seen.length === 0) return { mean, covariance, logDensity: 0 };
  const Hs = new Matrix(seen.map((t) => H.getRow(t)));
  const S = Hs.mmul(covariance)
    .mmul(Hs.transpose())
    .add(Matrix.diag(seen.map((t) => R[t])));
  const e = Matrix.sub(Matrix.columnVector(seen.map((t) => y[t])), Hs.mmul(mean));
  const gain = covariance.mmul(Hs.transpose()).mmul(inverse(S));
  const distance = e.transpose().mmul(inverse(S)).mmul(e).get(0, 0);
  return {
    mean: Matrix.add(mean, gain.mmul(e)),
    covariance: Matrix.sub(covariance, gain.mmul(Hs).mmul(covariance)),
    logDensity: -(seen.length * Math.log(2 * Math.PI) + Math.log(determinant(S)) + distance) / 2,
  };
}

function expectSame(got: Rows, wanted: Matrix): void {
  expect([got.length, got[0].length]).toEqual([wanted.rows, wanted.columns]);
  got.forEach((row, i) => void row.forEach((x, j) => void expect(Math.abs(x - wanted.get(i, j))).toBeLessThan(1e-9)));
}

describe.each(models)("%s: five steps, the third not observed", (_, model) => {
  const n = model.C.length;
  const found = kalmanFilter(model, { y, R });

  /** Is this what the joint Gaussian says of x_t, given y up to `last`? */
  function expectConditional({ mean, covariance }: Belief, t: number, last: number): void {
    const all = conditioned(model, last);
    const block = [t * n, (t + 1) * n - 1] as const;
    expectSame(
      mean.map((x) => [x]),
      all.mean.subMatrix(...block, 0, 0),
    );
    expectSame(covariance, all.covariance.subMatrix(...block, ...block));
  }

  test("the filter is the joint Gaussian given what came before and now", () => {
    for (let t = 0; t < T; t++) {
      expectConditional(found.predicted[t], t, t - 1);
      expectConditional(found.filtered[t], t, t);
    }
    expect([found.predicted.length, found.filtered.length]).toEqual([T, T]);
  });

  test("the log likelihood is the log of the joint density", () => {
    expect(found.logLikelihood).toBeCloseTo(conditioned(model, T).logDensity, 9);
  });

  test("the smoother is the joint Gaussian given everything, with its covariances between neighbours", () => {
    const { smoothed, lagged } = kalmanSmoother(model, found);
    const all = conditioned(model, T).covariance;
    expect([smoothed.length, lagged.length]).toEqual([T, T - 1]);
    for (let t = 0; t < T; t++) expectConditional(smoothed[t], t, T);
    for (let t = 0; t < T - 1; t++) {
      expectSame(lagged[t], all.subMatrix((t + 1) * n, (t + 2) * n - 1, t * n, (t + 1) * n - 1));
    }
  });

  test("estimates are C m", () => {
    const wanted = found.filtered.map(({ mean }) => mean.reduce((s, m, i) => s + model.C[i] * m, 0));
    expect([...estimates(model, found.filtered)]).toEqual(wanted.map((x) => expect.closeTo(x, 12)));
  });
});

describe("on a circle", () => {
  const [, model] = models[1];
  const circumference = 2.2;
  // A ramp of three turns, both ways, in small steps and with small noise.
  const normal = new Float64Array(200);
  stream(1, "ramp").normal(0, normal);
  const line: NoisySequence = {
    y: normal.map((z, t) => 0.5 + 0.066 * Math.min(t, 200 - t) + 0.05 * z),
    R: normal.map((_, t) => (t % 17 === 3 ? Infinity : 0.0025 * (1 + (t % 3)))),
  };
  const circle = { y: Array.from(line.y, (x) => wrapped(x, circumference)), R: line.R };
  const slow: LinearGaussian = {
    ...model,
    A: [
      [1, 1],
      [0, 1],
    ],
    Q: [
      [1e-4, 0],
      [0, 1e-4],
    ],
  };

  test("the filter follows observations over the seam as if they had not been wrapped", () => {
    const [wanted, got] = [kalmanFilter(slow, line), kalmanFilter(slow, circle, { circumference })];
    expect(Math.abs(got.logLikelihood - wanted.logLikelihood)).toBeLessThan(1e-9);
    for (let t = 0; t < 200; t++) {
      for (const i of [0, 1]) expect(Math.abs(got.filtered[t].mean[i] - wanted.filtered[t].mean[i])).toBeLessThan(1e-9);
      expect(got.filtered[t].covariance).toEqual(wanted.filtered[t].covariance);
    }
    expect(Math.max(...estimates(slow, got.filtered))).toBeGreaterThan(3 * circumference);
  });

  test("and loses them if it is told of a line", () => {
    expect(kalmanFilter(slow, circle).logLikelihood).toBeLessThan(kalmanFilter(slow, line).logLikelihood - 1000);
  });

  test("an observation across the seam pulls the estimate the short way", () => {
    // After 1 the estimate is 1, of variance 0.05; with Q it is 0.1, as the observation's: the estimate goes half of the 0.2 to −1 + 2.2.
    const start = { mean: [1], covariance: [[0.1]] };
    const still = { A: [[1]], Q: [[0.05]], C: [1], start };
    const { filtered } = kalmanFilter(still, { y: [1, -1], R: [0.1, 0.1] }, { circumference });
    expect(filtered[1].mean[0]).toBeCloseTo(1.1, 12);
  });

  test("the first observation is taken near 0, wherever the start's mean is", () => {
    // A mean of 0.5 is nearer to −0.9 + 2.2 than to −0.9; half way from 0.5 to −0.9 is −0.2.
    const start = { mean: [0.5], covariance: [[0.1]] };
    const still = { A: [[1]], Q: [[0.01]], C: [1], start };
    const { filtered } = kalmanFilter(still, { y: [Number.NaN, 1.3], R: [Infinity, 0.11] }, { circumference });
    expect(filtered[1].mean[0]).toBeCloseTo(-0.2, 12);
  });
});
