/**
 * Hoyer's sparsity of n > 1 numbers, (√n − ‖x‖₁/‖x‖₂)/(√n − 1): 1 where one of them is not 0, 0 where all have the same
 * size (Hoyer 2004, "Non-negative matrix factorization with sparseness constraints", JMLR 5, §3.1). 0 where all are 0.
 */
export function hoyerSparsity(x: ArrayLike<number>): number {
  let [ones, squares] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    ones += Math.abs(x[i]);
    squares += x[i] * x[i];
  }
  const root = Math.sqrt(x.length);
  return squares > 0 ? Math.max(0, (root - ones / Math.sqrt(squares)) / (root - 1)) : 0;
}
