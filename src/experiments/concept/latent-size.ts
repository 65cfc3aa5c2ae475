import type { PixelNoise } from "../../analyses/concepts/pixel-noise.ts";
import { type ConceptsResult, conceptsOptions, measureConcepts } from "../../probes/concepts.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import {
  type LabelCourse,
  measureRepeatedInference,
  type RepeatedInferenceOptions,
  type RepeatedInferenceResult,
  repeatedInferenceOptions,
} from "../../probes/repeated-inference.ts";
import { swapped } from "../../probes/repeated-inference-figures.ts";
import { experiment, type Finding } from "../experiment.ts";
import { fixed } from "../spread.ts";
import { latentSizeChart } from "./latent-size-figure.ts";
import { readingNames, readings } from "./readings.ts";
import { notes, paper, testElbo, vaeRuns } from "./runs.ts";

interface Options extends Omit<RepeatedInferenceOptions, "swap"> {
  /** Label whose distances are shown. */
  readonly label: string;
}

const { swap: _, ...defaults } = repeatedInferenceOptions.parse({});
const options: Options = { ...defaults, trials: 3000, label: "6" };
const sizes = [2, 5, 10, 20, 100];

/** What was measured of the model with one N_z. */
export interface OneSize {
  readonly latents: number;
  readonly concepts: ConceptsResult;
  readonly courses: Readonly<Record<PixelNoise, RepeatedInferenceResult>>;
  readonly testElbo: number;
}

export const latentSize = experiment<Options>({
  id: "concept/latent-size",
  title: "With few latents the concept is not approached",
  source: { paper, part: "fig. 6" },
  about:
    'VAEs that differ in the number of latents N_z. Do trajectories that begin with a noisy "6" approach its concept and leave it again, and are ' +
    'the concepts of the labels orthogonal? The other labels are tried as well, and both readings of "swapped" pixels.',
  presets: {
    paper: {
      note: "The paper's network and learning rates, one training for each N_z; 300 trials a label.",
      runs: vaeRuns("paper", sizes, [1]),
      options,
    },
    quick: {
      note: "The paper's network trained for 8 epochs, once for each N_z; 300 trials a label.",
      runs: vaeRuns("quick", sizes, [1]),
      options,
    },
    smoke: {
      note: notes.smoke,
      runs: vaeRuns("smoke", [2, 10], [1]),
      options: { ...options, trials: 40, steps: 6 },
    },
  },
  async measure(runs, { label, ...options }, { progress }) {
    const found: OneSize[] = [];
    const parts = runs.length * readings.length;
    for (const [i, run] of runs.entries()) {
      const subject = await run.open();
      const course = (swap: PixelNoise, k: number): Promise<RepeatedInferenceResult> => {
        const watched = { ...subject, progress: (part: number) => progress((i * readings.length + k + part) / parts) };
        return measureRepeatedInference(watched, { ...options, swap });
      };
      const concepts = await measureConcepts(subject, conceptsOptions.parse({}));
      found.push({
        latents: concepts.latents,
        concepts,
        courses: { invert: await course("invert", 0), permute: await course("permute", 1) },
        testElbo: testElbo(run),
      });
    }
    return {
      findings: [...readings.flatMap((swap) => courseFindings(found, swap, label)), ...conceptFindings(found)],
      numbers: {
        sizes: found.map(({ latents, concepts: { cosines, offDiagonal, active }, courses, testElbo }, i) => ({
          latents,
          seed: runs[i].run.record.seed,
          testElbo,
          active: active.length,
          cosines,
          offDiagonal,
          invert: compact(courses.invert, label),
          permute: compact(courses.permute, label),
        })),
      },
      figures: readings.map((swap) => figure(found, swap, label, options)),
    };
  },
});

/** Curves of one label only. */
function compact({ labels, ...rest }: RepeatedInferenceResult, label: string): Record<string, unknown> {
  return { ...rest, labels: labels.map(({ mean, sem, ...c }) => (c.label === label ? { ...c, mean, sem } : c)) };
}

