import { columnsOf, type Rows, rowCount } from "../rows.ts";
import { checkFactors, type Factor } from "./factor.ts";

/** Pearson's correlation r of two columns, in [−1, 1]; 0 where one of them is constant. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const [mx, my] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i] - mx, y[i] - my];
    xx += a * a;
    xy += a * b;
    yy += b * b;
  }
  return xx > 0 && yy > 0 ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy))) : 0;
}

/**
 * Correlation ratio η of a column over classes, in [0, 1]: η² is the share of its variance that lies between the
 * classes' means (Pearson 1905; Fisher's analysis of variance). 0 where the column is constant. With two classes η =
 * |r|.
 * @param classes the class of each row, any numbers
 */
export function correlationRatio(classes: ArrayLike<number>, values: ArrayLike<number>): number {
  const overall = mean(values);
  const groups = new Map<number, { n: number; sum: number }>();
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const group = groups.get(classes[i]) ?? { n: 0, sum: 0 };
    group.n++;
    group.sum += values[i] - overall;
    groups.set(classes[i], group);
    total += (values[i] - overall) ** 2;
  }
  const between = [...groups.values()].reduce((s, { n, sum }) => s + (sum * sum) / n, 0);
  return total > 0 ? Math.sqrt(Math.min(1, between / total)) : 0;
}

/**
 * How strongly each latent goes with each factor, in [0, 1]: |r| for continuous factors, η for discrete ones.
 * @param latents (rows, latent)
 * @returns       [latent][factor]
 */
export function correlationMatrix(latents: Rows, factors: readonly Factor[]): Float64Array[] {
  checkFactors(factors, rowCount(latents));
  return columnsOf(latents).map((z) =>
    Float64Array.from(factors, ({ kind, values }) =>
      kind === "continuous" ? Math.abs(pearson(z, values)) : correlationRatio(values, z),
    ),
  );
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
