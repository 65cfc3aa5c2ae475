import { z } from "zod";
import type { Interval } from "../analyses/bootstrap.ts";
import { correlationMatrix } from "../analyses/factors/correlation.ts";
import { dci } from "../analyses/factors/dci.ts";
import type { Factor } from "../analyses/factors/factor.ts";
import { hoyerSparsity } from "../analyses/factors/hoyer.ts";
import { chanceInformation, informationInterval } from "../analyses/factors/information-chance.ts";
import { binnedInformation, neighbourInformation } from "../analyses/factors/information-matrix.ts";
import { linearImportance } from "../analyses/factors/linear-importance.ts";
import { mutualInformationGap } from "../analyses/factors/mig.ts";
import { columnsOf } from "../analyses/rows.ts";
import { stream } from "../base/random.ts";
import { factorsFigures } from "./factors-figures.ts";
import { probe } from "./probe.ts";
import type { Subject } from "./subject.ts";
import { factorName, firstSequences, type LayerMeans, watchNeeds, watchSequences } from "./watched-sequences.ts";

const count = z.number().int().min(1);

export const factorsOptions = z.strictObject({
  sequences: count.min(5).default(500).describe("test sequences that are watched, all if there are fewer"),
  bins: count
    .min(2)
    .default(20)
    .describe("bins of equal counts for mutual information, for latents and continuous factors"),
  neighbours: count.default(3).describe("nearest neighbours k of the other estimator of mutual information"),
  samples: count.default(3000).describe("frames drawn for that estimator, all if there are fewer"),
  threshold: z
    .number()
    .min(0)
    .default(0.05)
    .describe("a latent tells of a factor if their normalised information is above this"),
});

export type FactorsOptions = z.infer<typeof factorsOptions>;

/** The latent of a layer that tells most of a factor. */
export interface BestLatent {
  readonly latent: number;
  /** Normalised mutual information; for a rare event it is small even if the latent knows of nothing else. */
  readonly nmi: number;
  /** 95 % over sequences. */
  readonly interval: Interval;
  /** What the best latent would have by chance. */
  readonly chance: number;
  /** Share of the factor's entropy that the latent tells: I/H(factor). */
  readonly share: number;
}

/** What one layer's latents tell of the factors. Matrices are [latent][factor], lists [factor]. */
export interface LayerFactors {
  readonly layer: number;
  readonly latents: number;
  /** |Pearson's r|, or the correlation ratio for discrete factors. */
  readonly correlation: readonly (readonly number[])[];
  /** Normalised mutual information by bins, and by nearest neighbours. */
  readonly binned: readonly (readonly number[])[];
  readonly neighbours: readonly (readonly number[])[];
  /** The latent that tells most by bins. */
  readonly best: readonly BestLatent[];
  /** Hoyer's sparsity over latents of a factor's information by bins, and of its correlations. */
  readonly hoyer: { readonly binned: readonly number[]; readonly correlation: readonly number[] };
  /** Share of the latents that tell of a factor, any of them. */
  readonly telling: number;
  readonly disentanglement: number;
  readonly completeness: number;
  /** R² of each factor from all latents, linearly; null for a factor that never varies. */
  readonly informativeness: readonly (number | null)[];
  /** Mutual information gap, and that of each factor. */
  readonly mig: number;
  readonly gaps: readonly number[];
}

export interface FactorsResult {
  readonly data: string;
  readonly sequences: number;
  /** Frames of each. */
  readonly length: number;
  /** Entropies in nats: of the classes, or of the bins. */
  readonly factors: readonly { readonly name: string; readonly kind: Factor["kind"]; readonly entropy: number }[];
  readonly layers: readonly LayerFactors[];
}

/** Latents of every layer against all factors of the data. */
export async function measureFactors(subject: Subject, options: FactorsOptions): Promise<FactorsResult> {
  const { films, layers, factors, units } = await watchSequences(
    subject,
    "factors",
    firstSequences(subject, options.sequences),
  );
  const { entropies } = binnedInformation({ data: new Float32Array(units.length), width: 1 }, factors, options);
  return {
    data: subject.dataset.title,
    sequences: films.count,
    length: films.length,
    factors: factors.map(({ name, kind }, j) => ({ name, kind, entropy: entropies[j] })),
    layers: layers.map((means) => compare(means, factors, units, subject.seed, options)),
  };
}

