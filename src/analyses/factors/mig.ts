import type { Information } from "./information-matrix.ts";

/** Mutual information gap: one number, and one for each factor. */
export interface InformationGap {
  readonly mean: number;
  readonly factors: Float64Array;
}

/**
 * Mutual information gap, in [0, 1]: how much more the best latent tells of a factor than the second best, as a share
 * of the factor's entropy, averaged over factors (Chen et al. 2018, arXiv:1802.04942, eq. 6, §4.1). Estimates below 0
 * count as 0; the gap of a factor that never varies is 0.
 * @param information of at least one latent, preferably from bins, for which it cannot exceed the entropy
 */
export function mutualInformationGap({ nats, entropies }: Information): InformationGap {
  const factors = entropies.map((h, j) => {
    let [best, second] = [0, 0];
    for (const row of nats) {
      if (row[j] > best) [best, second] = [row[j], best];
      else if (row[j] > second) second = row[j];
    }
    return h > 0 ? (best - second) / h : 0;
  });
  return { mean: factors.reduce((a, b) => a + b, 0) / factors.length, factors };
}
