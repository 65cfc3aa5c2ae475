import { type BootstrapOptions, bootstrap, type Interval } from "../bootstrap.ts";
import { columnsOf, type Rows, rowCount } from "../rows.ts";
import { classesOf } from "./bins.ts";
import { checkFactors, type Factor, requireLength } from "./factor.ts";
import type { CrossValidation } from "./held-out-ridge.ts";
import { fitLogistic, predictClasses } from "./logistic.ts";
import { foldsOfUnits, rowsOfUnits } from "./units.ts";

export interface LogisticOptions extends CrossValidation, Omit<BootstrapOptions, "stream"> {
  /** Penalty on weights of features of variance 1, per row (default 10⁻³). */
  readonly penalty?: number;
}

/** How well a discrete factor is read out of a state by a linear classifier. */
export interface LogisticDecoding {
  readonly factor: string;
  /** Share of rows whose class is right, on sequences not seen. */
  readonly accuracy: number;
  /** Bootstrap interval of the accuracy over sequences, the fits held fixed. */
  readonly interval: Interval;
  /** Share of the most frequent class: what a constant guess reaches. */
  readonly chance: number;
}

/**
 * Multinomial logistic regression from states to one discrete factor: each fold of whole sequences is classified by a
 * fit on the others, with features brought to mean 0 and variance 1 there. Folds and resamples draw on the same stream,
 * at step 0 and steps 0, 1, ….
 * @param states (rows, state)
 */
export function logisticDecoding(states: Rows, factor: Factor, options: LogisticOptions): LogisticDecoding {
  const { units, stream, folds = 5, penalty = 1e-3 } = options;
  const rows = rowCount(states);
  checkFactors([factor], rows);
  requireLength("units", units, rows);
  const { codes, size } = classesOf(factor.values);
  const fold = foldsOfUnits(units, folds, stream);
  const columns = columnsOf(states);
  const right = new Uint8Array(rows);
  const all = Array.from(fold.keys());
  for (let f = 0; f < folds; f++) {
    const [train, test] = [all.filter((r) => fold[r] !== f), all.filter((r) => fold[r] === f)];
    const scales = columns.map((column) => scaleOf(column, train));
    const data = { x: standardised(columns, scales, train), labels: codesAt(codes, train), classes: size };
    const found = predictClasses(fitLogistic(data, penalty), standardised(columns, scales, test));
    test.forEach((r, i) => void (right[r] = found[i] === codes[r] ? 1 : 0));
  }
  const lists = rowsOfUnits(units);
  const hits = lists.map((list) => list.reduce((s, r) => s + right[r], 0));
  const share = (drawn: Uint32Array): number =>
    drawn.reduce((s, u) => s + hits[u], 0) / drawn.reduce((s, u) => s + lists[u].length, 0);
  const [interval] = bootstrap(lists.length, (drawn) => [share(drawn)], options);
  return {
    factor: factor.name,
    accuracy: share(Uint32Array.from(lists.keys())),
    interval,
    chance: mostFrequent(codes, size) / rows,
  };
}

function codesAt(codes: Uint32Array, rows: readonly number[]): Uint32Array {
  return Uint32Array.from(rows, (r) => codes[r]);
}

function mostFrequent(codes: Uint32Array, size: number): number {
  const counts = new Uint32Array(size);
  for (const c of codes) counts[c]++;
  return Math.max(...counts);
}

interface Scale {
  readonly mean: number;
  /** 1/std; 0 for a constant column. */
  readonly factor: number;
}

function scaleOf(column: Float64Array, rows: readonly number[]): Scale {
  const mean = rows.reduce((s, r) => s + column[r], 0) / rows.length;
  const variance = rows.reduce((s, r) => s + (column[r] - mean) ** 2, 0) / rows.length;
  return { mean, factor: variance > 1e-24 * mean * mean ? 1 / Math.sqrt(variance) : 0 };
}

/** (rows, column) */
function standardised(
  columns: readonly Float64Array[],
  scales: readonly Scale[],
  rows: readonly number[],
): Float64Array {
  const out = new Float64Array(rows.length * columns.length);
  rows.forEach((r, i) => {
    scales.forEach(({ mean, factor }, j) => void (out[i * columns.length + j] = (columns[j][r] - mean) * factor));
  });
  return out;
}
