import { centroid } from "../analyses/concepts/concepts.ts";
import { principalComponents } from "../analyses/principal-components.ts";
import { stream } from "../base/random.ts";
import { heatMap, lineChart, scatterChart } from "../figures/chart.ts";
import type { ConceptsOptions, ConceptsResult } from "./concepts.ts";
import { type Memories, memoriesOf } from "./memories.ts";
import type { NamedFigure } from "./probe.ts";
import type { Subject } from "./subject.ts";
import { parseLabels } from "./trials.ts";

/** Concepts over latents, contributions of principal components, cosine similarities, and memories on two components. */
export async function conceptsFigures(
  subject: Subject,
  options: ConceptsOptions,
  result: ConceptsResult,
): Promise<NamedFigure[]> {
  const { classes } = subject.dataset;
  const few = parseLabels(options.few, classes);
  const all = classes.map((_, i) => i);
  const memories = await memoriesOf(subject);
  const names = few.map((label) => classes[label]).join(", ");
  return [
    {
      name: "patterns",
      image: { svg: patternMap(result) },
      alt: "Each label's concept over the latents, as colours",
      caption: `Concepts of the ${classes.length} labels over ${result.latents} latents: ${result.active.length} of these are active (variance of the posterior mean above ${options.threshold}).`,
    },
    {
      name: "contributions",
      image: { svg: contributionChart([result]) },
      alt: "Cumulative contribution of principal components of the memories",
      caption: `Principal components of the memories: ${result.components.for70} have 70 % of the variance, ${result.components.for99} have 99 % and ${result.components.for999} have 99.9 %.`,
    },
    {
      name: "cosines",
      image: { svg: cosineMap("concepts-cosines", result, 560) },
      alt: "Matrix of cosine similarities of the concepts",
      caption: `Cosine similarities of the concepts: off the diagonal mean ${result.offDiagonal.mean.toFixed(2)}, mean size ${result.offDiagonal.meanAbsolute.toFixed(2)}, at most ${result.offDiagonal.maxAbsolute.toFixed(2)}.`,
    },
    {
      name: "scatter",
      image: { svg: memoryScatter("concepts-scatter", subject, memories, all) },
      alt: "Memories of all labels on two principal components",
      caption: `Memories on their first two principal components, and the concepts of the labels.`,
    },
    {
      name: "scatter-few",
      image: { svg: memoryScatter("concepts-scatter-few", subject, memories, few) },
      alt: `Memories of the labels ${names} on two principal components`,
      caption: `Memories of the labels ${names} alone, on the first two principal components of these.`,
    },
  ];
}

function patternMap({ concepts, labels, latents }: ConceptsResult): string {
  return heatMap({
    id: "concepts-patterns",
    width: 920,
    values: concepts.flat(),
    rows: [...labels],
    columns: latents,
    diverging: true,
    x: { label: "latent" },
    y: { label: "label" },
    value: { label: "concept" },
  });
}

/** Cumulative contributions, a line for each run, with levels and numbers of components of the first. */
export function contributionChart(runs: readonly ConceptsResult[]): string {
  const [{ active }] = runs;
  return lineChart({
    id: "concepts-contributions",
    width: 460,
    legend: false,
    series: runs.map(({ contributions }, run) => ({
      name: run === 0 ? "contribution" : "",
      points: [[0, 0] as const, ...contributions.map((share, k) => [k + 1, 100 * share] as const)],
      color: run,
    })),
    rules: [
      { y: 70, label: "70 %" },
      { x: active.length, label: `${active.length} active latents` },
    ],
    x: { label: "principal components" },
    y: { label: "cumulative contribution", unit: "%", domain: [0, 102] },
  });
}

/** Cosine similarities of concepts, from −1 (blue) to 1 (red). */
export function cosineMap(
  id: string,
  { cosines, labels }: Pick<ConceptsResult, "cosines" | "labels">,
  width: number,
  bare = false,
): string {
  return heatMap({
    id,
    width,
    values: cosines.flat(),
    rows: [...labels],
    columns: [...labels],
    diverging: true,
    domain: [-1, 1],
    decimals: 2,
    x: { label: bare ? "" : "label" },
    y: { label: bare ? "" : "label" },
    value: { label: "cosine similarity" },
    ...(bare && { legend: false, background: false }),
  });
}

/** Points of a scatter plot: enough to see clusters, few enough for a small file. */
const POINTS = 4000;

/** Memories of some labels on the first two principal components of these, with the labels' concepts. */
function memoryScatter(
  id: string,
  { dataset, seed }: Subject,
  { data, labels, width }: Memories,
  shown: readonly number[],
): string {
  const group = new Map(shown.map((label, i) => [label, i]));
  const rows = Array.from(labels.keys()).filter((row) => group.has(labels[row]));
  const own = gather(data, width, rows);
  const components = principalComponents(own, width);
  const order = stream(seed, "probe/scatter").permutation(0, rows.length);
  const drawn = Array.from(order.slice(0, POINTS));
  const k = Math.min(2, width);
  const points = components.project(gather(own, width, drawn), k);
  const centres = shown.map((label) =>
    centroid(
      { data, width },
      rows.filter((row) => labels[row] === label),
    ),
  );
  const marks = components.project(Float32Array.from(centres.flatMap((c) => Array.from(c))), k);
  const share = (i: number): string => {
    const total = components.variances.reduce((a, b) => a + b, 0);
    return ((100 * (components.variances[i] ?? 0)) / total).toFixed(1);
  };
  const place = (from: Float64Array, i: number) => ({ x: from[i * k], y: k > 1 ? from[i * k + 1] : 0 });
  return scatterChart({
    id,
    width: 460,
    equal: true,
    points: drawn.map((row, i) => ({ ...place(points, i), group: group.get(labels[rows[row]]) ?? 0 })),
    groups: shown.map((label) => dataset.classes[label]),
    marked: shown.map((label, i) => ({ ...place(marks, i), label: dataset.classes[label], group: i })),
    x: { label: "component 1", unit: `${share(0)} %` },
    y: { label: "component 2", unit: `${share(1)} %` },
  });
}

function gather(data: Float32Array, width: number, rows: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => void out.set(data.subarray(row * width, (row + 1) * width), i * width));
  return out;
}
