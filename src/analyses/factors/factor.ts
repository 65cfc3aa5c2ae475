import { ShapeError } from "../../base/errors.ts";
import { requireFinite } from "../rows.ts";

/** Something known of every row (frame, image), with which a model's latents are compared. */
export interface Factor {
  readonly name: string;
  /** "discrete": only equality of values counts; "continuous": their order and distance. */
  readonly kind: "continuous" | "discrete";
  /** One value a row. */
  readonly values: ArrayLike<number>;
}

/** @throws ShapeError or UsageError unless every factor has one finite value for each row */
export function checkFactors(factors: readonly Factor[], rows: number): void {
  for (const { name, values } of factors) {
    requireLength(`factor ${name}`, values, rows);
    requireFinite(`factor ${name}`, values);
  }
}

/** @throws ShapeError unless there is one value for each row */
export function requireLength(where: string, values: ArrayLike<unknown>, rows: number): void {
  if (values.length === rows) return;
  throw new ShapeError({
    where,
    expected: `${rows} values, one a row`,
    got: `${values.length}`,
    fix: "give the same rows",
  });
}
