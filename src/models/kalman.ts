import { wrapped, wrappedDifference } from "../base/circle.ts";
import { UsageError } from "../base/errors.ts";
import {
  applied,
  type Column,
  congruence,
  dot,
  outer,
  plus,
  productTransposed,
  quotient,
  type Rows,
  scaled,
  sum,
} from "../base/small-matrix.ts";

/**
 * A linear-Gaussian state-space model with n latents, of which one number a step is observed:
 * x_1 ~ N(mean, covariance);  x_t = A x_{t−1} + w_t, w_t ~ N(0, Q);  y_t = C x_t + v_t, v_t ~ N(0, R_t).
 * The variances R_t are no part of the model: they come with the observations.
 */
export interface LinearGaussian {
  /** (n, n) */
  readonly A: Rows;
  /** (n, n) */
  readonly Q: Rows;
  /** The one row of C: (n) */
  readonly C: Column;
  readonly start: Belief;
}

/** N(mean, covariance) of a state: (n) and (n, n). */
export interface Belief {
  readonly mean: Column;
  readonly covariance: Rows;
}

/** One sequence. */
export interface NoisySequence {
  /** Observations: (time). Not looked at where R_t = ∞. */
  readonly y: ArrayLike<number>;
  /** Variances of the observations, > 0: (time). ∞ where nothing was observed. */
  readonly R: ArrayLike<number>;
}

export interface KalmanOptions {
  /**
   * Circumference, if y is known on a circle only: each y_t then stands for its image nearest to the prediction C m_t|t−1, the first
   * of a sequence for its image nearest to 0, as states begin within half a turn of 0. States are not wrapped. Default ∞: a line.
   */
  readonly circumference?: number;
}

/** What the filter finds. Each list has one belief a step. */
export interface Filtered {
  /** p(x_t | y_1…t−1) */
  readonly predicted: readonly Belief[];
  /** p(x_t | y_1…t) */
  readonly filtered: readonly Belief[];
  /** log p(y_1…T), nats; on a circle, that of the images that the filter chose. */
  readonly logLikelihood: number;
}

/**
 * The Kalman filter (Kalman 1960) in float64, with Joseph's form of the covariance, which rounding leaves symmetric and positive.
 * @throws UsageError if y and R differ in length or are empty, an R_t is not positive, or y_t is not finite where R_t is
 */
export function kalmanFilter(
  model: LinearGaussian,
  { y, R }: NoisySequence,
  { circumference = Infinity }: KalmanOptions = {},
): Filtered {
  checkSequence(y, R);
  const { A, Q, C } = model;
  const I = A.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
  const predicted: Belief[] = [];
  const filtered: Belief[] = [];
  let logLikelihood = 0;
  let { mean: m, covariance: P } = model.start;
  let seen = false;
  for (let t = 0; t < y.length; t++) {
    if (t > 0) {
      m = applied(A, m);
      P = sum(congruence(A, P), Q); // A P Aᵀ + Q
    }
    predicted.push({ mean: m, covariance: P });
    if (R[t] < Infinity) {
      const expected = dot(C, m);
      const e = seen ? wrappedDifference(y[t], expected, circumference) : wrapped(y[t], circumference) - expected; // innovation
      seen = true;
      const PCᵀ = applied(P, C);
      const S = dot(C, PCᵀ) + R[t]; // its variance
      const K = scaled(PCᵀ, 1 / S);
      m = plus(m, K, e);
      P = sum(congruence(sum(I, outer(K, C), -1), P), outer(K, K), R[t]); // (I − KC) P (I − KC)ᵀ + K R_t Kᵀ
      logLikelihood -= (Math.log(2 * Math.PI * S) + e ** 2 / S) / 2;
    }
    filtered.push({ mean: m, covariance: P });
  }
  return { predicted, filtered, logLikelihood };
}

/** What the smoother finds. */
export interface Smoothed {
  /** p(x_t | y_1…T), one a step. */
  readonly smoothed: readonly Belief[];
  /** Cov(x_{t+1}, x_t | y_1…T), (n, n), for t = 1…T−1. */
  readonly lagged: readonly Rows[];
}

/**
 * The smoother of Rauch, Tung & Striebel 1965. Predicted covariances must have an inverse.
 * @param found what kalmanFilter found with the same model
 */
export function kalmanSmoother({ A }: LinearGaussian, { predicted, filtered }: Filtered): Smoothed {
  const last = filtered.length - 1;
  const smoothed = [...filtered];
  const lagged = new Array<Rows>(last);
  for (let t = last - 1; t >= 0; t--) {
    const { mean: m, covariance: P } = filtered[t];
    const [ahead, known] = [predicted[t + 1], smoothed[t + 1]];
    const J = quotient(productTransposed(P, A), ahead.covariance); // P Aᵀ (A P Aᵀ + Q)⁻¹
    smoothed[t] = {
      mean: plus(m, applied(J, plus(known.mean, ahead.mean, -1))),
      covariance: sum(P, congruence(J, sum(known.covariance, ahead.covariance, -1))),
    };
    lagged[t] = productTransposed(known.covariance, J);
  }
  return { smoothed, lagged };
}

/** The observed quantity without its noise, as beliefs have it: C m_t, (time). */
export function estimates({ C }: LinearGaussian, beliefs: readonly Belief[]): Float64Array {
  return Float64Array.from(beliefs, ({ mean }) => dot(C, mean));
}

function checkSequence(y: ArrayLike<number>, R: ArrayLike<number>): void {
  const fail = (expected: string, got: string, fix: string): never => {
    throw new UsageError({ where: "Kalman filter", expected, got, fix });
  };
  if (y.length !== R.length || y.length === 0) {
    fail("1 or more observations, and a variance for each", `${y.length} and ${R.length}`, "give as many of both");
  }
  for (let t = 0; t < y.length; t++) {
    if (!(R[t] > 0)) fail(`a variance above 0 at step ${t}`, String(R[t]), "use Infinity where nothing was observed");
    if (R[t] < Infinity && !Number.isFinite(y[t])) {
      fail(`a finite observation at step ${t}`, String(y[t]), "set its variance to Infinity if it is missing");
    }
  }
}
