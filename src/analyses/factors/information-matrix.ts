import { type Stream, stream } from "../../base/random.ts";
import { columnsOf, type Rows, rowCount } from "../rows.ts";
import { binCount, type Codes, classesOf, countsOf, equalCountBins } from "./bins.ts";
import { type EntropyEstimator, millerMadowEntropy } from "./entropy.ts";
import { checkFactors, type Factor } from "./factor.ts";
import { mutualInformation } from "./mutual-information.ts";
import { classInformation, continuousInformation } from "./neighbour-information.ts";

/** What latents tell of factors. */
export interface Information {
  /** Mutual information in nats, [latent][factor]. An estimate of 0 can fall below it. */
  readonly nats: readonly Float64Array[];
  /**
   * I / √(H(latent) H(factor)), at least 0, [latent][factor]: the geometric normalisation of Strehl & Ghosh 2002 (JMLR
   * 3). Entropies are those of the bins, or of a discrete factor's classes. 0 where one of them is 0.
   */
  readonly normalised: readonly Float64Array[];
  /** H(factor), nats: of its classes, or of its bins. */
  readonly entropies: Float64Array;
}

export interface BinnedOptions {
  /** Bins of each continuous column (default ⌊rows^⅓⌋). */
  readonly bins?: number;
  /**
   * Default: with Miller's and Madow's correction, without which independent columns seem to share (bins − 1)²/2n nats.
   */
  readonly entropy?: EntropyEstimator;
}

/**
 * Mutual information by bins of equal counts; discrete factors keep their classes. The estimator of the tables:
 * normalised by its own entropies it is at most 1 (with plug-in entropies), and it ignores any increasing map of a
 * latent. It sees no dependence finer than a bin. Rows count as independent: for frames of few sequences the correction
 * is too small, see permutedUnits.
 * @param latents (rows, latent)
 */
export function binnedInformation(
  latents: Rows,
  factors: readonly Factor[],
  { bins = binCount(rowCount(latents)), entropy = millerMadowEntropy }: BinnedOptions = {},
): Information {
  checkFactors(factors, rowCount(latents));
  const z = columnsOf(latents).map((column) => equalCountBins(column, bins));
  const v = factors.map((factor) => codesOf(factor, bins));
  const nats = z.map((a) => Float64Array.from(v, (b) => mutualInformation(a, b, entropy)));
  return withNormalised(nats, z, v, entropy);
}

export interface NeighbourOptions {
  /** Neighbours that set the scale of each row (default 3). Fewer: less bias, more variance. */
  readonly k?: number;
  /** Rows used, drawn once for the whole matrix (default all). */
  readonly samples?: number;
  /** For the drawing of rows and for the jitter that parts equal values. */
  readonly stream?: Stream;
}

/**
 * Mutual information by nearest neighbours, without bins: Kraskov et al. 2004 for continuous factors, Ross 2014 for
 * discrete ones. Normalised by the same entropies of bins as binnedInformation, so the two agree where their nats do;
 * where a latent nearly determines a continuous factor the nats exceed what bins can hold, and the quotient can exceed
 * 1. Rows count as independent here too.
 * @param latents (rows, latent)
 */
export function neighbourInformation(
  latents: Rows,
  factors: readonly Factor[],
  { k = 3, samples, stream: random = stream(0, "neighbour-information") }: NeighbourOptions = {},
): Information {
  const rows = rowCount(latents);
  checkFactors(factors, rows);
  const used = samples !== undefined && samples < rows ? random.permutation(2, rows).subarray(0, samples) : undefined;
  const take = (values: ArrayLike<number>) => (used ? Float64Array.from(used, (r) => values[r]) : values);
  const z = columnsOf(latents).map(take);
  const v = factors.map((factor) => ({ ...factor, values: take(factor.values) }));
  const nats = z.map((column) =>
    Float64Array.from(v, ({ kind, values }) => {
      const information = kind === "continuous" ? continuousInformation : classInformation;
      return information(values, column, { k, stream: random });
    }),
  );
  const bins = binCount(used?.length ?? rows);
  return withNormalised(
    nats,
    z.map((column) => equalCountBins(column, bins)),
    v.map((factor) => codesOf(factor, bins)),
    millerMadowEntropy,
  );
}

function codesOf({ kind, values }: Factor, bins: number): Codes {
  return kind === "discrete" ? classesOf(values) : equalCountBins(values, bins);
}

function withNormalised(
  nats: readonly Float64Array[],
  latents: readonly Codes[],
  factors: readonly Codes[],
  entropy: EntropyEstimator,
): Information {
  const entropies = Float64Array.from(factors, (codes) => entropy(countsOf(codes)));
  const normalised = nats.map((row, i) => {
    const h = entropy(countsOf(latents[i]));
    return row.map((I, j) => (h > 0 && entropies[j] > 0 ? Math.max(0, I / Math.sqrt(h * entropies[j])) : 0));
  });
  return { nats, normalised, entropies };
}
