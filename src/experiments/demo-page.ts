import { join } from "node:path";
import { openInference } from "../analyses/inference.ts";
import { invertPixels } from "../analyses/pixel-noise.ts";
import { principalComponents } from "../analyses/principal-components.ts";
import { repeatedInference } from "../analyses/repeated-inference.ts";
import { sampleModel } from "../analyses/samples.ts";
import { writeFileAtomic } from "../base/files.ts";
import { stream } from "../base/random.ts";
import type { Dataset } from "../data/dataset.ts";
import { lineChart, scatterChart } from "../figures/chart.ts";
import { imageGrid, stackRows } from "../figures/image-grid.ts";
import { imagePanel } from "../figures/image-panel.ts";
import { page, type Section } from "../figures/page.ts";
import { encodePng } from "../figures/png.ts";
import { loadParameters, observedField, openRun, openRunData, type RunContext } from "../recipes/run.ts";
import { readMetricLog } from "../training/metric-log.ts";

/** Iterations of repeated inference, and which of them are shown. */
const SHOWN = [0, 1, 2, 3, 4, 6, 8, 12, 20, 40];

/** Images on the map of the latents. */
const MAPPED = 2000;

/** Share of the pixels that are inverted before repeated inference cleans the digit (p in the paper, which goes up to 0.2 and beyond). */
const NOISE = 0.05;

/**
 * Draws what a run of a still-image model has learned: learning curves, reconstructions, samples, a map of the latents, and noisy images
 * cleaned by repeated inference. Writes `index.html` and the figures into the run folder.
 * @returns the page's path
 */
export async function demoPage(folder: string, context: RunContext): Promise<string> {
  const run = openRun(folder);
  const { record, model } = run;
  const dataset = await openRunData(record, context.data);
  const parameters = loadParameters(run);
  const options = { threads: context.threads };
  const inference = await openInference(model, parameters, context.runtime, options);
  const figures: Record<string, Uint8Array | string> = {};
  try {
    const chart = learningCurves(folder);
    const originals = await readImages(dataset, firstOfEachClass(dataset, 2));
    const means = await inference.encode(originals.images);
    const rebuilt = await inference.decode(means);
    const reconstructions = panel(dataset, "reconstructions", pairRows(originals.images, rebuilt, dataset), 10, [
      "image",
      "reconstruction",
      "image",
      "reconstruction",
    ]);
    const dreams = await sampleModel(model, parameters, context.runtime, { n: 60, seed: record.seed }, options);
    const samples = imageGrid(dreams, { ...shapeOf(dataset), columns: 12 });
    const map = await latentMap(dataset, inference.encode);
    const cleaned = await cleaning(run, dataset, parameters, context);
    const fallback = record.data.generated && run.config.data.id !== record.data.id;

    const sections: Section[] = [
      {
        kind: "text",
        paragraphs: [
          `${run.recipe.about}`,
          `${fallback ? "Generated digits took the place of MNIST, which was not at hand. " : ""}Data: ${record.data.title}. ${record.data.provenance}`,
        ],
      },
      {
        kind: "facts",
        facts: [
          [
            "Test ELBO (higher is better)",
            record.metrics?.["test"] ? `${record.metrics["test"]["elbo"].toFixed(2)} nats per image` : "not evaluated",
          ],
          ["Training", `${run.config.train.epochs} epochs, ${record.step} steps, ${Math.round(record.seconds ?? 0)} s`],
          [
            "Sizes",
            Object.entries(run.config.model)
              .map(([name, v]) => `${name} ${v}`)
              .join(", "),
          ],
          ["Recipe", `${record.recipe}, preset ${record.preset}, seed ${record.seed}`],
          ["Machine", `${record.machine["cpu"]}, ${record.threads} threads`],
        ],
      },
      {
        kind: "figure",
        heading: "Learning",
        image: { svg: chart },
        alt: "Evidence lower bound over epochs, for training batches and the test set",
        caption: "Evidence lower bound over training. The test curve is measured on all test images after every epoch.",
      },
      {
        kind: "figure",
        heading: "Reconstructions",
        image: { svg: reconstructions },
        alt: "Test images, and below each its reconstruction",
        caption: "Test images and, below each, the mean of p(x | z) at the mean of q(z | x).",
      },
      {
        kind: "figure",
        heading: "Samples",
        image: { picture: samples },
        alt: "Sixty images generated from the prior",
        caption: "Images generated from z drawn from the prior N(0, I): the model's sleep.",
      },
      {
        kind: "figure",
        heading: "Latent space",
        image: { svg: map },
        alt: "Scatter plot of test images on the first two principal components of their latent means, coloured by class",
        caption: `Means of q(z | x) of ${Math.min(MAPPED, dataset.splits.test.count)} test images on their first two principal components.`,
      },
      {
        kind: "figure",
        heading: "Repeated inference",
        image: { svg: cleaned },
        alt: "Rows of a noisy image and what becomes of it when it is encoded and decoded again and again",
        caption: `${NOISE * 100} % of the pixels inverted (t = 0), then encoded and decoded again and again, x(t+1) = E[p(x | E[q(z | x(t))])]. The first iterations clean the digit; many more let it drift to wherever the model's own dynamics lead.`,
      },
      {
        kind: "code",
        heading: "Go on from here",
        code: [
          `npx helmholtz eval ${folder}`,
          `npx helmholtz generate ${folder} --count 100`,
          `npx helmholtz export ${folder}`,
          "npx helmholtz train concept/vae --preset paper --out runs/paper",
        ].join("\n"),
      },
    ];
    Object.assign(figures, {
      "learning.svg": chart,
      "reconstructions.svg": reconstructions,
      "samples.png": encodePng(samples),
      "latent-map.svg": map,
      "repeated-inference.svg": cleaned,
    });
    for (const [name, data] of Object.entries(figures)) writeFileAtomic(join(folder, "figures", name), data);
    const path = join(folder, "index.html");
    const subtitle = `${record.recipe} on ${record.data.title}`;
    writeFileAtomic(path, page({ title: run.recipe.title, subtitle, sections }));
    return path;
  } finally {
    await inference.dispose();
  }
}

