import { UsageError } from "../../base/errors.ts";

/**
 * Cumulative contribution ratios of principal components: Σ_{i ≤ k} λ_i / Σ λ (Nagano et al., arXiv:1712.04195, fig. 3b).
 * @param variances λ, along each component, falling
 * @returns         [k − 1] for k = 1…, rising to exactly 1
 * @throws UsageError if nothing varies
 */
export function cumulativeContributions(variances: ArrayLike<number>): Float64Array {
  let sum = 0;
  const sums = Float64Array.from(variances, (v) => (sum += v));
  if (sum > 0) return sums.map((s) => s / sum);
  throw new UsageError({
    where: "contributions of principal components",
    expected: "variance along at least one of them",
    got: "none",
    fix: "the rows are all the same: take others",
  });
}

/**
 * How many of the first components it takes to explain a share of the variance.
 * @param cumulative ratios as of `cumulativeContributions`
 * @param share      0…1
 */
export function componentsFor(cumulative: ArrayLike<number>, share: number): number {
  const k = Array.from(cumulative).findIndex((ratio) => ratio >= share);
  if (k >= 0) return k + 1;
  throw new UsageError({
    where: "share of variance",
    expected: "a share, 0…1",
    got: `${share}`,
    fix: "0.7 asks for 70 %",
  });
}
