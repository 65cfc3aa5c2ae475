import type { Model } from "../models/model.ts";
import type { Runtime, SessionOptions } from "../runtime/session.ts";
import { frameAt, openFrames } from "./frame-session.ts";
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
  const session = await openFrames(
    model,
    runtime,
    count,
    ({ filter, y, before }) => {
      const { states, reconstruction } = filter.step(y, before);
      const outputs = Object.fromEntries(Object.entries(states).map(([name, v]) => [`after/${name}`, v]));
      return { name: "filter", outputs: { ...outputs, reconstruction: reconstruction.mean }, after: states };
    },
    options,
  );
  return {
    write: session.write,
    async filter(frames) {
      const results = await session.run(
        Array.from({ length }, (_, t) => ({
          y: frameAt(frames, t, count, session.width),
          begins: Float32Array.of(Number(t === 0)),
        })),
      );
      const all = (name: string): Float32Array => {
        const size = results[0][name].length;
        const out = new Float32Array(length * size);
        for (const [t, result] of results.entries()) out.set(result[name], t * size);
        return out;
      };
      const states = Object.keys(model.filter!.states);
      return {
        states: Object.fromEntries(states.map((name) => [name, all(`after/${name}`)])),
        reconstructions: all("reconstruction"),
      };
    },
    dispose: session.dispose,
  };
}
