import type { Dataset } from "../../data/dataset.ts";
import { frameGrid } from "../../figures/frame-grid.ts";
import { encodeGif } from "../../figures/gif.ts";
import { filmStrip, type StripRow } from "../../figures/strip.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import { shapeOf } from "../report/part.ts";
import type { FilmOptions, FilmPictures } from "./film-prediction.ts";

/** A model's pictures under its name. */
export interface ShownFilms {
  readonly name: string;
  readonly pictures: FilmPictures;
}

/** Columns of a strip. */
const COLUMNS = 12;

/** One-step predictions of the first film, those errors, and what models go on with on their own, as strips and as an animation. */
export function filmFigures(models: readonly ShownFilms[], dataset: Dataset, options: FilmOptions): NamedFigure[] {
  return [predictedStrip(models, dataset, options), ...generatedFigures(models, dataset, options)];
}

/** The first film, each model's prediction of it, and how far each pixel is off. */
function predictedStrip(
  models: readonly ShownFilms[],
  dataset: Dataset,
  { observed, shown }: FilmOptions,
): NamedFigure {
  const [{ pictures }] = models;
  const length = framesOf(pictures.truth, dataset) / shown;
  const first = Math.max(1, Math.min(observed, length - COLUMNS));
  const times = Array.from({ length: Math.min(COLUMNS, length - first) }, (_, i) => first + i);
  const of = (frames: Float32Array): Float32Array => firstFilm(frames, times, dataset, shown);
  const truth = of(pictures.truth);
  const rows: StripRow[] = models.flatMap(({ name, pictures }) => {
    const predicted = of(pictures.predicted);
    return [
      { name, images: predicted },
      { name: "error", images: predicted.map((p, i) => Math.abs(p - truth[i])) },
    ];
  });
  return {
    name: "predicted-strip",
    image: {
      svg: filmStrip([{ name: "film", images: truth }, ...rows], stripOptions("predicted-strip", dataset, times)),
    },
    alt: "A film's frames, what each model predicted them to be, and how far each pixel is off",
    caption: `A test film; below it, for each model, the mean of the frame that it expected from those before, and the size of its error.`,
  };
}

/** The first film as it goes on, and as models go on with it on their own; all shown films as an animation. */
function generatedFigures(models: readonly ShownFilms[], dataset: Dataset, options: FilmOptions): NamedFigure[] {
  const { observed, generated, shown } = options;
  const total = Math.min(observed + generated, framesOf(models[0].pictures.truth, dataset) / shown);
  const before = Math.min(3, observed);
  const after = Math.min(COLUMNS, total - observed);
  const times = Array.from({ length: before + after }, (_, i) => observed - before + i);
  const films = [
    { name: "film", frames: models[0].pictures.truth },
    ...models.map(({ name, pictures }) => ({ name, frames: pictures.generated })),
  ];
  const rows = films.map(({ name, frames }) => ({ name, images: firstFilm(frames, times, dataset, shown) }));
  const spans = [
    { from: 0, to: before - 1, label: "seen" },
    { from: before, to: times.length - 1, label: "made by the models" },
  ];
  const names = films.map(({ name }) => name).join(", ");
  return [
    {
      name: "generated-strip",
      image: { svg: filmStrip(rows, { ...stripOptions("generated-strip", dataset, times), spans }) },
      alt: "A film's frames, and those that models made of their own after the first ones",
      caption: `A test film, and how models go on with it: after ${observed} frames each is fed its own predictions (their means).`,
    },
    {
      name: "generated-animation",
      image: { gif: animation(films, dataset, shown, total) },
      alt: "Films side by side: the true one, and those that models made of their own",
      caption: `The same as an animation of ${total} frames, ${shown} test films one below the other; from the left: ${names}.`,
    },
  ];
}

/** A column for each source of frames, a row for each film. */
function animation(
  sources: readonly { readonly frames: Float32Array }[],
  dataset: Dataset,
  shown: number,
  times: number,
): Uint8Array {
  const size = frameSize(dataset);
  const out = new Float32Array(times * shown * sources.length * size);
  for (let t = 0, to = 0; t < times; t++) {
    for (let film = 0; film < shown; film++) {
      for (const { frames } of sources) {
        const from = (t * shown + film) * size;
        out.set(frames.subarray(from, from + size), to);
        to += size;
      }
    }
  }
  const { height } = dataset.picture;
  const scale = Math.max(1, Math.round(96 / height));
  const grid = { ...shapeOf(dataset), columns: sources.length, scale, gap: 4 };
  return encodeGif(frameGrid(out, times, grid), { delay: 100 });
}

/** Frames of the first film at some times. @param frames (time, film, …frame) */
function firstFilm(frames: Float32Array, times: readonly number[], dataset: Dataset, shown: number): Float32Array {
  const size = frameSize(dataset);
  const out = new Float32Array(times.length * size);
  for (const [i, t] of times.entries()) out.set(frames.subarray(t * shown * size, (t * shown + 1) * size), i * size);
  return out;
}

function stripOptions(id: string, dataset: Dataset, times: readonly number[]) {
  const { height: imageHeight, width: imageWidth, channels } = shapeOf(dataset);
  return { id, imageHeight, imageWidth, channels, times: times.map((t) => t + 1) };
}

const frameSize = ({ picture: { height, width, channels } }: Dataset): number => height * width * channels;

const framesOf = (frames: Float32Array, dataset: Dataset): number => frames.length / frameSize(dataset);
