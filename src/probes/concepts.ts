import { z } from "zod";
import { activeLatents } from "../analyses/concepts/active-latents.ts";
import { concepts } from "../analyses/concepts/concepts.ts";
import { componentsFor, cumulativeContributions } from "../analyses/concepts/contributions.ts";
import { cosineSimilarities, type OffDiagonal, offDiagonal } from "../analyses/concepts/cosine.ts";
import { principalComponents } from "../analyses/principal-components.ts";
import { conceptsFigures } from "./concepts-figures.ts";
import { memoriesOf } from "./memories.ts";
import { probe } from "./probe.ts";
import { type Need, require, type Subject } from "./subject.ts";
import { parseLabels } from "./trials.ts";

export const conceptsOptions = z.strictObject({
  threshold: z
    .number()
    .min(0)
    .default(0.01)
    .describe("a latent is active if the variance of its posterior mean over the training images is above this"),
  few: z.string().default("0-2").describe("labels of the second scatter plot, a list as in 4,9 or 0-2"),
});

export type ConceptsOptions = z.infer<typeof conceptsOptions>;

export interface ConceptsResult {
  readonly data: string;
  /** Names of the labels. */
  readonly labels: readonly string[];
  /** Training images of each label. */
  readonly counts: readonly number[];
  /** ξ̄, [label][latent], all latents of the model side by side. */
  readonly concepts: readonly (readonly number[])[];
  /** Number of latents. */
  readonly latents: number;
  /** Latents whose posterior mean varies over the training images, by number from 0. */
  readonly active: readonly number[];
  /** Variance of each latent's posterior mean. */
  readonly variances: readonly number[];
  /** Share of the memories' variance that the first k principal components have together, [k − 1]. */
  readonly contributions: readonly number[];
  /** Components that have 70 %, 99 % and 99.9 % of the variance. */
  readonly components: { readonly for70: number; readonly for99: number; readonly for999: number };
  /** Cosine similarities of the concepts, [label][label]. */
  readonly cosines: readonly (readonly number[])[];
  readonly offDiagonal: OffDiagonal;
}

const needs: readonly Need[] = ["infer", "labels"];

/** Concepts of all labels, and how memories lie around them. Sums, components and angles are computed in float64. */
export async function measureConcepts(subject: Subject, options: ConceptsOptions): Promise<ConceptsResult> {
  require(subject, "concepts", needs);
  const { dataset } = subject;
  parseLabels(options.few, dataset.classes);
  const memories = await memoriesOf(subject);
  const found = concepts(memories, memories.labels, dataset.classes.length);
  const { active, variances } = activeLatents(memories, options.threshold);
  const contributions = cumulativeContributions(principalComponents(memories.data, memories.width).variances);
  const cosines = cosineSimilarities(found.concepts);
  return {
    data: dataset.title,
    labels: dataset.classes,
    counts: Array.from(found.counts),
    concepts: found.concepts.map((c) => Array.from(c)),
    latents: memories.width,
    active,
    variances: Array.from(variances),
    contributions: Array.from(contributions),
    components: {
      for70: componentsFor(contributions, 0.7),
      for99: componentsFor(contributions, 0.99),
      for999: componentsFor(contributions, 0.999),
    },
    cosines: cosines.map((row) => Array.from(row)),
    offDiagonal: offDiagonal(cosines),
  };
}

export const conceptsProbe = probe<ConceptsOptions, ConceptsResult>({
  id: "concepts",
  title: "Concepts of the labels in the space of latents",
  source: "Nagano, Karakida & Okada, arXiv:1712.04195, §3.1 and appendix A, figs. 3 and A.1",
  about:
    "The concept of a label is the mean of its memories, the posterior means of the training images. Reported: the concepts, how many latents " +
    "are active, how many principal components the memories fill, and the cosine similarities of the concepts.",
  needs,
  options: conceptsOptions,
  measure: measureConcepts,
  figures: conceptsFigures,
  text: ({ latents, active, components, offDiagonal: off, labels, cosines }, { threshold }) =>
    [
      `active latents            ${active.length} of ${latents} (variance above ${threshold})`,
      `components for 70 %       ${components.for70}`,
      `components for 99 %       ${components.for99}`,
      `components for 99.9 %     ${components.for999}`,
      `cosines of the concepts   mean ${signed(off.mean)}, mean |cos| ${off.meanAbsolute.toFixed(3)}, max |cos| ${off.maxAbsolute.toFixed(3)}`,
      `most alike                ${mostAlike(labels, cosines)}`,
    ].join("\n"),
});

const signed = (v: number): string => `${v < 0 ? "−" : ""}${Math.abs(v).toFixed(3)}`;

/** "4 and 9 (0.61)". */
function mostAlike(labels: readonly string[], cosines: readonly (readonly number[])[]): string {
  const pairs = cosines.flatMap((row, i) => row.slice(0, i).map((value, j) => ({ i, j, value })));
  const { i, j, value } = pairs.reduce((a, b) => (b.value > a.value ? b : a));
  return `${labels[j]} and ${labels[i]} (${signed(value)})`;
}
