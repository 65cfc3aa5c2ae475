import { z } from "zod";
import { abstractConcept, concepts } from "../analyses/concepts/concepts.ts";
import {
  distances,
  type MeanAndError,
  meanAndError,
  minOverTime,
  pairedDistances,
} from "../analyses/concepts/distances.ts";
import { openRepeatedInference, type Trajectories } from "../analyses/concepts/repeated-inference.ts";
import { type Attractor, type Stages, stages } from "../analyses/concepts/stages.ts";
import type { Rows } from "../analyses/rows.ts";
import { UsageError } from "../base/errors.ts";
import { joinLatents, type Memories, memoriesOf } from "./memories.ts";
import { attractorNames, attractors, boundary, noiseStagesFigures } from "./noise-stages-figures.ts";
import { probe } from "./probe.ts";
import { at } from "./repeated-inference.ts";
import { type Need, require, type Subject } from "./subject.ts";
import { noisyTrials, parseLabels, type Trials } from "./trials.ts";

export const noiseStagesOptions = z.strictObject({
  label: z.string().default("6").describe("label that trials begin with"),
  levels: z.int().min(2).default(21).describe("noise levels p, equally far apart from 0 to 1"),
  trials: z.int().min(1).default(500).describe("noisy images a level, of the same clean ones at each"),
  steps: z.int().min(1).default(80).describe("T, iterations of inference and generation"),
  swap: z
    .enum(["invert", "permute"])
    .default("invert")
    .describe("what becomes of selected pixels: inverted, or exchanged among each other"),
});

export type NoiseStagesOptions = z.infer<typeof noiseStagesOptions>;

/** Mean over trials at each noise level, and its standard error. */
export interface CurveOverNoise {
  readonly mean: readonly number[];
  readonly sem: readonly number[];
}

export interface NoiseStagesResult {
  readonly data: string;
  readonly label: string;
  readonly trials: number;
  /** Noise levels. */
  readonly p: readonly number[];
  /** min_t ‖z(t) − ξ‖ to the trial's own memory, its label's concept, and the abstract concept. Euclidean, over all latents. */
  readonly distance: Readonly<Record<Attractor, CurveOverNoise>>;
  /** Which is the nearest in the mean, and where that changes. */
  readonly stages: Stages;
  /** As noise rises, the nearest is the memory, then the concept, then the abstract concept, each at one level at least. */
  readonly inOrder: boolean;
}

const needs: readonly Need[] = ["infer", "generate", "labels"];

/** How near trials of one label come to their memory, their concept and the abstract concept, over noise. */
export async function measureNoiseStages(subject: Subject, options: NoiseStagesOptions): Promise<NoiseStagesResult> {
  require(subject, "noise-stages", needs);
  const { dataset } = subject;
  const label = oneLabel(options.label, dataset.classes);
  const memories = await memoriesOf(subject);
  const { concepts: all } = concepts(memories, memories.labels, dataset.classes.length);
  const targets = { memories, concept: all[label], abstract: abstractConcept(all) };
  const p = Array.from({ length: options.levels }, (_, i) => i / (options.levels - 1));
  const levels: Record<Attractor, MeanAndError>[] = [];
  const repeated = await openRepeatedInference(subject.model, subject.parameters, subject.runtime, {
    ...subject.options,
    batch: Math.min(500, options.trials),
  });
  try {
    for (const [i, noise] of p.entries()) {
      const trials = noisyTrials(subject, memories.labels, label, options.trials, { ...options, noise });
      const progress = (done: number, of: number): void => subject.progress?.((i + done / of) / p.length);
      const courses = repeated.batches({ start: trials.start, T: options.steps, progress });
      levels.push(await leastDistances(subject, courses, trials, targets));
    }
  } finally {
    await repeated.dispose();
  }
  const distance = eachAttractor((a) => ({ mean: levels.map((l) => l[a].mean), sem: levels.map((l) => l[a].sem) }));
  const found = stages({ p, ...eachAttractor((a) => distance[a].mean) });
  return {
    data: dataset.title,
    label: dataset.classes[label],
    trials: options.trials,
    p,
    distance,
    stages: found,
    inOrder: inOrder(found.nearest),
  };
}

