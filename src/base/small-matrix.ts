/**
 * Float64 algebra of matrices of a few rows, as plain arrays. Made for many products of 2 × 2 matrices, where the
 * bookkeeping of a general matrix class costs more than the numbers. Shapes are the caller's to keep.
 */

/** Rows of a matrix. */
export type Rows = readonly (readonly number[])[];

/** A column. */
export type Column = readonly number[];

/** A B */
export function product(A: Rows, B: Rows): Rows {
  const out: number[][] = [];
  for (let i = 0; i < A.length; i++) {
    const row: number[] = [];
    for (let j = 0; j < B[0].length; j++) {
      let sum = 0;
      for (let k = 0; k < B.length; k++) sum += A[i][k] * B[k][j];
      row.push(sum);
    }
    out.push(row);
  }
  return out;
}

/** A Bᵀ */
export function productTransposed(A: Rows, B: Rows): Rows {
  const out: number[][] = [];
  for (let i = 0; i < A.length; i++) {
    const row: number[] = [];
    for (let j = 0; j < B.length; j++) row.push(dot(A[i], B[j]));
    out.push(row);
  }
  return out;
}

/** Aᵀ */
export function transposed(A: Rows): Rows {
  return A[0].map((_, j) => A.map((row) => row[j]));
}

/** A P Aᵀ: the covariance of A x, if P is that of x. */
export function congruence(A: Rows, P: Rows): Rows {
  return productTransposed(product(A, P), A);
}

/** A x */
export function applied(A: Rows, x: Column): Column {
  const out: number[] = [];
  for (let i = 0; i < A.length; i++) out.push(dot(A[i], x));
  return out;
}

/** xᵀ y */
export function dot(x: Column, y: Column): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k] * y[k];
  return sum;
}

/** x yᵀ */
export function outer(x: Column, y: Column): Rows {
  const out: number[][] = [];
  for (let i = 0; i < x.length; i++) out.push(scaled(y, x[i]) as number[]);
  return out;
}

/** x + s y; s is 1 unless given. */
export function plus(x: Column, y: Column, s = 1): Column {
  const out: number[] = [];
  for (let i = 0; i < x.length; i++) out.push(x[i] + s * y[i]);
  return out;
}

/** A + s B; s is 1 unless given. */
export function sum(A: Rows, B: Rows, s = 1): Rows {
  const out: Column[] = [];
  for (let i = 0; i < A.length; i++) out.push(plus(A[i], B[i], s));
  return out;
}

/** s x */
export function scaled(x: Column, s: number): Column {
  const out: number[] = [];
  for (let i = 0; i < x.length; i++) out.push(x[i] * s);
  return out;
}

/** (rows, columns) of zeros. */
export function zeros(rows: number, columns: number): Rows {
  return Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
}

/** X with X B = A, B square: A B⁻¹, by Gaussian elimination with pivots. Not finite where B is singular. */
export function quotient(A: Rows, B: Rows): Rows {
  const n = B.length;
  // Bᵀ Xᵀ = Aᵀ, the two sides next to each other.
  const M = B.map((_, i) => [...B.map((row) => row[i]), ...A.map((row) => row[i])]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(M[i][k]) > Math.abs(M[pivot][k])) pivot = i;
    [M[k], M[pivot]] = [M[pivot], M[k]];
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = M[i][k] / M[k][k];
      for (let j = k; j < M[i].length; j++) M[i][j] -= factor * M[k][j];
    }
  }
  return A.map((_, i) => M.map((row, k) => row[n + i] / row[k]));
}
