import { ShapeError } from "../../base/errors.ts";
import { type Rows, rowCount } from "../rows.ts";

/** Euclidean distance ‖z − ξ‖ of every row to one point (Nagano et al., arXiv:1712.04195, eq. 10). @returns (rows) */
export function distances(rows: Rows, point: ArrayLike<number>): Float64Array {
  requireWidth(rows, point.length);
  return Float64Array.from({ length: rowCount(rows) }, (_, row) => distance(rows, row, point, 0));
}

/** Distances of every row to each of several points. @returns [point][row] */
export function distancesToEach(rows: Rows, points: readonly ArrayLike<number>[]): Float64Array[] {
  return points.map((point) => distances(rows, point));
}

/** Distance of every row to a point of its own: of trials to their memories. @param points as many rows @returns (rows) */
export function pairedDistances(rows: Rows, points: Rows): Float64Array {
  requireWidth(rows, points.width);
  const n = rowCount(rows);
  if (rowCount(points) !== n) {
    throw new ShapeError({
      where: "paired distances",
      expected: `a point for each of ${n} rows`,
      got: `${rowCount(points)}`,
      fix: "give the points in the order of the rows",
    });
  }
  return Float64Array.from({ length: n }, (_, row) => distance(rows, row, points.data, row * points.width));
}

/**
 * min_t ‖z(t) − ξ‖ of each trial (Nagano et al., eq. 13).
 * @param overTime distances, [t][trial]
 * @returns        (trials)
 */
export function minOverTime(overTime: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from(overTime[0] ?? [], (_, trial) =>
    overTime.reduce((least, now) => Math.min(least, now[trial]), Number.POSITIVE_INFINITY),
  );
}

/** Mean of a sample, and how sure it is. */
export interface MeanAndError {
  readonly n: number;
  /** NaN of no values. */
  readonly mean: number;
  /** Standard deviation, with n − 1; NaN of fewer than two values. */
  readonly sd: number;
  /** Standard error of the mean, sd/√n. */
  readonly sem: number;
}

/** Mean, standard deviation and standard error of the mean. */
export function meanAndError(values: ArrayLike<number>): MeanAndError {
  const n = values.length;
  let [sum, squares] = [0, 0];
  for (let i = 0; i < n; i++) sum += values[i];
  const mean = sum / n;
  for (let i = 0; i < n; i++) squares += (values[i] - mean) ** 2;
  const sd = n > 1 ? Math.sqrt(squares / (n - 1)) : Number.NaN;
  return { n, mean, sd, sem: sd / Math.sqrt(n) };
}

function distance({ data, width }: Rows, row: number, point: ArrayLike<number>, from: number): number {
  let squares = 0;
  for (let j = 0; j < width; j++) squares += (data[row * width + j] - point[from + j]) ** 2;
  return Math.sqrt(squares);
}

function requireWidth({ width }: Rows, got: number): void {
  if (width === got) return;
  throw new ShapeError({
    where: "distances",
    expected: `points of ${width} numbers, as the rows have`,
    got: `${got}`,
    fix: "compare latents of one model",
  });
}
