import { internal } from "../base/errors.ts";
import { input, noise } from "../graph/leaves.ts";
import { add, mul, sub } from "../graph/ops/arithmetic.ts";
import type { Model } from "../models/model.ts";
import { noiseOf } from "../runtime/feeds.ts";
import type { Feeds, Runtime, SessionOptions } from "../runtime/session.ts";
import { frameAt, openFrames } from "./frame-session.ts";
import type { Parameters } from "./inference.ts";

/** How a predictor is opened. */
export interface PredictorOptions {
  /** Sequences side by side. */
  readonly count: number;
  /** Frames of each. */
  readonly length: number;
  /** Turns of Gibbs sampling, for models that predict by it (default 25, as in Sutskever, Hinton & Taylor 2008). */
  readonly turns?: number;
  /** What the model is fed where it sees no frame: the mean of its prediction (default), or a draw. */
  readonly feed?: "mean" | "sample";
  /** Seed of the draws, which are the same at every call. */
  readonly seed: number;
}

/** What was predicted, and what the model was fed. */
export interface PredictedSequences {
  /** E[y_t | frames before t]: (time, sequence, …frame). The first frame's is from empty states. */
  readonly predictions: Float32Array;
  /** The frames that the model took in: (time, sequence, …frame). */
  readonly frames: Float32Array;
}

/** A trained model that says what comes next. */
export interface Predictor {
  /** Sets parameters, as often as wanted. */
  write(parameters: Parameters): Promise<void>;
  /**
   * Predicts each frame from those before it.
   * @param frames (sequence, time, …frame), as data sets give them; the first `observed` of each are looked at
   */
  predict(frames: Float32Array, options?: PredictOptions): Promise<PredictedSequences>;
  dispose(): Promise<void>;
}

export interface PredictOptions {
  /** Frames that the model sees, the first ones (default: all). After them it runs free, on its own predictions. */
  readonly observed?: number;
  /** False: states are 0 before every frame, as if nothing were recurrent. */
  readonly recurrent?: boolean;
}

/** Opens a model that predicts frames. */
export async function openPredictor(
  model: Model,
  runtime: Runtime,
  { count, length, turns = 25, feed = "mean", seed }: PredictorOptions,
  options: SessionOptions = {},
): Promise<Predictor> {
  const session = await openFrames(
    model,
    runtime,
    count,
    ({ filter, batch, y, before }) => {
      const p = filter.predict?.(before, { batch, turns }) ?? internal(`${model.name} does not predict`);
      const own = feed === "mean" ? p.mean : p.sample(noise("predict/frame", p.noise, p.mean.shape));
      const seen = input("seen", []);
      const fed = add(mul(y, seen), mul(own, sub(1, seen)));
      return { name: "predictor", outputs: { prediction: p.mean, fed }, after: filter.step(fed, before).states };
    },
    options,
  );
  const size = count * session.width;
  const nothing = new Float32Array(size);
  const draw = noiseOf(session.program.noise, seed, "predict");
  return {
    write: session.write,
    async predict(frames, { observed = length, recurrent = true } = {}) {
      const [predictions, taken] = [new Float32Array(length * size), new Float32Array(length * size)];
      let draws: Feeds = {};
      for (let t = 0; t < length; t++) {
        draws = draw(t, draws);
        const seen = t < observed;
        const [{ prediction, fed }] = await session.run([
          {
            ...draws,
            y: seen ? frameAt(frames, t, count, session.width) : nothing,
            seen: Float32Array.of(Number(seen)),
            begins: Float32Array.of(Number(t === 0 || !recurrent)),
          },
        ]);
        predictions.set(prediction, t * size);
        taken.set(fed, t * size);
      }
      return { predictions, frames: taken };
    },
    dispose: session.dispose,
  };
}
