import { expect, test } from "vitest";
import { columnsOf, rowCount } from "./rows.ts";

test("columns of rows", () => {
  expect(columnsOf({ data: Float32Array.of(1, 2, 3, 4, 5, 6), width: 2 })).toEqual([
    Float64Array.of(1, 3, 5),
    Float64Array.of(2, 4, 6),
  ]);
  expect(rowCount({ data: [1, 2, 3, 4, 5, 6], width: 3 })).toBe(2);
});

test("rows that are not whole and numbers that are not finite are refused", () => {
  expect(() => columnsOf({ data: [1, 2, 3], width: 2 })).toThrow(/expected whole rows of 2, got 3 numbers/);
  expect(() => columnsOf({ data: [1, 2, 3, Number.NaN], width: 2 })).toThrow(
    /column 1: expected finite numbers, got NaN in row 1/,
  );
});
