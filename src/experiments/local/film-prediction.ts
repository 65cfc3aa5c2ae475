import { openPredictor, type PredictedSequences } from "../../analyses/next-frame.ts";
import { byTime } from "../../figures/frame-grid.ts";
import { readFrames, sequenceErrors } from "../../recipes/next-frame-errors.ts";
import type { TrainedRun } from "../experiment.ts";
import { average } from "../spread.ts";

/** How models are asked for frames. */
export interface FilmOptions {
  /** Test films whose errors are resampled for intervals, at most. */
  readonly films: number;
  /** Resamples of the bootstrap. */
  readonly resamples: number;
  /** Films that are gone on with. */
  readonly shown: number;
  /** Frames that are seen of them. */
  readonly observed: number;
  /** Frames that models then make of their own. */
  readonly generated: number;
  /** Chains whose predictions are averaged, and films that they are asked for, at most. */
  readonly chains: number;
  readonly chainFilms: number;
}

/** What a trained model made of test films. */
export interface FilmPrediction {
  /** "refh", as in the recipe's configuration. */
  readonly kind: string;
  readonly seed: number;
  /** Scores of the recipe on all test films: "next-frame-mse" and null controls. */
  readonly scores: Readonly<Record<string, number>>;
  /** Mean squared error of each film's one-step predictions, t ≥ 2. */
  readonly errors: readonly number[];
  /** Of some films: error of one chain's predictions, and of the mean of several chains'. */
  readonly chains: { readonly films: number; readonly one: number; readonly mean: number };
  /** Does the model have a past to predict from? */
  readonly recurrent: boolean;
  /** Of the first test films. */
  readonly pictures: FilmPictures;
}

/** Frames (time, film, …frame). */
export interface FilmPictures {
  readonly truth: Float32Array;
  /** One step ahead. */
  readonly predicted: Float32Array;
  /** Seen at first, then made by the model. */
  readonly generated: Float32Array;
}

/** Between the seeds of chains: farther than seeds of runs lie apart. */
const ANOTHER = 1000;

/** Asks a run for one-step predictions of test films, and for frames of its own. */
export async function filmPrediction({ run, open }: TrainedRun, options: FilmOptions): Promise<FilmPrediction> {
  const { model, dataset, field, parameters, runtime, options: session, seed } = await open();
  const split = dataset.splits.test;
  const count = Math.min(options.films, split.count);
  const { frames, length, width } = readFrames(dataset, split, field, count);
  const predict = async (films: number, times: number, observed: number, own = seed): Promise<PredictedSequences> => {
    const predictor = await openPredictor(model, runtime, { count: films, length: times, seed: own }, session);
    await predictor.write(parameters);
    const found = await predictor.predict(frames.subarray(0, films * length * width), { observed });
    await predictor.dispose();
    return found;
  };
  const { predictions } = await predict(count, length, length);
  const errors = sequenceErrors(predictions, frames, { count, length });
  const films = Math.min(options.chainFilms, count);
  const mean = firstOfEach(predictions, { count, shown: films, width });
  for (let chain = 1; chain < options.chains; chain++) {
    const other = (await predict(films, length, length, seed + chain * ANOTHER)).predictions;
    other.forEach((p, i) => void (mean[i] += (p - mean[i]) / (chain + 1)));
  }
  const shown = Math.min(options.shown, count);
  const times = options.observed + options.generated;
  return {
    kind: String(run.config.model["kind"]),
    seed: run.record.seed,
    scores: run.record.metrics?.["test"] ?? {},
    errors,
    chains: {
      films,
      one: average(errors.slice(0, films)),
      mean: average(sequenceErrors(mean, frames.subarray(0, films * length * width), { count: films, length })),
    },
    recurrent: Object.keys(model.filter?.states ?? {}).length > 0,
    pictures: {
      truth: byTime(frames.subarray(0, shown * length * width), shown, length),
      predicted: firstOfEach(predictions, { count, shown, width }),
      generated: (await predict(shown, times, options.observed)).frames,
    },
  };
}

/** (time, film, …frame) of the first films. */
function firstOfEach(
  all: Float32Array,
  { count, shown, width }: { readonly count: number; readonly shown: number; readonly width: number },
): Float32Array {
  const length = all.length / (count * width);
  const out = new Float32Array(length * shown * width);
  for (let t = 0; t < length; t++) {
    const from = t * count * width;
    out.set(all.subarray(from, from + shown * width), t * shown * width);
  }
  return out;
}
