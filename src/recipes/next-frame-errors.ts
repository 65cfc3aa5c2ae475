import { openPredictor } from "../analyses/next-frame.ts";
import { stream } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { type Dataset, fieldOf, type Split } from "../data/dataset.ts";
import type { Evaluator } from "../training/evaluate.ts";
import type { EvaluationParts } from "./recipe.ts";

/** Sequences that are predicted side by side, at most: the draws of a chain for more would fill the memory. */
const TOGETHER = 100;

/**
 * How well a model predicts frames one step ahead. "next-frame-mse": mean squared error a pixel over frames t ≥ 2 of all sequences;
 * "next-frame-sse": the same, summed over a frame's pixels. Null controls, as "…-mse" on the same frames: "copy-last", the frame before; "mean-frame",
 * the mean training frame; "no-recurrence", the model with states of 0; "shuffled-time", the model on sequences of which the frames
 * come in random order, where it should be no better than without a past.
 */
export async function nextFrameEvaluator({
  model,
  dataset,
  split,
  field,
  runtime,
  threads,
  seed,
}: EvaluationParts): Promise<Evaluator> {
  const total = split.count;
  const count = Math.min(TOGETHER, total);
  const fixed = meanFrame(dataset, field);
  const predictor = await openPredictor(model, runtime, { count, length: lengthOf(dataset, field), seed }, { threads });
  return {
    async evaluate(parameters) {
      await predictor.write(parameters);
      const errors: Record<string, number[]> = {};
      for (let from = 0; from < total; from += count) {
        const first = Math.min(from, total - count); // the last ones go with some that were scored before
        const { frames, length } = readFrames(dataset, split, field, count, first);
        const shuffled = shuffledInTime(frames, { count, length, first }, seed);
        const error = async (of: Float32Array, recurrent = true): Promise<number[]> =>
          sequenceErrors((await predictor.predict(of, { recurrent })).predictions, of, { count, length });
        const found = {
          "next-frame-mse": await error(frames),
          ...controlErrors(frames, fixed, { count, length }),
          "no-recurrence-mse": await error(frames, false),
          "shuffled-time-mse": await error(shuffled),
        };
        for (const [name, list] of Object.entries(found)) (errors[name] ??= []).push(...list.slice(from - first));
      }
      const { "next-frame-mse": mse, ...controls } = Object.fromEntries(
        Object.entries(errors).map(([name, list]) => [name, list.reduce((a, b) => a + b, 0) / total]),
      );
      const scores = { "next-frame-mse": mse, "next-frame-sse": mse * fixed.length, ...controls };
      return { terms: {}, scores, count: total };
    },
    dispose: () => predictor.dispose(),
  };
}

/** Sequences of frames. */
interface Sequences {
  readonly count: number;
  readonly length: number;
}

const lengthOf = (dataset: Dataset, field: string): number => fieldOf(dataset, field).shape[0].size;

/** Some sequences of a split: frames (sequence, time, …frame), and the size of one. @param first number of the first */
export function readFrames(
  dataset: Dataset,
  split: Split,
  field: string,
  count: number,
  first = 0,
): { readonly frames: Float32Array; readonly length: number; readonly width: number } {
  const [{ size: length }, ...frame] = fieldOf(dataset, field).shape;
  const width = sizeOf(frame);
  const frames = new Float32Array(count * length * width);
  split.read(
    field,
    Uint32Array.from({ length: count }, (_, i) => first + i),
    frames,
  );
  return { frames, length, width };
}

/**
 * Mean squared error a pixel over t ≥ 2, one number a sequence.
 * @param predictions (time, sequence, …frame)
 * @param frames      (sequence, time, …frame)
 */
export function sequenceErrors(
  predictions: Float32Array,
  frames: Float32Array,
  { count, length }: Sequences,
): number[] {
  const width = frames.length / (count * length);
  return Array.from({ length: count }, (_, n) => {
    let sum = 0;
    for (let t = 1; t < length; t++) {
      const [p, y] = [(t * count + n) * width, (n * length + t) * width];
      for (let i = 0; i < width; i++) sum += (predictions[p + i] - frames[y + i]) ** 2;
    }
    return sum / ((length - 1) * width);
  });
}

/** The same of predictors that need no model. @param frames (sequence, time, …frame) */
export function controlErrors(frames: Float32Array, meanFrame: Float64Array, { count, length }: Sequences) {
  const width = meanFrame.length;
  const [copied, averaged] = [new Array<number>(count).fill(0), new Array<number>(count).fill(0)];
  for (let n = 0; n < count; n++) {
    for (let t = 1; t < length; t++) {
      const y = (n * length + t) * width;
      for (let i = 0; i < width; i++) {
        copied[n] += (frames[y + i] - frames[y - width + i]) ** 2;
        averaged[n] += (frames[y + i] - meanFrame[i]) ** 2;
      }
    }
  }
  const per = (length - 1) * width;
  return { "copy-last-mse": copied.map((e) => e / per), "mean-frame-mse": averaged.map((e) => e / per) };
}

/** Training sequences that a mean frame is taken of, at most: its error then hardly differs from that of the mean of all. */
const ENOUGH = 200;

/** The mean of training frames. */
export function meanFrame(dataset: Dataset, field: string): Float64Array {
  const { train } = dataset.splits;
  const sequences = Math.min(train.count, ENOUGH);
  let sum = new Float64Array();
  for (let n = 0; n < sequences; n++) {
    const { frames, width, length } = readFrames(dataset, train, field, 1, n);
    if (n === 0) sum = new Float64Array(width);
    for (let k = 0; k < frames.length; k++) sum[k % width] += frames[k] / (length * sequences);
  }
  return sum;
}

/**
 * Frames (sequence, time, …frame) with the times of each sequence in a random order.
 * @param first number of the first sequence: the order of each depends on its number and the seed
 */
export function shuffledInTime(
  frames: Float32Array,
  { count, length, first = 0 }: Sequences & { readonly first?: number },
  seed: number,
): Float32Array {
  const order = stream(seed, "next-frame/shuffled-time");
  const width = frames.length / (count * length);
  const out = new Float32Array(frames.length);
  for (let n = 0; n < count; n++) {
    for (const [t, from] of order.permutation(first + n, length).entries()) {
      const at = (n * length + from) * width;
      out.set(frames.subarray(at, at + width), (n * length + t) * width);
    }
  }
  return out;
}
