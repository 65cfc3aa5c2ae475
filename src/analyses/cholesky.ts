import { UsageError } from "../base/errors.ts";

/** A symmetric positive definite matrix A = L Lᵀ, ready to be solved with. */
export interface Cholesky {
  /** Replaces b by A⁻¹ b. */
  solve(b: Float64Array): void;
}

/**
 * Cholesky's factorisation, row by row.
 * @param matrix (n, n), of which the lower half is read; it is overwritten
 * @throws UsageError if the matrix is not positive definite
 */
export function cholesky(matrix: Float64Array, n: number): Cholesky {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) matrix[i * n + j] = (matrix[i * n + j] - product(i, j)) / matrix[j * n + j];
    const pivot = matrix[i * n + i] - product(i, i);
    if (!(pivot > 0)) notDefinite(i, pivot);
    matrix[i * n + i] = Math.sqrt(pivot);
  }
  return {
    solve(b) {
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < i; k++) b[i] -= matrix[i * n + k] * b[k];
        b[i] /= matrix[i * n + i];
      }
      for (let i = n - 1; i >= 0; i--) {
        b[i] /= matrix[i * n + i];
        for (let k = 0; k < i; k++) b[k] -= matrix[i * n + k] * b[i];
      }
    },
  };

  /** Σ_k L_ik L_jk over the columns before j. */
  function product(i: number, j: number): number {
    let sum = 0;
    for (let k = 0; k < j; k++) sum += matrix[i * n + k] * matrix[j * n + k];
    return sum;
  }
}

function notDefinite(row: number, pivot: number): never {
  throw new UsageError({
    where: `linear equations, row ${row}`,
    expected: "a positive definite matrix",
    got: `a pivot of ${pivot}`,
    fix: "take a larger penalty",
  });
}
