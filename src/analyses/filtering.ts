import { internal } from "../base/errors.ts";
import { axis, sizeOf } from "../base/shape.ts";
import { input, variable } from "../graph/leaves.ts";
import { mul, sub } from "../graph/ops/arithmetic.ts";
import type { Model } from "../models/model.ts";
import { compileFor } from "../runtime/compile-for.ts";
import type { Runtime, SessionOptions } from "../runtime/session.ts";
import type { Parameters } from "./inference.ts";

/** What a model makes of sequences, frame by frame. */
export interface FilteredSequences {
  /** States after each frame, by name: (time, sequence, …state). */
  readonly states: Readonly<Record<string, Float32Array>>;
  /** E[y_t | what is believed after it]: (time, sequence, …frame). */
  readonly reconstructions: Float32Array;
}

/** A trained model that takes in sequences. */
export interface SequenceFilter {
  /** @param frames (sequence, time, …frame), as data sets give them */
  filter(frames: Float32Array): Promise<FilteredSequences>;
  dispose(): Promise<void>;
}

/**
 * Opens a model with a filter. Parameters may be set again and again.
 * @param count  sequences side by side
 * @param length frames of each
 */
export async function openFilter(
  model: Model,
  runtime: Runtime,
  { count, length }: { readonly count: number; readonly length: number },
  options: SessionOptions = {},
): Promise<SequenceFilter & { write(parameters: Parameters): Promise<void> }> {
  const { states, step } = model.filter ?? internal(`${model.name} has no filter`);
  const batch = axis("batch", count);
  const shape = model.frames ? model.observation.shape : model.observation.shape.slice(1);
  const [y, begins] = [input("y", [batch, ...shape]), input("begins", [])];
  const kept = Object.entries(states).map(([name, s]) => {
    return [name, variable(`filter/${name}`, [batch, ...s], (out) => void out.fill(0))] as const;
  });
  const before = Object.fromEntries(kept.map(([name, v]) => [name, mul(v, sub(1, begins))]));
  const { states: after, reconstruction } = step(y, before);
  const outputs = Object.fromEntries(kept.map(([name]) => [`after/${name}`, after[name]]));
  const session = await runtime.open(
    await compileFor(runtime, {
      name: `${model.name} filter`,
      outputs: { ...outputs, reconstruction: reconstruction.mean },
      updates: kept.map(([name, v]) => [v, after[name]]),
    }),
    options,
  );
  const inputs = new Set(session.program.inputs.map(({ name }) => name));
  const own = new Set(session.program.variables.map(({ name }) => name));
  const width = sizeOf(shape);

  const frame = (frames: Float32Array, t: number): Float32Array => {
    const out = new Float32Array(count * width);
    for (let n = 0; n < count; n++) {
      const from = (n * length + t) * width;
      out.set(frames.subarray(from, from + width), n * width);
    }
    return out;
  };
  return {
    write: (parameters) =>
      session.write(Object.fromEntries(Object.entries(parameters).filter(([name]) => own.has(name)))),
    async filter(frames) {
      const feeds = Array.from({ length }, (_, t) => ({
        y: frame(frames, t),
        ...(inputs.has("begins") && { begins: Float32Array.of(Number(t === 0)) }),
      }));
      const results = await session.run(feeds);
      const all = (name: string): Float32Array => {
        const size = results[0][name].length;
        const out = new Float32Array(length * size);
        for (const [t, result] of results.entries()) out.set(result[name], t * size);
        return out;
      };
      return {
        states: Object.fromEntries(kept.map(([name]) => [name, all(`after/${name}`)])),
        reconstructions: all("reconstruction"),
      };
    },
    dispose: () => session.dispose(),
  };
}
