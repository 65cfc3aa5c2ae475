import type { Stream } from "../base/random.ts";
import { choosePenalties, fitRidge } from "./factors/ridge.ts";
import { foldsOfUnits } from "./factors/units.ts";
import { addMoments, momentsOfFolds } from "./moments.ts";
import { columnsOf, type Rows, rowCount } from "./rows.ts";

export interface ReadoutOptions {
  /** The unit (sequence) of each row; units are never divided between folds. */
  readonly units: ArrayLike<number>;
  /** Deals units to folds. */
  readonly stream: Stream;
  /** Number of folds by which the penalty is chosen. Default 4. */
  readonly folds?: number;
  /** Penalties to choose from, for features of variance 1. Default 10⁻⁸, 10⁻⁷, …, 0.1. */
  readonly penalties?: readonly number[];
}

/** Reads a number off features: features (row, feature) → (row). */
export type Readout = (features: Rows) => Float64Array;

/**
 * A linear read-out by ridge regression, fitted to all rows with the penalty that predicts left-out units best. It is for rows that it
 * has not seen.
 * @param features (row, feature)
 * @param target   (row)
 */
export function fitReadout(
  features: Rows,
  target: Float64Array,
  { units, stream, folds = 4, penalties = PENALTIES }: ReadoutOptions,
): Readout {
  const moments = momentsOfFolds([...columnsOf(features), target], foldsOfUnits(units, folds, stream), folds);
  const penalty = choosePenalties(moments, 1, penalties);
  const { weights, intercepts } = fitRidge(addMoments(moments), penalty);
  return (rows) => {
    const { data, width } = rows;
    return Float64Array.from({ length: rowCount(rows) }, (_, row) =>
      weights[0].reduce((sum, w, i) => sum + w * data[row * width + i], intercepts[0]),
    );
  };
}

const PENALTIES: readonly number[] = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1];
