import type { Stream } from "../../base/random.ts";
import { addMoments, momentsOfFolds } from "../moments.ts";
import { columnsOf, type Rows } from "../rows.ts";
import { choosePenalties, fitRidge, type RidgeFit } from "./ridge.ts";
import { foldsOfUnits } from "./units.ts";

export interface CrossValidation {
  /** The unit (sequence) of each row; units are never divided between folds. */
  readonly units: ArrayLike<number>;
  /** Deals units to folds. */
  readonly stream: Stream;
  /** Number of folds, at least 3 for ridge regression (default 5). */
  readonly folds?: number;
}

export interface RidgeOptions extends CrossValidation {
  /** Penalties to choose from, per row and for features of variance 1 (default 10⁻⁶, 10⁻⁵, …, 10). */
  readonly penalties?: readonly number[];
}

/** Ridge regression with its predictions of rows it has not seen. */
export interface HeldOutRidge {
  /** [target][row], each by the fit on the other folds. */
  readonly predictions: readonly Float64Array[];
  /** Fit on all rows. */
  readonly fit: RidgeFit;
  /** Penalty of each target in that fit. */
  readonly penalties: Float64Array;
}

/**
 * Nested cross-validation by whole units: each fold is predicted by a fit on the others, whose penalties were chosen by
 * leaving out one of them in turn; so no prediction has seen its own sequence, not even through the penalty.
 * @param features (rows, feature)
 * @param targets  [target][row]
 */
export function heldOutRidge(
  features: Rows,
  targets: readonly Float64Array[],
  { units, stream, folds = 5, penalties: candidates = PENALTIES }: RidgeOptions,
): HeldOutRidge {
  const [x, y] = [columnsOf(features).map(centred), targets.map(centred)];
  const fold = foldsOfUnits(units, folds, stream, 3);
  const columns = [...x, ...y].map((c) => c.values);
  const moments = momentsOfFolds(columns, fold, folds);
  const all = addMoments(moments);
  const predictions = y.map(({ values }) => new Float64Array(values.length));
  moments.forEach((_, f) => {
    const others = moments.filter((_, g) => g !== f);
    const fit = fitRidge(addMoments(others), choosePenalties(others, y.length, candidates), all);
    predictions.forEach((out, t) => {
      fold.forEach((g, row) => {
        if (g !== f) return;
        out[row] = y[t].mean + fit.intercepts[t];
        for (let i = 0; i < x.length; i++) out[row] += fit.weights[t][i] * columns[i][row];
      });
    });
  });
  const penalties = choosePenalties(moments, y.length, candidates);
  const { weights, intercepts } = fitRidge(all, penalties);
  return {
    predictions,
    penalties,
    fit: {
      weights,
      intercepts: intercepts.map((b, t) => weights[t].reduce((s, w, i) => s - w * x[i].mean, b + y[t].mean)),
    },
  };
}

const PENALTIES: readonly number[] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10];

/** Moments of centred columns lose no digits to the mean. */
function centred(column: Float64Array): { values: Float64Array; mean: number } {
  const mean = column.reduce((a, b) => a + b, 0) / column.length;
  return { values: column.map((v) => v - mean), mean };
}
