import { Matrix, solve } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { cholesky } from "./cholesky.ts";

describe("Cholesky's factorisation", () => {
  test.each([1, 2, 7, 40])("of %d unknowns solves what a pseudo-inverse solves, reading the lower half only", (n) => {
    const numbers = new Float64Array(n * n + n);
    stream(1, "matrix").normal(0, numbers);
    const root = Matrix.from1DArray(n, n, Array.from(numbers.subarray(n)));
    const a = root.mmul(root.transpose()).add(Matrix.eye(n, n));
    const lower = Float64Array.from(a.to1DArray(), (v, i) => (i % n > Math.floor(i / n) ? Number.NaN : v));
    const b = numbers.slice(0, n);
    const wanted = solve(a, Matrix.columnVector(Array.from(b)), true).to1DArray();
    cholesky(lower, n).solve(b);
    wanted.forEach((v, i) => void expect(b[i]).toBeCloseTo(v, 9));
  });

  test("of [[4, 2], [2, 5]] and (8, 12) is (1, 2)", () => {
    const b = Float64Array.of(8, 12);
    cholesky(Float64Array.of(4, 2, 2, 5), 2).solve(b);
    expect([...b]).toEqual([1, 2]);
  });

  test("is refused where there is none", () => {
    expect(() => cholesky(Float64Array.of(1, 2, 2, 4), 2)).toThrow(/row 1: expected a positive definite matrix/);
    expect(() => cholesky(Float64Array.of(Number.NaN), 1)).toThrow(/a pivot of NaN/);
  });
});
