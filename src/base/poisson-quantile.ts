import { UsageError } from "./errors.ts";

/** Greatest rate of poissonQuantile: beyond it e^−λ is too near the least float64. */
export const greatestPoissonRate = 700;

/**
 * The least k with P(count ≤ k) ≥ p, for a Poisson count: the inverse of its distribution function, by summing the mass
 * from 0 upwards (Devroye 1986, "Non-uniform random variate generation", X.3). A uniform p makes k a Poisson draw.
 * @param p    in (0, 1); its distance from 1 should be above 10⁻¹⁴, the rounding of the sum
 * @param rate mean count λ, 0 to 700
 * @throws UsageError if the rate or p is outside these
 */
export function poissonQuantile(p: number, rate: number): number {
  if (!(rate >= 0 && rate <= greatestPoissonRate && p > 0 && p < 1)) {
    throw new UsageError({
      where: "Poisson quantile",
      expected: `a probability in (0, 1) and a rate from 0 to ${greatestPoissonRate}`,
      got: `probability ${p}, rate ${rate}`,
      fix: "lower the gain, or correct the rate",
    });
  }
  if (p <= 1 - rate) return 0; // as 1 − λ ≤ e^−λ
  let mass = Math.exp(-rate); // λᵏ e^−λ / k!
  let below = mass;
  let k = 0;
  // Past the mode the sum can stop growing before it reaches p.
  while (below < p && (mass > 0 || k < rate)) {
    k++;
    mass *= k < RECIPROCALS.length ? rate * RECIPROCALS[k] : rate / k;
    below += mass;
  }
  return k;
}

/** 1/k: a product takes a third of a division's time, and what is drawn most often are small counts. */
const RECIPROCALS = Float64Array.from({ length: 64 }, (_, k) => 1 / k);
