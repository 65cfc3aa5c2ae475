import { z } from "zod";
import { approach } from "../analyses/concepts/approach.ts";
import { basins } from "../analyses/concepts/basins.ts";
import { centroid, concepts } from "../analyses/concepts/concepts.ts";
import { distances } from "../analyses/concepts/distances.ts";
import { openRepeatedInference } from "../analyses/concepts/repeated-inference.ts";
import { joinLatents, memoriesOf } from "./memories.ts";
import { probe } from "./probe.ts";
import { repeatedInferenceFigures } from "./repeated-inference-figures.ts";
import { type Need, require, type Subject } from "./subject.ts";
import { noisyTrials, parseLabels } from "./trials.ts";

export const repeatedInferenceOptions = z.strictObject({
  trials: z.int().min(1).default(1000).describe("noisy images in total, shared equally by the labels"),
  steps: z.int().min(1).default(80).describe("T, iterations of inference and generation"),
  noise: z.number().min(0).max(1).default(0.2).describe("p, probability that a pixel is selected"),
  swap: z
    .enum(["invert", "permute"])
    .default("invert")
    .describe("what becomes of selected pixels: inverted, or exchanged among each other"),
  labels: z.string().default("all").describe("labels that trials begin with: all, or a list as in 4,9 or 0-4"),
  concept: z
    .string()
    .default("own")
    .describe("concept that distances are measured to: own, or that of all images of a list of labels as in 4,9"),
});

export type RepeatedInferenceOptions = z.infer<typeof repeatedInferenceOptions>;

/** How trials come to a concept and leave it. Distances are Euclidean, over all latents. */
export interface TrialsCourse {
  readonly trials: number;
  /** Mean distance at t = 0…T, and its standard error. */
  readonly mean: readonly number[];
  readonly sem: readonly number[];
  /** t*: when the mean distance is least. */
  readonly nearestAt: number;
  /** d(0), d(t*), d(T). */
  readonly start: number;
  readonly nearest: number;
  readonly end: number;
  /** The paper's pattern: least at 0 < t* < T, larger at 0 and at T. */
  readonly approachesAndLeaves: boolean;
  /** Fall from 0 to t* and rise from t* to T are both above two standard errors, paired over trials. */
  readonly clear: boolean;
}

/** The course of the trials that begin with one label. */
export interface LabelCourse extends TrialsCourse {
  readonly label: string;
}

export interface RepeatedInferenceResult {
  readonly data: string;
  readonly labels: readonly LabelCourse[];
  /** How many of the labels show the paper's pattern. */
  readonly approachesAndLeaves: number;
  /** The pattern with a clear fall and rise. */
  readonly clear: number;
  /** Trials that end nearest each label's concept: [label at the start][nearest at the end]. */
  readonly endsAt: readonly (readonly number[])[];
  /** Share that ends nearest its own concept. */
  readonly stayed: number;
}

const needs: readonly Need[] = ["infer", "generate", "labels"];

/** Trials of every label through repeated inference, and their distances to a concept over time. */
export async function measureRepeatedInference(
  subject: Subject,
  options: RepeatedInferenceOptions,
): Promise<RepeatedInferenceResult> {
  require(subject, "repeated-inference", needs);
  const { model, dataset } = subject;
  const labels = parseLabels(options.labels, dataset.classes);
  const each = Math.max(1, Math.floor(options.trials / labels.length));
  const memories = await memoriesOf(subject);
  const { concepts: own } = concepts(memories, memories.labels, dataset.classes.length);
  const target = options.concept === "own" ? undefined : subsetConcept(subject, memories, options.concept);

  const repeated = await openRepeatedInference(model, subject.parameters, subject.runtime, {
    ...subject.options,
    batch: Math.min(500, each),
  });
  const courses: LabelCourse[] = [];
  const ends: { last: Float32Array; label: number }[] = [];
  try {
    for (const [k, label] of labels.entries()) {
      const { start } = noisyTrials(subject, memories.labels, label, each, options);
      const overTime: number[][] = Array.from({ length: options.steps + 1 }, () => []);
      const progress = (done: number, of: number): void => subject.progress?.((k + done / of) / labels.length);
      for await (const batch of repeated.batches({ start, T: options.steps, progress })) {
        for (let t = 0; t <= options.steps; t++) {
          const z = joinLatents(model, at(batch.z, t));
          overTime[t].push(...distances({ data: z, width: memories.width }, target ?? own[label]));
          if (t === options.steps) ends.push({ last: z, label });
        }
      }
      courses.push({ label: dataset.classes[label], ...courseOf(overTime) });
    }
  } finally {
    await repeated.dispose();
  }
  const last = { data: Float32Array.from(ends.flatMap(({ last }) => Array.from(last))), width: memories.width };
  const began = ends.flatMap(({ last: z, label }) => Array.from({ length: z.length / memories.width }, () => label));
  const { counts, stayed } = basins(last, began, own);
  return {
    data: dataset.title,
    labels: courses,
    approachesAndLeaves: courses.filter((c) => c.approachesAndLeaves).length,
    clear: courses.filter((c) => c.approachesAndLeaves && c.clear).length,
    endsAt: counts.map((row) => Array.from(row)),
    stayed,
  };
}

/** The concept of all images of some labels. */
function subsetConcept(
  { dataset }: Subject,
  memories: Awaited<ReturnType<typeof memoriesOf>>,
  list: string,
): Float64Array {
  const chosen = new Set(parseLabels(list, dataset.classes));
  return centroid(
    memories,
    Array.from(memories.labels.keys()).filter((i) => chosen.has(memories.labels[i])),
  );
}

/** Latents by name at one time. */
export function at(z: Readonly<Record<string, readonly Float32Array[]>>, t: number): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(z).map(([name, course]) => [name, course[t]]));
}

/** @param overTime distances at t = 0…T, [t][trial] */
export function courseOf(overTime: readonly ArrayLike<number>[]): TrialsCourse {
  const { curve, nearestAt, start, nearest, end, approachesAndLeaves, fall, rise } = approach(overTime);
  return {
    trials: curve[0].n,
    mean: curve.map((c) => c.mean),
    sem: curve.map((c) => c.sem),
    nearestAt,
    start,
    nearest,
    end,
    approachesAndLeaves,
    clear: fall.clear && rise.clear,
  };
}

export const repeatedInferenceProbe = probe<RepeatedInferenceOptions, RepeatedInferenceResult>({
  id: "repeated-inference",
  title: "Approach to a concept by repeated inference",
  source: "Nagano, Karakida & Okada, arXiv:1712.04195, §3.1, figs. 1 and 2",
  about:
    "Noisy images are encoded and decoded again and again. Reported for every label: how far the latents are from the label's concept (the mean " +
    "of its memories) over the iterations, when they are nearest, and near which concept they end.",
  needs,
  options: repeatedInferenceOptions,
  measure: measureRepeatedInference,
  figures: repeatedInferenceFigures,
  text: (result, { steps }) =>
    [
      `label       t*   d(0)    d(t*)   d(${steps})   falls, then rises`,
      ...result.labels.map((c) =>
        [
          c.label.padEnd(10),
          String(c.nearestAt).padStart(3),
          ...[c.start, c.nearest, c.end].map((d) => d.toFixed(3).padStart(7)),
          `  ${c.approachesAndLeaves ? (c.clear ? "yes" : "within two standard errors") : "no"}`,
        ].join(" "),
      ),
      "",
      `${result.approachesAndLeaves} of ${result.labels.length} labels approach their concept and leave it; ` +
        `${(100 * result.stayed).toFixed(1)} % of the trials end nearest their own concept`,
    ].join("\n"),
});
