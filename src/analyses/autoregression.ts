import { wrappedDifference } from "../base/circle.ts";
import { UsageError } from "../base/errors.ts";
import { fitRidge, type RidgeFit } from "./factors/ridge.ts";
import { momentsOfFolds } from "./moments.ts";

export interface AutoregressionOptions {
  /** Number of sequences, 2 or more: the first half is fitted, the second predicted. */
  readonly count: number;
  /** The greatest order. Default 4. */
  readonly orders?: number;
  /** Steps left out at the beginning of each sequence, where a filter still settles. Default 50. */
  readonly skip?: number;
  /** Circumference, if the numbers lie on a circle. Default ∞: a line. */
  readonly circumference?: number;
  /**
   * An order is enough if its error is at most so many times the least. Default 2: a gain that follows the noise of each input, as a
   * Kalman filter's does, leaves a rest that ever higher orders take a little from.
   */
  readonly enough?: number;
  /** An order is also enough if its error is at most this, in the estimates' unit squared. Default 0. */
  readonly negligible?: number;
}

/** How well models of each order 0, 1, … predict a filter's next estimate. */
export interface Autoregression {
  /** Mean squared error on sequences that were not fitted, in the estimates' unit squared: (order) */
  readonly errors: number[];
  /** Bayesian information criterion of the fit, n ln(mean squared residual) + parameters · ln n: (order). Lower is better. */
  readonly bic: number[];
  /** The least order that is enough. */
  readonly order: number;
  /** The order with the least criterion. */
  readonly orderByBic: number;
}

/**
 * Order of a filter's dynamics, from what it is given and what it tells. ARX(p): the estimate e_t by least squares on e_{t−1}…e_{t−p} and
 * the inputs y_t…y_{t−p+1} (p = 0: on y_t alone). A Kalman filter of n latents with a constant gain is ARX(n) without a rest: its
 * estimates have n poles and n − 1 zeros. All orders predict the same steps; those next to a missing input are left out.
 *
 * On a circle differences are taken the short way round, and estimates are followed past its ends from where each sequence begins.
 * Coefficients are fitted to differences, which spans the same models without the collinearity of neighbouring estimates.
 * @param estimates e: (sequence, time)
 * @param inputs    y: (sequence, time), NaN where nothing was given
 * @throws UsageError for fewer than two sequences, or none longer than what is left out
 */
export function autoregression(
  estimates: ArrayLike<number>,
  inputs: ArrayLike<number>,
  { count, orders = 4, skip = 50, circumference = Infinity, enough = 2, negligible = 0 }: AutoregressionOptions,
): Autoregression {
  const length = estimates.length / count;
  const first = Math.max(skip, orders);
  if (!(count >= 2 && length > first && inputs.length === estimates.length)) {
    throw new UsageError({
      where: "autoregression",
      expected: `two sequences or more of more than ${first} steps, with as many inputs`,
      got: `${count} of ${length} steps, and ${inputs.length / count} inputs`,
      fix: "give more or longer sequences",
    });
  }
  const steps = Array.from({ length: count * length }, (_, i) => i).filter((i) => {
    if (i % length < first) return false;
    for (let k = 0; k <= orders; k++) if (!Number.isFinite(inputs[i - k] + estimates[i - k])) return false;
    return true;
  });
  const half = Math.floor(count / 2) * length;
  const fold = Uint32Array.from(steps, (i) => Number(i >= half));
  const change = (a: number, b: number): number => wrappedDifference(a, b, circumference);

  const followed = Float64Array.from(estimates);
  for (let i = 0; i < followed.length; i++) {
    if (i % length > 0) followed[i] = followed[i - 1] + change(estimates[i], estimates[i - 1]);
  }

  // Below this, relative to how far estimates move, an error is rounding.
  const moved = steps.reduce((s, i) => s + change(estimates[i], estimates[i - 1]) ** 2, 0) / steps.length;
  const found = Array.from({ length: orders + 1 }, (_, p) => {
    const columns = regressors(p, steps, { e: estimates, y: inputs, followed }, change);
    const fit = fitRidge(momentsOfFolds(columns, fold, 2)[0], [PENALTY]);
    const [seen, unseen] = [0, 1].map((f) => meanSquare(residuals(fit, columns), fold, f));
    const n = fold.filter((f) => f === 0).length;
    const bic = n * Math.log(Math.max(seen, ROUNDING * moved)) + columns.length * Math.log(n);
    return { error: unseen, bic };
  });
  const errors = found.map((f) => f.error);
  const bic = found.map((f) => f.bic);
  const most = Math.max(negligible, enough * Math.min(...errors) + ROUNDING * moved);
  return { errors, bic, order: errors.findIndex((e) => e <= most), orderByBic: bic.indexOf(Math.min(...bic)) };
}

/** Small beside the least eigenvalue that differences have, and enough to solve where a smaller order leaves no rest. */
const PENALTY = 1e-9;
const ROUNDING = 1e-7;

/** Columns over steps: the regressors, and the target last. */
function regressors(
  p: number,
  steps: readonly number[],
  { e, y, followed }: Readonly<Record<"e" | "y" | "followed", ArrayLike<number>>>,
  change: (a: number, b: number) => number,
): Float64Array[] {
  const column = (of: (i: number) => number): Float64Array => Float64Array.from(steps, of);
  if (p === 0) return [column((i) => followed[i] - change(e[i], y[i])), column((i) => change(e[i], y[i]))];
  return [
    column((i) => followed[i - 1]),
    ...Array.from({ length: p - 1 }, (_, k) => column((i) => change(e[i - 1 - k], e[i - 2 - k]))),
    ...Array.from({ length: p }, (_, k) => column((i) => change(y[i - k], e[i - Math.max(1, k)]))),
    column((i) => change(e[i], e[i - 1])),
  ];
}

function residuals({ weights: [w], intercepts: [b] }: RidgeFit, columns: readonly Float64Array[]): Float64Array {
  const target = columns[columns.length - 1];
  return target.map((t, row) => w.reduce((rest, weight, j) => rest - weight * columns[j][row], t - b));
}

function meanSquare(values: Float64Array, fold: Uint32Array, which: number): number {
  const own = values.filter((_, row) => fold[row] === which);
  return own.reduce((s, v) => s + v * v, 0) / own.length;
}