/** @throws UsageError unless the text names one label */
function oneLabel(text: string, classes: readonly string[]): number {
  const [label, ...more] = parseLabels(text, classes);
  if (more.length === 0) return label;
  throw new UsageError({ where: "label", expected: "one label", got: `"${text}"`, fix: "ask for one after the other" });
}

/** What distances are measured to: memories of all images, the label's concept, and the abstract concept. */
interface Targets {
  readonly memories: Memories;
  readonly concept: Float64Array;
  readonly abstract: Float64Array;
}

/** min_t of the distances at one noise level, over trials. */
async function leastDistances(
  { model }: Subject,
  courses: AsyncIterable<Trajectories>,
  { images }: Trials,
  { memories, concept, abstract }: Targets,
): Promise<Record<Attractor, MeanAndError>> {
  const { width } = memories;
  const least: Record<Attractor, number[]> = { memory: [], concept: [], abstract: [] };
  for await (const { first, trials, z } of courses) {
    const own = rowsOf(memories, images.subarray(first, first + trials));
    const times = Object.values(z)[0].length;
    const course = Array.from({ length: times }, (_, t): Rows => ({ data: joinLatents(model, at(z, t)), width }));
    least.memory.push(...minOverTime(course.map((now) => pairedDistances(now, own))));
    least.concept.push(...minOverTime(course.map((now) => distances(now, concept))));
    least.abstract.push(...minOverTime(course.map((now) => distances(now, abstract))));
  }
  return eachAttractor((a) => meanAndError(least[a]));
}

function eachAttractor<T>(of: (attractor: Attractor) => T): Record<Attractor, T> {
  return { memory: of("memory"), concept: of("concept"), abstract: of("abstract") };
}

function rowsOf({ data, width }: Memories, numbers: Uint32Array): Rows {
  const out = new Float32Array(numbers.length * width);
  numbers.forEach((row, i) => void out.set(data.subarray(row * width, (row + 1) * width), i * width));
  return { data: out, width };
}

/** Memory, concept, abstract concept, each at one level at least, and none again after another. */
export function inOrder(nearest: readonly Attractor[]): boolean {
  return nearest.filter((a, i) => a !== nearest[i - 1]).join() === attractors.join();
}

export const noiseStagesProbe = probe<NoiseStagesOptions, NoiseStagesResult>({
  id: "noise-stages",
  title: "Nearest memory, concept or abstract concept, by noise",
  source: "Nagano, Karakida & Okada, arXiv:1712.04195, §3.2, fig. 4",
  about:
    "Images of one label go through repeated inference with more and more noise. Reported at every noise level: how near the latents ever come to " +
    "the image's memory, to the label's concept, and to the mean of all concepts; and at which noise another of these becomes the nearest.",
  needs,
  options: noiseStagesOptions,
  measure: measureNoiseStages,
  figures: noiseStagesFigures,
  text: ({ p, distance, stages: found, inOrder }) =>
    [
      "noise   memory           concept          abstract         nearest",
      ...p.map((level, i) =>
        [
          level.toFixed(3).padEnd(7),
          ...attractors.map((a) => `${distance[a].mean[i].toFixed(3)} ± ${distance[a].sem[i].toFixed(3)}`.padEnd(16)),
          attractorNames[found.nearest[i]],
        ].join(" "),
      ),
      "",
      `memory to concept at p = ${boundary(found.memoryToConcept)}, concept to abstract concept at p = ${boundary(found.conceptToAbstract)}`,
      inOrder
        ? "stages I, II and III follow each other"
        : "stages I, II and III do not follow each other at these levels",
    ].join("\n"),
});
