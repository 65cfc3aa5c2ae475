import { centroid, concepts } from "../../analyses/concepts/concepts.ts";
import { cosineSimilarities, type OffDiagonal, offDiagonal } from "../../analyses/concepts/cosine.ts";
import type { PixelNoise } from "../../analyses/concepts/pixel-noise.ts";
import { openInference } from "../../analyses/inference.ts";
import { stackRows } from "../../figures/image-grid.ts";
import { memoriesOf, splitLatents } from "../../probes/memories.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import {
  measureRepeatedInference,
  type RepeatedInferenceOptions,
  type RepeatedInferenceResult,
  repeatedInferenceOptions,
} from "../../probes/repeated-inference.ts";
import { distanceChart, imagesOverTime, stripFigure } from "../../probes/repeated-inference-figures.ts";
import type { Subject } from "../../probes/subject.ts";
import { parseLabels } from "../../probes/trials.ts";
import type { WantedRun } from "../../recipes/run-store.ts";
import { experiment, type Finding } from "../experiment.ts";
import { fixed } from "../spread.ts";
import { readingNames, readings } from "./readings.ts";
import { paper, vaeRuns } from "./runs.ts";

type Readings = Record<PixelNoise, RepeatedInferenceResult>;

interface Options extends Omit<RepeatedInferenceOptions, "swap"> {
  /** Labels of the first data set that make up one concept together: "4,9". */
  readonly joint: string;
}

const { swap: _, ...defaults } = repeatedInferenceOptions.parse({});
const usual: Options = { ...defaults, joint: "4,9" };

/** Trainings on data other than MNIST. */
const others: WantedRun[] = ["fashion-mnist", "glyphs"].map((id) => ({
  recipe: "concept/vae",
  preset: "quick",
  seed: 1,
  set: [`data.id=${id}`],
}));

const smaller = "100 trials a label instead of 300, one seed.";

export const otherData = experiment<Options>({
  id: "concept/other-data",
  title: "Other data, and concepts of several labels",
  source: { paper, part: "beyond the paper: fig. 2 and 3c asked of other data" },
  about:
    "Do trajectories also approach concepts of clothes (Fashion-MNIST) and of drawn digits (glyphs)? And is there a concept of two labels together: " +
    "do trials that begin with 4 or 9 approach the mean of the memories of both, and leave it?",
  presets: {
    paper: {
      note: `MNIST with the paper's training; the other data, which the paper does not have, with the recipe's quick one (8 epochs). ${smaller}`,
      runs: [...vaeRuns("paper", [100], [1]), ...others],
      options: usual,
    },
    quick: {
      note: `The paper's network trained for 8 epochs on each data set. ${smaller}`,
      runs: [...vaeRuns("quick", [100], [1]), ...others],
      options: usual,
    },
    smoke: {
      note: "A small network on generated glyphs only: for tests.",
      runs: vaeRuns("smoke", [10], [1]),
      options: { ...usual, trials: 40, steps: 6 },
    },
  },
  async measure(runs, options, { progress }) {
    let done = 0;
    const subjects = await Promise.all(
      runs.map(async ({ open }) => ({
        ...(await open()),
        progress: (part: number) => progress((done + part) / (readings.length * (runs.length + 1))),
      })),
    );
    const asked = async (subject: Subject, more: Partial<Options>): Promise<Readings> => {
      const { joint: __, ...rest } = { ...options, ...more };
      const found: Partial<Readings> = {};
      for (const swap of readings) {
        found[swap] = await measureRepeatedInference(subject, { ...rest, swap });
        done++;
      }
      return found as Readings;
    };
    const findings: Finding[] = [];
    const numbers: Record<string, unknown>[] = [];
    const figures: NamedFigure[] = [];
    for (const [i, subject] of subjects.entries()) {
      const { title } = subject.dataset;
      const found = await asked(subject, {});
      const cosines = await cosinesOf(subject);
      const id = runs[i].run.config.data.id;
      findings.push(
        ...readings.map((swap) => patternFinding(title, swap, found[swap], id === "mnist")),
        cosineFinding(title, cosines),
      );
      numbers.push({ data: title, cosines, invert: summary(found.invert), permute: summary(found.permute) });
      figures.push(distanceFigure(id, `${title}: distance of z(t) to the concept of each label`, found));
      // Strips of the first data set are those of another experiment.
      if (i > 0) for (const swap of readings) figures.push(await strip(subject, id, { ...options, swap }));
    }
    const [first] = subjects;
    const chosen = parseLabels(options.joint, first.dataset.classes);
    const trials = Math.floor(options.trials / first.dataset.classes.length) * chosen.length;
    const more = { labels: options.joint, concept: options.joint, trials };
    const found = await asked(first, more);
    const name = chosen.map((label) => `"${first.dataset.classes[label]}"`).join(" and ");
    const title = `${first.dataset.title}, ${name} as one concept`;
    findings.push(...readings.map((swap) => patternFinding(title, swap, found[swap], false)));
    figures.push(
      distanceFigure("joint", `${title}: distance of z(t) to it, by the label that trials begin with`, found),
    );
    for (const swap of readings) figures.push(await jointStrip(first, chosen, name, { ...options, ...more, swap }));
    return {
      findings,
      numbers: {
        data: numbers,
        joint: { labels: options.joint, invert: summary(found.invert), permute: summary(found.permute) },
      },
      figures,
    };
  },
});

