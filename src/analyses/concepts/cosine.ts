import { UsageError } from "../../base/errors.ts";

/**
 * Cosine similarities C_ij = ξ_i·ξ_j / (‖ξ_i‖ ‖ξ_j‖) of points, in [−1, 1] (Nagano et al., arXiv:1712.04195, eq. 11).
 * @param points [i], all of one width
 * @returns      [i][j], symmetric, 1 on the diagonal
 * @throws UsageError for a point at the origin, which has no direction
 */
export function cosineSimilarities(points: readonly ArrayLike<number>[]): Float64Array[] {
  const units = points.map((point, i) => {
    const length = Math.hypot(...Array.from(point));
    if (length > 0) return Float64Array.from(point, (v) => v / length);
    throw new UsageError({
      where: "cosine similarity",
      expected: "points with a direction",
      got: `the origin as point ${i}`,
      fix: "leave it out",
    });
  });
  return units.map((a, i) => Float64Array.from(units, (b, j) => (i === j ? 1 : Math.max(-1, Math.min(1, dot(a, b))))));
}

/** Entries of a square matrix off its diagonal, in summary. */
export interface OffDiagonal {
  readonly mean: number;
  readonly meanAbsolute: number;
  readonly maxAbsolute: number;
}

/** How far points are from orthogonal: the similarities of different ones. @throws UsageError for fewer than two */
export function offDiagonal(matrix: readonly ArrayLike<number>[]): OffDiagonal {
  const entries = matrix.flatMap((row, i) => Array.from(row).filter((_, j) => j !== i));
  if (entries.length === 0) {
    throw new UsageError({
      where: "entries off the diagonal",
      expected: "at least two points",
      got: `${matrix.length}`,
      fix: "compare more of them",
    });
  }
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const sizes = entries.map(Math.abs);
  return { mean: mean(entries), meanAbsolute: mean(sizes), maxAbsolute: Math.max(...sizes) };
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, v, k) => sum + v * b[k], 0);
}
