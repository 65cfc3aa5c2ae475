import { inverse, Matrix } from "ml-matrix";
import { expect, test } from "vitest";
import { stream } from "./random.ts";
import * as small from "./small-matrix.ts";

/** (rows, columns) of standard normals. */
function drawn(name: string, rows: number, columns: number): number[][] {
  const x = new Float64Array(rows * columns);
  stream(3, name).normal(0, x);
  return Array.from({ length: rows }, (_, i) => [...x.subarray(i * columns, (i + 1) * columns)]);
}

function expectClose(got: small.Rows, wanted: Matrix, tolerance = 1e-14): void {
  expect([got.length, got[0].length]).toEqual([wanted.rows, wanted.columns]);
  got.forEach(
    (row, i) => void row.forEach((x, j) => void expect(Math.abs(x - wanted.get(i, j))).toBeLessThan(tolerance)),
  );
}

const [A, B] = [drawn("a", 2, 3), drawn("b", 3, 4)];
const [P, D] = [drawn("p", 3, 3), drawn("d", 4, 3)];

test("products, transposes and sums are those of ml-matrix", () => {
  const [mA, mB, mP, mD] = [A, B, P, D].map((M) => new Matrix(M));
  expectClose(small.product(A, B), mA.mmul(mB));
  expectClose(small.productTransposed(A, D), mA.mmul(mD.transpose()));
  expectClose(small.transposed(A), mA.transpose());
  expectClose(small.congruence(A, P), mA.mmul(mP).mmul(mA.transpose()));
  expectClose([small.applied(A, P[0])], mA.mmul(Matrix.columnVector(P[0])).transpose());
  expectClose(small.outer(A[0], B[0]), Matrix.columnVector(A[0]).mmul(Matrix.rowVector(B[0])));
  expectClose(small.sum(A, [P[0], P[1]], -0.7), Matrix.sub(A, Matrix.mul([P[0], P[1]], 0.7)));
  expect(small.sum([[1]], [[2]])).toEqual([[3]]);
  expect(small.plus([1, 2], [3, 5], 2)).toEqual([7, 12]);
  expect(small.scaled([1, -2], 3)).toEqual([3, -6]);
  expect(small.zeros(1, 2)).toEqual([[0, 0]]);
});

test("the quotient is the product with the inverse, also where elimination needs a swap of rows", () => {
  expectClose(small.quotient(A, P), new Matrix(A).mmul(inverse(new Matrix(P))), 1e-12);
  const S = [
    [0, 2, 1],
    [1, 0, 0],
    [3, 1, 0],
  ];
  expectClose(small.quotient(A, S), new Matrix(A).mmul(inverse(new Matrix(S))), 1e-12);
});

test("operands are left as they were", () => {
  const before = JSON.stringify([A, P]);
  small.quotient(A, P);
  small.sum(P, P, 2);
  expect(JSON.stringify([A, P])).toBe(before);
});
