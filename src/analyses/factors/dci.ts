import { UsageError } from "../../base/errors.ts";

/** Scores in [0, 1]. */
export interface Dci {
  /** Mean over latents, weighted by their importance: does a latent serve one factor only? */
  readonly disentanglement: number;
  /** Mean over factors: is a factor served by one latent only? */
  readonly completeness: number;
  /** [latent]; 0 for one of no importance. */
  readonly latents: Float64Array;
  /** [factor]; 0 for one that no latent serves. */
  readonly factors: Float64Array;
}

/**
 * Disentanglement and completeness of importances R: D_i = 1 − H(R_ij/Σ_j R_ij)/ln K over K factors, C_j = 1 −
 * H(R_ij/Σ_i R_ij)/ln L over L latents, D = Σ ρ_i D_i with ρ_i = Σ_j R_ij/Σ R, and C the mean of C_j (Eastwood &
 * Williams 2018, "A framework for the quantitative evaluation of disentangled representations", ICLR, §2).
 * @param importance [latent][factor], at least 0, at least two of each; their informativeness is that of the predictor
 *   they come from
 * @throws UsageError for fewer than two latents or factors
 */
export function dci(importance: readonly ArrayLike<number>[]): Dci {
  const rows = importance.map((r) => Array.from(r));
  const columns = Array.from(rows[0] ?? [], (_, j) => rows.map((r) => r[j]));
  if (rows.length < 2 || columns.length < 2) {
    throw new UsageError({
      where: "disentanglement, completeness",
      expected: "at least two latents and two factors",
      got: `${rows.length} and ${columns.length}`,
      fix: "compare more of them",
    });
  }
  const [latents, factors] = [Float64Array.from(rows, concentration), Float64Array.from(columns, concentration)];
  const total = rows.reduce((s, r) => s + sum(r), 0);
  return {
    disentanglement: total > 0 ? rows.reduce((s, r, i) => s + (sum(r) / total) * latents[i], 0) : 0,
    completeness: sum(factors) / factors.length,
    latents,
    factors,
  };
}

/** 1 − H(p)/ln n of numbers that are proportional to p. */
function concentration(numbers: readonly number[]): number {
  const total = sum(numbers);
  if (total === 0) return 0;
  const entropy = numbers.reduce((h, x) => (x > 0 ? h - (x / total) * Math.log(x / total) : h), 0);
  return 1 - entropy / Math.log(numbers.length);
}

const sum = (numbers: ArrayLike<number>): number => Array.from(numbers).reduce((a, b) => a + b, 0);
