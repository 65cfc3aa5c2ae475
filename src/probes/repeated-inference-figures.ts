import { concepts } from "../analyses/concepts/concepts.ts";
import { repeatedInference } from "../analyses/concepts/repeated-inference.ts";
import { openInference } from "../analyses/inference.ts";
import { lineChart } from "../figures/chart.ts";
import { frameGrid } from "../figures/frame-grid.ts";
import { encodeGif } from "../figures/gif.ts";
import { heatMap } from "../figures/heat-map.ts";
import { panels } from "../figures/panels.ts";
import { filmStrip } from "../figures/strip.ts";
import { memoriesOf, splitLatents } from "./memories.ts";
import type { NamedFigure } from "./probe.ts";
import type { LabelCourse, RepeatedInferenceOptions, RepeatedInferenceResult } from "./repeated-inference.ts";
import type { Subject } from "./subject.ts";
import { noisyTrials, parseLabels } from "./trials.ts";

/** Distances over time, a strip of images, an animation, and where trials end. */
export async function repeatedInferenceFigures(
  subject: Subject,
  options: RepeatedInferenceOptions,
  result: RepeatedInferenceResult,
): Promise<NamedFigure[]> {
  const { classes } = subject.dataset;
  const target = options.concept === "own" ? "its label's concept" : `the concept of ${options.concept}`;
  const course = await imagesOverTime(subject, options);
  return [
    {
      name: "distances",
      image: { svg: distanceChart("repeated-inference-distances", [result.labels]) },
      alt: "Distance to the concept over iterations of repeated inference, one panel a label",
      caption: `Distance of z(t) to ${target}, mean ± standard error of ${result.labels[0].trials} noisy images a label (p = ${options.noise}, selected pixels ${swapped(options)}).`,
    },
    stripFigure(course, subject, options),
    animation(course, subject, options),
    {
      name: "ends",
      image: {
        svg: heatMap({
          id: "repeated-inference-ends",
          width: 460,
          values: Float64Array.from(result.endsAt.flat()),
          rows: [...classes],
          columns: [...classes],
          x: { label: "nearest concept at the end" },
          y: { label: "label at the start" },
          value: { label: "trials" },
        }),
      },
      alt: "Matrix of labels at the start and nearest concepts at the end",
      caption: `Nearest concept at t = ${options.steps}: ${(100 * result.stayed).toFixed(1)} % of the trials end nearest the concept of the label that they began with.`,
    },
  ];
}

/** "inverted", as in captions. */
export const swapped = ({ swap }: Pick<RepeatedInferenceOptions, "swap">): string =>
  swap === "invert" ? "inverted" : "exchanged among each other";

/**
 * Distance curves, a panel for each label: the first run with its band, further ones as lines.
 * @param runs courses by label, of one run or several
 */
export function distanceChart(id: string, runs: readonly (readonly LabelCourse[])[]): string {
  const [first] = runs;
  const charts = first.map(({ label }, k) =>
    lineChart({
      id: `${id}-${k}`,
      width: first.length > 1 ? 184 : 460,
      legend: false,
      background: false,
      series: runs.map((courses, run) => {
        const { mean, sem } = courses[k];
        return {
          name: run === 0 ? label : "",
          points: mean.map((d, t) => [t, d] as const),
          low: mean.map((d, t) => d - sem[t]),
          high: mean.map((d, t) => d + sem[t]),
          color: run,
        };
      }),
      x: { label: "" },
      y: { label: "" },
    }),
  );
  return panels(charts, {
    id,
    columns: Math.min(5, charts.length),
    gap: 4,
    names: first.map(({ label }) => label),
    x: { label: "iteration t" },
    y: { label: "distance to the concept" },
  });
}

/** One image of every label over time, and the concepts as images. */
export interface ImagesOverTime {
  readonly labels: readonly number[];
  /** x(t), t = 0…T, each (label, pixel). */
  readonly x: readonly Float32Array[];
  /** E[p(x | ξ̄)] of every label, (label, pixel). */
  readonly concepts: Float32Array;
}

/** Follows the first trial of every label. */
export async function imagesOverTime(subject: Subject, options: RepeatedInferenceOptions): Promise<ImagesOverTime> {
  const { model, parameters, runtime, dataset } = subject;
  const labels = parseLabels(options.labels, dataset.classes);
  const memories = await memoriesOf(subject);
  const first = labels.map((label) => noisyTrials(subject, memories.labels, label, 1, options).start);
  const start = joined(first);
  const { x } = await repeatedInference(
    model,
    parameters,
    runtime,
    { start, T: options.steps, keep: "all" },
    subject.options,
  );
  const own = concepts(memories, memories.labels, dataset.classes.length).concepts;
  const inference = await openInference(model, parameters, runtime, subject.options);
  const z = joined(labels.map((label) => Float32Array.from(own[label])));
  const images = await inference.decode(splitLatents(model, z));
  await inference.dispose();
  return { labels, x: Array.from({ length: options.steps + 1 }, (_, t) => x[t]), concepts: images };
}

/** Times that a strip shows: dense at first, where most happens. */
function shownTimes(T: number): number[] {
  return [0, 1, 2, 3, 5, 8, 12, 20, 30, 45, 60].filter((t) => t < T).concat(T);
}

export function stripFigure(
  course: ImagesOverTime,
  { dataset }: Subject,
  options: RepeatedInferenceOptions,
): NamedFigure {
  const { height, width, channels } = dataset.picture;
  const [size, times] = [height * width * channels, shownTimes(options.steps)];
  const rows = course.labels.map((label, k) => {
    const cut = (all: Float32Array): Float32Array => all.subarray(k * size, (k + 1) * size);
    return {
      name: dataset.classes[label],
      images: joined(times.map((t) => cut(course.x[t]))),
      apart: cut(course.concepts),
    };
  });
  const form = { imageHeight: height, imageWidth: width, channels: channels === 3 ? (3 as const) : (1 as const) };
  return {
    name: "strip",
    image: { svg: filmStrip(rows, { id: "repeated-inference-strip", ...form, times, apart: "concept" }) },
    alt: "Rows of a noisy image and what becomes of it, beside the image of the label's concept",
    caption: `One image of each label (p = ${options.noise}, selected pixels ${swapped(options)}) over t iterations of x(t+1) = E[p(x | E[q(z | x(t))])]; at the right the image of the label's concept.`,
  };
}

function animation(course: ImagesOverTime, { dataset }: Subject, options: RepeatedInferenceOptions): NamedFigure {
  const { height, width, channels } = dataset.picture;
  const grid = { height, width, channels: channels === 3 ? (3 as const) : (1 as const), columns: course.labels.length };
  // Every iteration at first, then every fourth: the course is slow there, and the file stays small.
  const times = Array.from(course.x.keys()).filter((t) => t <= 20 || t % 4 === 0 || t === options.steps);
  const frames = frameGrid(joined(times.map((t) => joined([course.x[t], course.concepts]))), times.length, grid);
  const delay = times.map((t, i) => (i === 0 || i === times.length - 1 ? 1500 : t < 10 ? 250 : 120));
  return {
    name: "animation",
    image: { gif: encodeGif(frames, { delay }) },
    alt: "The same images as an animation, above the images of the concepts",
    caption: `The same as an animation, t = 0…${options.steps}; below, the images of the concepts.`,
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
