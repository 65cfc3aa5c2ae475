import { UsageError } from "../../base/errors.ts";
import { type Rows, rowCount } from "../rows.ts";

/** Which latents carry information on the data. */
export interface ActiveLatents {
  /** Variance of each latent's posterior mean over the rows (divided by rows − 1). */
  readonly variances: Float64Array;
  /** The latents whose variance is above the threshold, by number. */
  readonly active: readonly number[];
}

/**
 * Active latents: those whose posterior mean varies over the data, Var_x(E_q(z|x)[z_j]) > threshold (Burda et al., arXiv:1509.00519).
 * Nagano et al. (arXiv:1712.04195, fig. 3a) count 14 of 100.
 * @param means (rows, latent), posterior means; at least two rows
 * @throws UsageError for fewer than two rows
 */
export function activeLatents(means: Rows, threshold = 0.01): ActiveLatents {
  const variances = columnVariances(means);
  const active = Array.from(variances.keys()).filter((j) => variances[j] > threshold);
  return { variances, active };
}

function columnVariances(rows: Rows): Float64Array {
  const [{ data, width }, n] = [rows, rowCount(rows)];
  if (n < 2) {
    throw new UsageError({
      where: "variance of latents",
      expected: "at least two rows",
      got: `${n}`,
      fix: "encode more images",
    });
  }
  const [mean, squares] = [new Float64Array(width), new Float64Array(width)];
  for (let row = 0; row < n; row++) for (let j = 0; j < width; j++) mean[j] += data[row * width + j] / n;
  for (let row = 0; row < n; row++) {
    for (let j = 0; j < width; j++) squares[j] += (data[row * width + j] - mean[j]) ** 2;
  }
  return squares.map((s) => s / (n - 1));
}