function figure(
  found: readonly OneSize[],
  swap: PixelNoise,
  label: string,
  { noise }: Pick<RepeatedInferenceOptions, "noise">,
): NamedFigure {
  return {
    name: swap,
    image: { svg: latentSizeChart(`latent-size-${swap}`, found, (size) => courseOf(size, swap, label)) },
    alt: `Distance to the concept of ${label} over iterations, and cosine similarities of all concepts, for each number of latents`,
    caption:
      `Above: distance of z(t) to the concept of "${label}", mean ± standard error of ${courseOf(found[0], swap, label).trials} noisy images ` +
      `(p = ${noise}, selected pixels ${swapped({ swap })}), for models with N_z latents. Below: cosine similarities of the concepts.`,
  };
}

function courseOf({ courses }: OneSize, swap: PixelNoise, label: string): LabelCourse {
  const { labels } = courses[swap];
  return labels.find((c) => c.label === label) ?? labels[0];
}

/** Sizes that approach the concept according to the paper: all from 6 on. */
const approaches = (latents: number): boolean => latents >= 6;

function courseFindings(found: readonly OneSize[], swap: PixelNoise, label: string): Finding[] {
  const reading = `pixels ${readingNames[swap]}`;
  const of = (size: OneSize): LabelCourse => courseOf(size, swap, label);
  const list = (sizes: readonly OneSize[]): string => sizes.map((s) => s.latents).join(", ") || "none";
  const [yes, no] = [found.filter((s) => of(s).clear), found.filter((s) => !of(s).clear)];
  const right = found.filter((s) => of(s).clear === approaches(s.latents)).length;
  const ends = [found[0], found[found.length - 1]].every((s) => of(s).clear === approaches(s.latents));
  const three = ({ start, nearest, end }: LabelCourse): string =>
    [start, nearest, end].map((d) => d.toFixed(2)).join(" → ");
  return [
    {
      what:
        `N_z with which trials of "${label}" approach the concept and leave it, fall and rise each beyond two standard errors ` +
        `(${reading}; shown: as in the paper for every N_z; partly: for the smallest and the largest)`,
      paper: `10, 20 and 100 do, 2 and 5 do not; the change is near 6`,
      ours: `${list(yes)} do, ${list(no)} do not`,
      verdict: right === found.length ? "shown" : ends ? "partly" : "not shown",
    },
    {
      what: `d(0) → d(t*) → d(T) of "${label}" (${reading})`,
      paper: "only in the figure; no numbers in the text",
      ours: found.map((s) => `N_z = ${s.latents}: ${three(of(s))} (t* = ${of(s).nearestAt})`).join("; "),
      verdict: "measured",
    },
    {
      what: `labels of ${found[0].courses[swap].labels.length} that approach their concept and leave it, beyond two standard errors (${reading})`,
      paper: "not reported",
      ours: found.map((s) => `N_z = ${s.latents}: ${s.courses[swap].clear}`).join("; "),
      verdict: "measured",
    },
  ];
}

function conceptFindings(found: readonly OneSize[]): Finding[] {
  const size = found.map((s) => s.concepts.offDiagonal.meanAbsolute);
  const each = (of: (s: OneSize) => number): string =>
    found.map((s) => `N_z = ${s.latents}: ${fixed(of(s), 2)}`).join("; ");
  return [
    {
      what: "mean size of the cosine of two labels' concepts (shown: smaller with every larger N_z; partly: smaller with the largest than with the smallest)",
      paper: "near zero at 100, growing as N_z falls; no numbers in the text",
      ours: each((s) => s.concepts.offDiagonal.meanAbsolute),
      verdict: size.every((c, i) => i === 0 || c < size[i - 1])
        ? "shown"
        : size[size.length - 1] < size[0]
          ? "partly"
          : "not shown",
    },
    {
      what: "largest of these",
      paper: "no numbers in the text",
      ours: each((s) => s.concepts.offDiagonal.maxAbsolute),
      verdict: "measured",
    },
    {
      what: "ELBO of the test images, nats per image",
      paper: "only as a curve (fig. 7): better until about N_z = 14, then flat",
      ours: each((s) => s.testElbo),
      verdict: "measured",
    },
  ];
}
