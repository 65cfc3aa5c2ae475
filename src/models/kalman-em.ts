import { wrappedDifference } from "../base/circle.ts";
import { UsageError } from "../base/errors.ts";
import {
  type Column,
  congruence,
  outer,
  plus,
  productTransposed,
  quotient,
  type Rows,
  scaled,
  sum,
  transposed,
  zeros,
} from "../base/small-matrix.ts";
import {
  type Belief,
  type KalmanOptions,
  kalmanFilter,
  kalmanSmoother,
  type LinearGaussian,
  type NoisySequence,
} from "./kalman.ts";

/** How to fit. */
export interface FitOptions extends KalmanOptions {
  /** Number of latents. 1: the observed quantity alone. 2: another beside it, which EM takes for its change per step at first. */
  readonly order: 1 | 2;
  /** Steps of EM, at most. Default 200. */
  readonly iterations?: number;
  /** EM ends after a step that adds less than this to the log likelihood, in nats per observation. Default 10⁻⁵. */
  readonly tolerance?: number;
}

/** What was fitted. */
export interface Fit {
  readonly model: LinearGaussian;
  /** Log likelihood of all sequences, nats: before the first step of EM, and after each. */
  readonly logLikelihoods: readonly number[];
}

/**
 * Maximum likelihood of A, Q and the first state by expectation maximisation (Shumway & Stoffer 1982; Ghahramani & Hinton
 * 1996), with the variances R_t given and C = [1] or [1, 0]. Of two latents, the second is known only up to its unit and an
 * added multiple of the first: compare the eigenvalues of A, not its entries.
 *
 * No step lowers the likelihood, with one reservation. On a circle it is the likelihood of the images that the filter chose,
 * and a step that moves a prediction across the point opposite to an observation changes the image. Where noise and changes
 * per step are small against the circumference, this does not happen. States begin within half a turn of 0.
 * @throws UsageError if no sequence has two observed steps in a row, or as kalmanFilter
 */
export function fitKalman(
  sequences: readonly NoisySequence[],
  { order, iterations = 200, tolerance = 1e-5, circumference }: FitOptions,
): Fit {
  const observations = sequences.reduce((n, { R }) => n + Array.from(R).filter(Number.isFinite).length, 0);
  let model = firstModel(sequences, order, circumference);
  const logLikelihoods: number[] = [];
  for (;;) {
    const step = emStep(model, sequences, { circumference });
    const gain = step.logLikelihood - (logLikelihoods.at(-1) ?? -Infinity);
    logLikelihoods.push(step.logLikelihood);
    if (logLikelihoods.length > iterations || gain < tolerance * observations) return { model, logLikelihoods };
    model = step.model;
  }
}

/**
 * One step of EM.
 * @returns the model that maximises the expected log density of states and observations under the old model's smoother,
 *          and the old model's log likelihood, nats
 */
export function emStep(
  model: LinearGaussian,
  sequences: readonly NoisySequence[],
  options: KalmanOptions = {},
): { readonly model: LinearGaussian; readonly logLikelihood: number } {
  const n = model.C.length;
  let [S11, S10, S00] = [zeros(n, n), zeros(n, n), zeros(n, n)];
  const firsts: Belief[] = [];
  let [pairs, logLikelihood] = [0, 0];
  for (const sequence of sequences) {
    const found = kalmanFilter(model, sequence, options);
    const { smoothed, lagged } = kalmanSmoother(model, found);
    logLikelihood += found.logLikelihood;
    firsts.push(smoothed[0]);
    pairs += lagged.length;
    for (let t = 0; t < lagged.length; t++) {
      const [x0, x1] = [smoothed[t], smoothed[t + 1]];
      S00 = sum(S00, sum(outer(x0.mean, x0.mean), x0.covariance)); // Σ E[x_t x_tᵀ]
      S10 = sum(S10, sum(outer(x1.mean, x0.mean), lagged[t])); // Σ E[x_{t+1} x_tᵀ]
      S11 = sum(S11, sum(outer(x1.mean, x1.mean), x1.covariance)); // Σ E[x_{t+1} x_{t+1}ᵀ]
    }
  }
  const A = quotient(S10, S00);
  const AS01 = productTransposed(A, S10);
  const residuals = sum(sum(S11, sum(AS01, transposed(AS01)), -1), congruence(A, S00)); // Σ E[(x_{t+1} − A x_t)(…)ᵀ]
  return { model: { A, Q: average(residuals, pairs), C: model.C, start: pooled(firsts) }, logLikelihood };
}

/** M / count, without the lopsidedness that rounding left. */
function average(M: Rows, count: number): Rows {
  return sum(M, transposed(M)).map((row) => scaled(row, 1 / (2 * count)));
}

/** Mean and covariance of a draw from one of the beliefs, taken at random. */
function pooled(beliefs: readonly Belief[]): Belief {
  const n = beliefs[0].mean.length;
  const total = beliefs.reduce<Column>((s, b) => plus(s, b.mean), new Array<number>(n).fill(0));
  const mean = scaled(total, 1 / beliefs.length);
  const spread = beliefs.reduce<Rows>(
    (S, b) => {
      const d = plus(b.mean, mean, -1);
      return sum(S, sum(b.covariance, outer(d, d)));
    },
    zeros(n, n),
  );
  return { mean, covariance: average(spread, beliefs.length) };
}

/** Where EM starts: a random walk or a constant velocity, of the size by which successive observations differ beyond their noise. */
function firstModel(sequences: readonly NoisySequence[], order: 1 | 2, circumference = Infinity): LinearGaussian {
  let [pairs, squares, noise] = [0, 0, 0];
  const firsts: Belief[] = [];
  for (const { y, R } of sequences) {
    const first = Array.from(R).findIndex(Number.isFinite);
    if (first >= 0) firsts.push({ mean: [y[first]], covariance: [[R[first]]] });
    for (let t = 1; t < y.length; t++) {
      if (!Number.isFinite(R[t - 1] + R[t])) continue;
      pairs++;
      squares += wrappedDifference(y[t], y[t - 1], circumference) ** 2;
      noise += R[t - 1] + R[t];
    }
  }
  if (pairs === 0) {
    throw new UsageError({
      where: "Kalman filter by EM",
      expected: "two observed steps in a row",
      got: `none in ${sequences.length} sequences`,
      fix: "give longer sequences",
    });
  }
  const change = Math.max(squares - noise, noise / 100) / pairs;
  const { mean, covariance } = pooled(firsts);
  if (order === 1) return { A: [[1]], Q: [[change]], C: [1], start: { mean, covariance } };
  return {
    A: [
      [1, 1],
      [0, 1],
    ],
    Q: [
      [change / 10, 0],
      [0, change / 10],
    ],
    C: [1, 0],
    start: {
      mean: [mean[0], 0],
      covariance: [
        [covariance[0][0], 0],
        [0, change],
      ],
    },
  };
}