function learningCurves(folder: string): string {
  const records = readMetricLog(join(folder, "metrics.jsonl"));
  const curve = (split: string, value: (m: Readonly<Record<string, number>>) => number): [number, number][] =>
    records.filter((r) => r.split === split).map((r) => [r.epoch, value(r.metrics)]);
  // The first part of an epoch is far below the rest and would squeeze it; both curves start at the end of it.
  const start = Math.min(...curve("test", () => 0).map(([epoch]) => epoch)) / 2;
  const train = curve("train", (m) => -m["loss"]).filter(([epoch]) => epoch >= start);
  return lineChart({
    id: "learning",
    series: [
      { name: "training batches", points: train },
      { name: "test images", points: curve("test", (m) => m["elbo"]) },
    ],
    x: { label: "epoch" },
    y: { label: "ELBO", unit: "nats per image" },
  });
}

async function readImages(
  dataset: Dataset,
  indices: readonly number[],
): Promise<{ images: Float32Array; labels: Float32Array }> {
  const { height, width, channels } = dataset.picture;
  const images = new Float32Array(indices.length * height * width * channels);
  const labels = new Float32Array(indices.length);
  dataset.splits.test.read(observedField(dataset), indices, images);
  dataset.splits.test.read("label", indices, labels);
  return { images, labels };
}

/** The first `n` test images of every class: all classes' first ones, then all classes' second ones … */
function firstOfEachClass(dataset: Dataset, n: number): number[] {
  const { test } = dataset.splits;
  const labels = new Float32Array(test.count);
  test.read(
    "label",
    Uint32Array.from({ length: test.count }, (_, i) => i),
    labels,
  );
  const found = dataset.classes.map(() => [] as number[]);
  labels.forEach((label, i) => {
    if (found[label].length < n) found[label].push(i);
  });
  return Array.from({ length: n }, (_, k) => found.flatMap((list) => list.slice(k, k + 1))).flat();
}

/** Rows of ten images with the row of their reconstructions below. */
function pairRows(a: Float32Array, b: Float32Array, { picture }: Dataset): Float32Array {
  const row = 10 * picture.height * picture.width * picture.channels;
  const rows = Array.from({ length: a.length / row }, (_, i) => [
    a.slice(i * row, (i + 1) * row),
    b.slice(i * row, (i + 1) * row),
  ]);
  return stackRows(rows.flat());
}

/** Height, width and channels as the grid wants them: grey or RGB. */
function shapeOf({ picture }: Dataset): { height: number; width: number; channels: 1 | 3 } {
  return { ...picture, channels: picture.channels === 3 ? 3 : 1 };
}

function panel(
  dataset: Dataset,
  id: string,
  images: Float32Array,
  columns: number,
  rowNames: string[],
  columnNames?: string[],
): string {
  return imagePanel(images, {
    id,
    ...shapeOf(dataset),
    columns,
    scale: 2,
    rowNames,
    ...(columnNames && { columnNames }),
  });
}

async function latentMap(
  dataset: Dataset,
  encode: (x: Float32Array) => Promise<Record<string, Float32Array>>,
): Promise<string> {
  const n = Math.min(MAPPED, dataset.splits.test.count);
  const { images, labels } = await readImages(
    dataset,
    Array.from({ length: n }, (_, i) => i),
  );
  const [z] = Object.values(await encode(images));
  const plane = principalComponents(z, z.length / n).project(z, 2);
  return scatterChart({
    id: "latent-map",
    points: Array.from({ length: n }, (_, i) => ({ x: plane[2 * i], y: plane[2 * i + 1], group: labels[i] })),
    groups: [...dataset.classes],
    x: { label: "first principal component" },
    y: { label: "second principal component" },
    equal: true,
  });
}

async function cleaning(
  run: ReturnType<typeof openRun>,
  dataset: Dataset,
  parameters: Record<string, Float32Array>,
  { runtime, threads }: RunContext,
): Promise<string> {
  const chosen = firstOfEachClass(dataset, 1).filter((_, i) => [2, 3, 6, 9].includes(i));
  const { images } = await readImages(dataset, chosen);
  const start = invertPixels(images, NOISE, stream(run.record.seed, "demo/noise"));
  const T = SHOWN[SHOWN.length - 1];
  const { x } = await repeatedInference(run.model, parameters, runtime, { start, T, keep: SHOWN }, { threads });
  const size = images.length / chosen.length;
  const rows = chosen.map((_, i) => {
    const cut = (all: Float32Array): Float32Array => all.slice(i * size, (i + 1) * size);
    return stackRows([cut(images), ...SHOWN.map((t) => cut(x[t]))]);
  });
  return panel(
    dataset,
    "repeated-inference",
    stackRows(rows),
    SHOWN.length + 1,
    [],
    ["clean", ...SHOWN.map((t) => `t = ${t}`)],
  );
}