async function cosinesOf(subject: Subject): Promise<OffDiagonal> {
  const memories = await memoriesOf(subject);
  const { concepts: own } = concepts(memories, memories.labels, subject.dataset.classes.length);
  return offDiagonal(cosineSimilarities(own));
}

/** Without curves, which the figures show. */
function summary({ labels, ...rest }: RepeatedInferenceResult): Record<string, unknown> {
  return { ...rest, labels: labels.map(({ mean: _mean, sem: _sem, ...course }) => course) };
}

/** @param asked by the paper */
function patternFinding(
  title: string,
  swap: PixelNoise,
  { labels, approachesAndLeaves: count, clear }: RepeatedInferenceResult,
  asked: boolean,
): Finding {
  return {
    what: `${title}: labels whose trials approach and leave (pixels ${readingNames[swap]}; shown: all; partly: more than half)`,
    paper: asked ? "all labels" : "not asked (MNIST, each label's own concept: all labels)",
    ours: `${count} of ${labels.length}; fall and rise beyond two standard errors: ${clear}`,
    verdict: count === labels.length ? "shown" : count > labels.length / 2 ? "partly" : "not shown",
  };
}

function cosineFinding(title: string, { mean, meanAbsolute }: OffDiagonal): Finding {
  return {
    what: `${title}: cosine similarity of different labels' concepts`,
    paper: "near zero for MNIST",
    ours: `mean ${fixed(mean, 3)}, mean absolute ${meanAbsolute.toFixed(3)}`,
    verdict: "measured",
  };
}

function distanceFigure(id: string, what: string, { invert, permute }: Readings): NamedFigure {
  return {
    name: `${id}-distances`,
    image: { svg: distanceChart(`other-data-${id}`, [invert.labels, permute.labels]) },
    alt: "Distance to the concept over iterations of repeated inference, one panel a label",
    caption: `${what}, mean ± standard error of ${invert.labels[0].trials} noisy images a label. Blue: selected pixels inverted; orange: exchanged among each other.`,
  };
}

async function strip(subject: Subject, id: string, options: RepeatedInferenceOptions): Promise<NamedFigure> {
  const figure = stripFigure(await imagesOverTime(subject, options), subject, options);
  return { ...figure, name: `${id}-${options.swap}-strip`, caption: `${subject.dataset.title}: ${figure.caption}` };
}

/** Trials of the labels beside the image of the concept of all of them. */
async function jointStrip(
  subject: Subject,
  labels: readonly number[],
  name: string,
  options: RepeatedInferenceOptions,
): Promise<NamedFigure> {
  const { model, parameters, runtime } = subject;
  const memories = await memoriesOf(subject);
  const rows = Array.from(memories.labels.keys()).filter((i) => labels.includes(memories.labels[i]));
  const inference = await openInference(model, parameters, runtime, subject.options);
  const image = await inference.decode(splitLatents(model, Float32Array.from(centroid(memories, rows))));
  await inference.dispose();
  const course = { ...(await imagesOverTime(subject, options)), concepts: stackRows(labels.map(() => image)) };
  return {
    ...stripFigure(course, subject, options),
    name: `joint-${options.swap}-strip`,
    alt: "Rows of a noisy image and what becomes of it, beside the image of the concept of all these labels",
    caption: `One image of each label (p = ${options.noise}, selected pixels ${readingNames[options.swap]}) over t iterations; at the right the image of the one concept of ${name}.`,
  };
}
