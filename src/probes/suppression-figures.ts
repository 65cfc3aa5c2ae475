import { lineChart, lineLegend, type Series } from "../figures/chart.ts";
import { byTime, frameGrid } from "../figures/frame-grid.ts";
import { encodeGif } from "../figures/gif.ts";
import { stackRows } from "../figures/image-grid.ts";
import { panels } from "../figures/panels.ts";
import { filmStrip } from "../figures/strip.ts";
import { type Films, frameOf, testFilms } from "./films.ts";
import type { NamedFigure } from "./probe.ts";
import type { Subject } from "./subject.ts";
import type { SuppressionOptions, SuppressionResult } from "./suppression.ts";
import { type Condition, predictUnder, suppressionConditions } from "./suppression-conditions.ts";

/** A strip of frames, the same of several films as an animation, and what is kept over time. */
export async function suppressionFigures(
  subject: Subject,
  options: SuppressionOptions,
  result: SuppressionResult,
): Promise<NamedFigure[]> {
  const { observed, during } = options;
  const films = testFilms(subject, "suppression", Math.min(options.shown, result.sequences));
  const all = suppressionConditions(subject.model, during === "all" ? 0 : observed);
  const shown = all.filter(({ id }) => !/^top-down\d/.test(id));
  const rows: Row[] = [{ name: "ground truth", frames: films.frames }];
  for (const condition of shown) {
    rows.push({ name: condition.name, frames: await predictUnder(subject, films, condition, observed) });
  }
  return [stripFigure(films, rows, options), animation(films, rows, options), keptFigure(result, shown)];
}

/** What a row of pictures shows. */
interface Row {
  readonly name: string;
  /** (film, time, pixel) */
  readonly frames: Float32Array;
}

/** "from frame 10 on" */
const when = ({ during, observed }: SuppressionOptions): string =>
  during === "all" ? "from the first frame on" : `from frame ${observed} on`;

function stripFigure(films: Films, rows: readonly Row[], options: SuppressionOptions): NamedFigure {
  const { size, length, count } = films;
  const { observed } = options;
  const strips = Array.from({ length: count }, (_, film) =>
    filmStrip(
      rows.map(({ name, frames }) => ({
        name,
        images: stackRows(Array.from({ length }, (_, t) => frameOf(films, frames, film, t))),
      })),
      {
        id: `suppression-strip-${film}`,
        imageHeight: size.height,
        imageWidth: size.width,
        time: "frame",
        spans: [
          { from: 0, to: observed - 1, label: "seen" },
          { from: observed, to: length - 1, label: "predicted" },
        ],
      },
    ),
  );
  return {
    name: "strip",
    image: { svg: panels(strips, { id: "suppression-strips", columns: 1, labels: count > 1 }) },
    alt: "Rows of frames over time: the true ones, and those predicted undisturbed and with a layer's state or the top-down input suppressed",
    caption: `The first ${count === 1 ? "film" : `${count} films`} of the test split, and what is predicted, each frame from those before; frames from ${observed} on from predicted ones. Suppressed ${when(options)}.`,
  };
}

function animation(films: Films, rows: readonly Row[], options: SuppressionOptions): NamedFigure {
  const { size, length, count } = films;
  // One film a row: byTime wants all images of a film side by side.
  const images = stackRows(
    Array.from({ length: count }, (_, film) =>
      stackRows(
        rows.map(({ frames }) => frames.subarray((film * frames.length) / count, ((film + 1) * frames.length) / count)),
      ),
    ),
  );
  const frames = frameGrid(byTime(images, count * rows.length, length), length, {
    ...size,
    columns: rows.length,
    scale: Math.max(1, Math.floor(96 / size.width)),
  });
  const delay = Array.from({ length }, (_, t) => (t === options.observed - 1 || t === length - 1 ? 900 : 200));
  return {
    name: "animation",
    image: { gif: encodeGif(frames, { delay }) },
    alt: "The same frames as an animation, one film a row",
    caption: `The same as an animation, one film a row; from the left: ${rows.map(({ name }) => name).join(", ")}. It pauses at frame ${options.observed - 1}, the last that is seen.`,
  };
}

type Measure = "position" | "overlap" | "accuracy";

function keptFigure({ ahead, seen, observed, sequences }: SuppressionResult, shown: readonly Condition[]): NamedFigure {
  const { conditions, nothing, ceiling } = ahead;
  const kept = [...conditions.filter((c) => shown.some(({ id }) => id === c.id)), nothing];
  const measures: readonly [Measure, string, string?][] = [
    ["position", "position error", "px"],
    ["overlap", "overlap of shapes"],
    ...(ceiling ? [["accuracy", "judged right"] as [Measure, string]] : []),
  ];
  const series = (key: Measure): Series[] =>
    kept.map(({ id, name }): Series => {
      const points = [seen, ahead].flatMap((stretch) => {
        const found = stretch && [...stretch.conditions, stretch.nothing].find((c) => c.id === id);
        return (found?.[key]?.course ?? []).map((estimate, t) => ({ t: stretch!.from + t, ...estimate }));
      });
      return {
        name,
        points: points.map(({ t, value }) => [t, value] as const),
        low: points.map(({ low }) => low),
        high: points.map(({ high }) => high),
        dashed: id === nothing.id,
      };
    });
  const charts = measures.map(([key, label, unit]) =>
    lineChart({
      id: `suppression-${key}`,
      width: ceiling ? 330 : 440,
      legend: false,
      background: false,
      series: series(key),
      x: { label: "frame" },
      y: { label, ...(unit ? { unit } : { domain: [0, 1] as const }) },
      rules: key === "accuracy" && ceiling ? [{ y: ceiling.value, label: "" }] : [],
      regions: seen ? [{ from: seen.from, to: observed - 0.5, label: "seen" }] : [],
    }),
  );
  const judged = ceiling
    ? ", (c) share of frames in which the classifier sees the right digit (dotted: of true frames)"
    : "";
  const legend = lineLegend(series("position"));
  return {
    name: "kept",
    image: { svg: panels(charts, { id: "suppression-kept", labels: true, legend }) },
    alt: "Error of the predicted position and overlap of the predicted shape over time, undisturbed and with a layer's state or the top-down input suppressed",
    caption: `(a) Distance between the centres of mass of predicted and true frame, (b) intersection over union of their ink, centres brought together${judged}. Dashed: of the position the middle of the frame, of the shape another film's. Means of ${sequences} films with 95 % bootstrap intervals.`,
  };
}
