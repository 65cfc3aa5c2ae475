import { openPredictor, type PredictedSequences } from "../../analyses/next-frame.ts";
import { byTime } from "../../figures/frame-grid.ts";
import { readFrames, sequenceErrors } from "../../recipes/next-frame-errors.ts";
import type { TrainedRun } from "../experiment.ts";

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

/** Asks a run for one-step predictions of test films, and for frames of its own. */
export async function filmPrediction({ run, open }: TrainedRun, options: FilmOptions): Promise<FilmPrediction> {
  const { model, dataset, field, parameters, runtime, options: session, seed } = await open();
  const split = dataset.splits.test;
  const count = Math.min(options.films, split.count);
  const { frames, length, width } = readFrames(dataset, split, field, count);
  const predict = async (films: number, times: number, observed: number): Promise<PredictedSequences> => {
    const predictor = await openPredictor(model, runtime, { count: films, length: times, seed }, session);
    await predictor.write(parameters);
    const found = await predictor.predict(frames.subarray(0, films * length * width), { observed });
    await predictor.dispose();
    return found;
  };
  const { predictions } = await predict(count, length, length);
  const shown = Math.min(options.shown, count);
  const times = options.observed + options.generated;
  return {
    kind: String(run.config.model["kind"]),
    seed: run.record.seed,
    scores: run.record.metrics?.["test"] ?? {},
    errors: sequenceErrors(predictions, frames, { count, length }),
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
