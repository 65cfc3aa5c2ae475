import { ShapeError, UsageError } from "../base/errors.ts";

/** Numbers in rows (examples, frames), each of `width` values, row by row. */
export interface Rows {
  readonly data: ArrayLike<number>;
  readonly width: number;
}

/** @throws ShapeError if the numbers do not fill whole rows */
export function rowCount({ data, width }: Rows): number {
  const rows = data.length / width;
  if (Number.isInteger(rows)) return rows;
  throw new ShapeError({
    where: "rows of numbers",
    expected: `whole rows of ${width}`,
    got: `${data.length} numbers`,
    fix: "give the width of one row",
  });
}

/** One array for each column. @throws UsageError if a number is not finite */
export function columnsOf(rows: Rows): Float64Array[] {
  const [{ data, width }, n] = [rows, rowCount(rows)];
  const columns = Array.from({ length: width }, () => new Float64Array(n));
  for (let i = 0; i < data.length; i++) columns[i % width][Math.floor(i / width)] = data[i];
  columns.forEach((c, j) => void requireFinite(`column ${j}`, c));
  return columns;
}

/** @throws UsageError naming the first number that is not finite */
export function requireFinite(where: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new UsageError({
      where,
      expected: "finite numbers",
      got: `${values[i]} in row ${i}`,
      fix: "leave such rows out",
    });
  }
}