function compare(
  means: LayerMeans,
  factors: readonly Factor[],
  units: Uint32Array,
  seed: number,
  { bins, neighbours: k, samples, threshold }: FactorsOptions,
): LayerFactors {
  const { layer, width } = means;
  const draws = (name: string) => stream(seed, `probe/factors/${layer}/${name}`);
  const columns = columnsOf(means);
  const correlation = plain(correlationMatrix(means, factors));
  const information = binnedInformation(means, factors, { bins });
  const binned = plain(information.normalised);
  const chance = chanceInformation(means, factors, { units, bins, stream: draws("chance") });
  const gap = mutualInformationGap(information);
  const { importance, informativeness } = linearImportance(means, factors, { units, stream: draws("folds") });
  const { disentanglement, completeness } = dci(importance);
  const ofFactor = (matrix: readonly (readonly number[])[], j: number): number[] => matrix.map((row) => row[j]);
  return {
    layer,
    latents: width,
    correlation,
    binned,
    neighbours: plain(neighbourInformation(means, factors, { k, samples, stream: draws("neighbours") }).normalised),
    best: factors.map((factor, j) => {
      const nmi = Math.max(...ofFactor(binned, j));
      const latent = ofFactor(binned, j).indexOf(nmi);
      const interval = informationInterval(columns[latent], factor, { units, bins });
      const share =
        information.entropies[j] > 0 ? Math.max(0, information.nats[latent][j] / information.entropies[j]) : 0;
      return { latent, nmi, interval, chance: chance[j], share };
    }),
    hoyer: {
      binned: factors.map((_, j) => hoyerSparsity(ofFactor(binned, j))),
      correlation: factors.map((_, j) => hoyerSparsity(ofFactor(correlation, j))),
    },
    telling: binned.filter((row) => row.some((nmi) => nmi > threshold)).length / width,
    disentanglement,
    completeness,
    informativeness: Array.from(informativeness, (r2) => (Number.isNaN(r2) ? null : r2)),
    mig: gap.mean,
    gaps: Array.from(gap.factors),
  };
}

const plain = (matrix: readonly Float64Array[]): number[][] => matrix.map((row) => Array.from(row));

export const factorsProbe = probe<FactorsOptions, FactorsResult>({
  id: "factors",
  title: "What latents of each layer tell of the data's factors",
  source:
    "Miyoshi, Arakawa & Yamakawa, Hierarchical VRNN, 2018, figure of correlations; with Hoyer's sparsity, DCI and MIG",
  about:
    "Posterior means of a model of sequences, frame by frame, against what the data were made from: correlation, normalised mutual information " +
    "by bins and by nearest neighbours, for every latent and factor. Reported for each layer: which latent tells most of a factor, how sparsely a " +
    "factor is spread over latents, disentanglement, completeness and the mutual information gap. Sequences that trade their factors " +
    "show what chance alone gives.",
  needs: watchNeeds,
  options: factorsOptions,
  measure: measureFactors,
  figures: async (_, options, result) => factorsFigures(result, options),
  text: ({ factors, layers, sequences, length }, { threshold }) =>
    [
      `${sequences} sequences of ${length} frames`,
      ...layers.flatMap((l) => [
        `layer ${l.layer}`,
        ...factors.map(({ name }, j) => {
          const { latent, nmi, interval, chance, share } = l.best[j];
          const range = `${interval.low.toFixed(3)}–${interval.high.toFixed(3)}`;
          return `  ${factorName(name).padEnd(10)} best NMI ${nmi.toFixed(3)} (${range}, chance ${chance.toFixed(3)}), ${(100 * share).toFixed(0)} % of its entropy, in latent ${latent}; Hoyer ${l.hoyer.binned[j].toFixed(2)}`;
        }),
        `  latents with any NMI above ${threshold}: ${Math.round(l.telling * l.latents)} of ${l.latents}`,
        `  disentanglement ${l.disentanglement.toFixed(3)}, completeness ${l.completeness.toFixed(3)}, MIG ${l.mig.toFixed(3)}`,
      ]),
    ].join("\n"),
});
