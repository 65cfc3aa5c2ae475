import { repeatedInference } from "../analyses/concepts/repeated-inference.ts";
import { lineChart, type Series } from "../figures/chart.ts";
import { heatMap } from "../figures/heat-map.ts";
import { stackRows } from "../figures/image-grid.ts";
import { filmStrip } from "../figures/strip.ts";
import type { ClassifiedEndsOptions, ClassifiedEndsResult } from "./classified-ends.ts";
import { type JudgedTrials, judgeTrials } from "./judged-trials.ts";
import type { NamedFigure } from "./probe.ts";
import type { TrialsCourse } from "./repeated-inference.ts";
import { swapped } from "./repeated-inference-figures.ts";
import type { Subject } from "./subject.ts";

/** What the judge says of every trial, distances over time, and some trials as images. */
export async function classifiedEndsFigures(
  subject: Subject,
  options: ClassifiedEndsOptions,
  result: ClassifiedEndsResult,
): Promise<NamedFigure[]> {
  const label = subject.dataset.classes.indexOf(result.label);
  const judged = await judgeTrials({ ...subject, progress: undefined }, "classified-ends", { ...options, label });
  return [
    judgementFigure(subject, options, result, judged),
    distanceFigure(options, result),
    await stripFigure(subject, options, label, judged),
  ];
}

function judgementFigure(
  { dataset: { classes } }: Subject,
  { steps, noise, ...rest }: ClassifiedEndsOptions,
  { label, trials, stayed }: ClassifiedEndsResult,
  { probabilities }: JudgedTrials,
): NamedFigure {
  const values = classes.flatMap((_, k) =>
    Array.from({ length: trials }, (_, trial) => probabilities[trial * classes.length + k]),
  );
  const svg = heatMap({
    id: "classified-ends-judgement",
    width: 920,
    values,
    rows: classes,
    columns: trials,
    x: { label: "trial" },
    y: { label: "class" },
    value: { label: "probability" },
    domain: [0, 1],
  });
  return {
    name: "judgement",
    image: { svg },
    alt: "Probability of every class for the last image of every trial, as a heat map",
    caption: `What the classifier says of x(${steps}) of ${trials} noisy images of "${label}" (p = ${noise}, selected pixels ${swapped(rest)}): ${stayed} are judged "${label}".`,
  };
}

/** Numbers of the palette: gray for all trials, red for those that stayed, as in the paper. */
const [GRAY, RED] = [4, 3];

function distanceFigure({ noise, ...rest }: ClassifiedEndsOptions, result: ClassifiedEndsResult): NamedFigure {
  const { all, kept, label } = result;
  const series = (name: string, { mean, sem }: TrialsCourse, color: number): Series => ({
    name,
    points: mean.map((d, t) => [t, d] as const),
    low: mean.map((d, t) => d - sem[t]),
    high: mean.map((d, t) => d + sem[t]),
    color,
  });
  const svg = lineChart({
    id: "classified-ends-distances",
    width: 460,
    series: [
      series(`all ${all.trials} trials`, all, GRAY),
      ...(kept ? [series(`the ${kept.trials} judged "${label}"`, kept, RED)] : []),
    ],
    x: { label: "iteration t" },
    y: { label: `distance to the concept of "${label}"` },
  });
  return {
    name: "distances",
    image: { svg },
    alt: "Distance to the concept over iterations, of all trials and of those that stayed",
    caption: `Distance of z(t) to the concept of "${label}", mean ± standard error, of all trials and of those whose last image is judged "${label}" (p = ${noise}, selected pixels ${swapped(rest)}).`,
  };
}

/** Trials of either kind that the strip shows. */
const SHOWN = 4;

async function stripFigure(
  { model, parameters, runtime, options: session, dataset }: Subject,
  { steps: T, noise, ...rest }: ClassifiedEndsOptions,
  label: number,
  { start, judged }: JudgedTrials,
): Promise<NamedFigure> {
  const trials = Array.from(judged.keys());
  const stayed = trials.filter((i) => judged[i] === label).slice(0, SHOWN);
  const left = trials.filter((i) => judged[i] !== label).slice(0, SHOWN);
  const chosen = [...stayed, ...left];
  const { height, width, channels } = dataset.picture;
  const size = height * width * channels;
  const cut = (all: Float32Array, i: number): Float32Array => all.subarray(i * size, (i + 1) * size);
  const times = [0, 1, 2, 4, 8, 16, 32, 64].filter((t) => t < T).concat(T);
  const request = { start: stackRows(chosen.map((i) => cut(start, i))), T, keep: times };
  const { x } = await repeatedInference(model, parameters, runtime, request, session);
  const rows = chosen.map((i, row) => ({
    name: `judged "${dataset.classes[judged[i]]}"`,
    images: stackRows(times.map((t) => cut(x[t], row))),
  }));
  const form = { imageHeight: height, imageWidth: width, channels: channels === 3 ? (3 as const) : (1 as const) };
  return {
    name: "strip",
    image: { svg: filmStrip(rows, { id: "classified-ends-strip", width: 640, ...form, times }) },
    alt: "Rows of noisy images and what becomes of them, with the class that their last image is judged to show",
    caption: `The first ${stayed.length} trials that stayed "${dataset.classes[label]}" and the first ${left.length} that did not, over t iterations (p = ${noise}, selected pixels ${swapped(rest)}).`,
  };
}
