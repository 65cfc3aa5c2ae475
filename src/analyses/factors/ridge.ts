import { cholesky } from "../cholesky.ts";
import { addMoments, type Moments } from "../moments.ts";

/** An affine map of features to each target: ŷ = intercept + Σ weights · x. */
export interface RidgeFit {
  /** [target][feature] */
  readonly weights: readonly Float64Array[];
  /** [target] */
  readonly intercepts: Float64Array;
}

/**
 * Ridge regression (Hoerl & Kennard 1970): minimises the mean over rows of (y − ŷ)² plus penalty · Σ (weight · std of
 * the feature)². The penalty is thus on features of variance 1 and does not depend on the number of rows; the intercept
 * is free. Constant features get weight 0; so do those that hardly vary in these rows beside others, where they would carry predictions
 * anywhere.
 * @param penalties one above 0 for each target
 * @param everywhere moments of the rows that are to be predicted as well
 */
export function fitRidge(
  { size, products }: Moments,
  penalties: ArrayLike<number>,
  everywhere: Moments = { size, products },
): RidgeFit {
  const at = (i: number, j: number): number => products[i * size + j];
  const n = at(size - 1, size - 1);
  const [targets, features] = [penalties.length, size - 1 - penalties.length];
  const mean = Float64Array.from({ length: size - 1 }, (_, i) => at(i, size - 1) / n);
  const covariance = (i: number, j: number): number => at(i, j) / n - mean[i] * mean[j];
  const std = Float64Array.from({ length: features }, (_, i) => {
    const variance = covariance(i, i);
    const least = Math.max(1e-12 * (at(i, i) / n), STILL ** 2 * varianceIn(everywhere, i)); // below the first, it is rounding
    return variance > least ? Math.sqrt(variance) : 0;
  });
  const kept = Array.from(std.keys()).filter((i) => std[i] > 0);
  const correlations = kept.flatMap((i) => kept.map((j) => covariance(i, j) / (std[i] * std[j])));
  const weights = Array.from({ length: targets }, () => new Float64Array(features));
  for (const penalty of new Set(Array.from(penalties))) {
    const penalised = Float64Array.from(correlations);
    for (let i = 0; i < kept.length; i++) penalised[i * (kept.length + 1)] += penalty;
    const { solve } = cholesky(penalised, kept.length);
    weights.forEach((w, t) => {
      if (penalties[t] !== penalty) return;
      const right = Float64Array.from(kept, (i) => covariance(i, features + t) / std[i]);
      solve(right);
      kept.forEach((i, place) => void (w[i] = right[place] / std[i]));
    });
  }
  const intercepts = Float64Array.from(weights, (w, t) => w.reduce((s, x, i) => s - x * mean[i], mean[features + t]));
  return { weights, intercepts };
}

/** A feature stands still in rows where its standard deviation is less than this share of that everywhere. */
const STILL = 0.01;

function varianceIn({ size, products }: Moments, i: number): number {
  const last = size - 1;
  const n = products[last * size + last];
  return products[i * size + i] / n - (products[i * size + last] / n) ** 2;
}

/**
 * The penalty of each target with the least squared error on left-out folds: each fold is predicted by the fit on all
 * others.
 * @param candidates penalties, the larger wins a tie
 */
export function choosePenalties(
  folds: readonly Moments[],
  targets: number,
  candidates: readonly number[],
): Float64Array {
  const falling = [...candidates].sort((a, b) => b - a);
  const [best, least] = [new Float64Array(targets), new Float64Array(targets).fill(Number.POSITIVE_INFINITY)];
  const training = folds.map((left) => addMoments(folds.filter((f) => f !== left)));
  const all = addMoments(folds);
  for (const penalty of falling) {
    const errors = new Float64Array(targets);
    folds.forEach((left, f) => {
      squaredErrors(left, fitRidge(training[f], new Float64Array(targets).fill(penalty), all)).forEach((e, t) => {
        errors[t] += e;
      });
    });
    errors.forEach((e, t) => {
      if (e < least[t]) [best[t], least[t]] = [penalty, e];
    });
  }
  return best;
}

/** Σ over rows of (y − ŷ)², for each target: uᵀ M u with u = (−weights, 1 at the target, −intercept). */
function squaredErrors({ size, products }: Moments, { weights, intercepts }: RidgeFit): Float64Array {
  return intercepts.map((intercept, t) => {
    const u = new Float64Array(size);
    weights[t].forEach((w, i) => void (u[i] = -w));
    u[weights[t].length + t] = 1;
    u[size - 1] = -intercept;
    let sum = 0;
    for (let i = 0; i < size; i++) {
      if (u[i] === 0) continue;
      for (let j = 0; j < size; j++) sum += u[i] * u[j] * products[i * size + j];
    }
    return sum;
  });
}
