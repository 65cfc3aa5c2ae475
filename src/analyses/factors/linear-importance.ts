import { columnsOf, type Rows, rowCount } from "../rows.ts";
import { classesOf } from "./bins.ts";
import { checkFactors, type Factor, requireLength } from "./factor.ts";
import { heldOutRidge, type RidgeOptions } from "./held-out-ridge.ts";

/** What a linear read-out of factors rests on, and how good it is. */
export interface LinearImportance {
  /**
   * [latent][factor], ≥ 0: weight in standard deviations of the latent per standard deviation of the factor, in size.
   */
  readonly importance: readonly Float64Array[];
  /** R² of each factor on sequences not seen, at most 1. NaN for a factor that does not vary. */
  readonly informativeness: Float64Array;
}

/**
 * Importances for DCI by ridge regression (Eastwood & Williams 2018 use lasso and random forests; ridge is our choice,
 * so what is not linear in a latent counts as noise). A discrete factor is the set of its classes' indicators y_c: its
 * importance of a latent of standard deviation s is s √(Σ_c w_c²/Σ_c var y_c), its R² 1 − Σ_c errors/Σ_c variances; for
 * a continuous factor the sums have one term.
 * @param latents (rows, latent)
 */
export function linearImportance(latents: Rows, factors: readonly Factor[], options: RidgeOptions): LinearImportance {
  const rows = rowCount(latents);
  checkFactors(factors, rows);
  requireLength("units", options.units, rows);
  const groups = factors.map(targetsOf);
  const { predictions, fit } = heldOutRidge(latents, groups.flat(), options);
  const firsts = groups.map((_, j) => groups.slice(0, j).reduce((s, g) => s + g.length, 0));
  const variances = groups.map((g) => g.reduce((s, y) => s + variance(y), 0));
  return {
    importance: columnsOf(latents).map((z, i) =>
      Float64Array.from(groups, (g, j) => {
        const squares = g.reduce((s, _, c) => s + fit.weights[firsts[j] + c][i] ** 2, 0);
        return variances[j] > 0 ? Math.sqrt((variance(z) * squares) / variances[j]) : 0;
      }),
    ),
    informativeness: Float64Array.from(groups, (g, j) => {
      const errors = g.reduce((s, y, c) => s + meanSquare(y, predictions[firsts[j] + c]), 0);
      return variances[j] > 0 ? 1 - errors / variances[j] : Number.NaN;
    }),
  };
}

/** The factor itself, or one indicator for each class. */
function targetsOf({ kind, values }: Factor): Float64Array[] {
  if (kind === "continuous") return [Float64Array.from(values)];
  const { codes, size } = classesOf(values);
  return Array.from({ length: size }, (_, c) => Float64Array.from(codes, (code) => (code === c ? 1 : 0)));
}

function variance(x: Float64Array): number {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  return x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length;
}

function meanSquare(a: Float64Array, b: Float64Array): number {
  return a.reduce((s, v, i) => s + (v - b[i]) ** 2, 0) / a.length;
}
