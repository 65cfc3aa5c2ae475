import { type BootstrapOptions, bootstrap, type Interval } from "../bootstrap.ts";
import { type Rows, rowCount } from "../rows.ts";
import { checkFactors, type Factor, requireLength } from "./factor.ts";
import { heldOutRidge, type RidgeOptions } from "./held-out-ridge.ts";
import { rowsOfUnits } from "./units.ts";

/** How well a factor is read out of a state by a linear map. */
export interface RidgeDecoding {
  readonly factor: string;
  /** Share of variance explained on sequences not seen, at most 1; below 0 it is worse than the mean. */
  readonly r2: number;
  /** Bootstrap interval of r2 over sequences, the fits held fixed. */
  readonly interval: Interval;
}

/**
 * Ridge regression from states to factors, R² = 1 − Σ(y − ŷ)²/Σ(y − ȳ)² over all rows, each predicted by a fit on other
 * sequences (see heldOutRidge). Folds and resamples draw on the same stream, at step 0 and steps 0, 1, ….
 * @param states (rows, state)
 */
export function ridgeDecoding(
  states: Rows,
  factors: readonly Factor[],
  options: RidgeOptions & Omit<BootstrapOptions, "stream">,
): RidgeDecoding[] {
  const rows = rowCount(states);
  checkFactors(factors, rows);
  requireLength("units", options.units, rows);
  const targets = factors.map(({ values }) => Float64Array.from(values));
  const { predictions } = heldOutRidge(states, targets, options);
  const units = rowsOfUnits(options.units);
  const parts = targets.map((y, t) => units.map((rows) => sumsOf(y, predictions[t], rows)));
  const intervals = bootstrap(units.length, (drawn) => parts.map((p) => r2Of(Array.from(drawn, (u) => p[u]))), options);
  return factors.map(({ name }, t) => ({ factor: name, r2: r2Of(parts[t]), interval: intervals[t] }));
}

/** Rows, Σ y, Σ y², Σ (y − ŷ)². */
type Sums = readonly [n: number, sum: number, squares: number, errors: number];

function sumsOf(y: Float64Array, predicted: Float64Array, rows: Uint32Array): Sums {
  let [sum, squares, errors] = [0, 0, 0];
  for (const r of rows) {
    sum += y[r];
    squares += y[r] * y[r];
    errors += (y[r] - predicted[r]) ** 2;
  }
  return [rows.length, sum, squares, errors];
}

/** NaN where the factor does not vary. */
function r2Of(parts: readonly Sums[]): number {
  const [n, sum, squares, errors] = [0, 1, 2, 3].map((i) => parts.reduce((s, p) => s + p[i], 0));
  const total = squares - (sum * sum) / n;
  return total > 0 ? 1 - errors / total : Number.NaN;
}
