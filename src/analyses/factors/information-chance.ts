import type { Stream } from "../../base/random.ts";
import type { Interval } from "../bootstrap.ts";
import { columnsOf, type Rows, rowCount } from "../rows.ts";
import { type Codes, classesOf, countsOf, equalCountBins } from "./bins.ts";
import { millerMadowEntropy } from "./entropy.ts";
import { checkFactors, type Factor, requireLength } from "./factor.ts";
import { permutedUnits, rowsOfUnits } from "./units.ts";

/** Rows in bins, and the sequence of each. */
interface Binned {
  /** The unit (sequence) of each row. */
  readonly units: ArrayLike<number>;
  /** Bins of each continuous column. */
  readonly bins: number;
}

/**
 * 95 % interval of the normalised mutual information between one latent and one factor, as binnedInformation has it: ± 1.96
 * standard errors by leaving out one whole sequence after the other (the jackknife; Efron & Tibshirani 1993, ch. 11). Not by
 * the bootstrap, whose repeated rows look like shared information. The bins are those of all rows; at least 0.
 */
export function informationInterval(latent: ArrayLike<number>, factor: Factor, { units, bins }: Binned): Interval {
  checkFactors([factor], latent.length);
  requireLength("units", units, latent.length);
  const [z, v] = [equalCountBins(latent, bins), codesOf(factor, bins)];
  const counts = countPairs(z, v);
  const found = normalised(counts);
  const without = rowsOfUnits(units).map((rows) => {
    change(counts, z, v, rows, -1);
    const left = normalised(counts);
    change(counts, z, v, rows, 1);
    return left;
  });
  const n = without.length;
  const mean = without.reduce((a, b) => a + b, 0) / n;
  const error = Math.sqrt(((n - 1) / n) * without.reduce((s, left) => s + (left - mean) ** 2, 0));
  return { low: Math.max(0, found - 1.96 * error), high: Math.max(0, found + 1.96 * error) };
}

/**
 * What would be the largest normalised mutual information of any latent with each factor if nothing were shared: the
 * mean over permutations in which whole sequences trade their factors (see permutedUnits).
 * @param latents (rows, latent)
 * @returns       [factor]
 */
export function chanceInformation(
  latents: Rows,
  factors: readonly Factor[],
  { units, bins, stream, permutations = 5 }: Binned & { readonly stream: Stream; readonly permutations?: number },
): Float64Array {
  checkFactors(factors, rowCount(latents));
  const z = columnsOf(latents).map((column) => equalCountBins(column, bins));
  const v = factors.map((factor) => codesOf(factor, bins));
  const sums = new Float64Array(factors.length);
  for (let step = 0; step < permutations; step++) {
    const rows = permutedUnits(units, stream, step);
    v.forEach((codes, j) => {
      const other = taken(codes, rows);
      sums[j] += Math.max(0, ...z.map((a) => normalised(countPairs(a, other))));
    });
  }
  return sums.map((s) => s / permutations);
}

function codesOf({ kind, values }: Factor, bins: number): Codes {
  return kind === "discrete" ? classesOf(values) : equalCountBins(values, bins);
}

function taken({ codes, size }: Codes, rows: ArrayLike<number>): Codes {
  return { codes: Uint32Array.from(rows, (r) => codes[r]), size };
}

/** How often each bin of two columns was seen, and each pair of bins. */
interface PairCounts {
  readonly z: Uint32Array;
  readonly v: Uint32Array;
  readonly both: Uint32Array;
}

function countPairs(z: Codes, v: Codes): PairCounts {
  const pairs = { codes: z.codes.map((c, r) => c * v.size + v.codes[r]), size: z.size * v.size };
  return { z: countsOf(z), v: countsOf(v), both: countsOf(pairs) };
}

/** Puts rows in, or takes them out. */
function change(counts: PairCounts, z: Codes, v: Codes, rows: Uint32Array, by: 1 | -1): void {
  for (const r of rows) {
    counts.z[z.codes[r]] += by;
    counts.v[v.codes[r]] += by;
    counts.both[z.codes[r] * v.size + v.codes[r]] += by;
  }
}

/** I / √(H H) with the correction of Miller and Madow; 0 where a column is constant. */
function normalised({ z, v, both }: PairCounts): number {
  const [a, b, joint] = [z, v, both].map(millerMadowEntropy);
  return a > 0 && b > 0 ? (a + b - joint) / Math.sqrt(a * b) : 0;
}
