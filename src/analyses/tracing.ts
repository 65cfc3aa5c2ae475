import { choose } from "../base/choose.ts";
import { internal, ShapeError } from "../base/errors.ts";
import { axis, showShape, sizeOf } from "../base/shape.ts";
import { input } from "../graph/leaves.ts";
import type { Model, TraceOptions } from "../models/model.ts";
import { compileFor } from "../runtime/compile-for.ts";
import { drawNoise } from "../runtime/feeds.ts";
import type { Feeds, Runtime, SessionOptions } from "../runtime/session.ts";
import type { Parameters } from "./inference.ts";

/** A trained model of sequences under watch. */
export interface SequenceTracer {
  /** Sets the parameters; those that what is kept does not depend on may be among them. */
  write(parameters: Parameters): Promise<void>;
  /**
   * @param x        (sequence, time, …) as data sets give them, any number of sequences
   * @param progress hears which part of them is done, from 0 to 1
   * @returns        the trace's values by name, each (sequence, time, …)
   * @throws ShapeError unless the sequences are whole
   */
  trace(x: Float32Array, progress?: (part: number) => void): Promise<Readonly<Record<string, Float32Array>>>;
  dispose(): Promise<void>;
}

/** What is watched, and how. */
export interface TracerSettings extends TraceOptions {
  /** Sequences computed at once; the last of them are filled up with blank ones. */
  readonly batch: number;
  /** Names of the trace that are wanted (default: all). Others are not computed. */
  readonly keep?: readonly string[];
  /** Of the noise, where latents are drawn (default 0): stream "trace/<noise>", one step for each batch. */
  readonly seed?: number;
}

/**
 * Opens a model that has a trace. Parameters may be set again and again.
 * @throws UsageError for a name that the trace does not have, or an intervention that does not fit the model
 */
export async function openTracer(
  model: Model,
  runtime: Runtime,
  { batch, keep, seed = 0, ...options }: TracerSettings,
  session: SessionOptions = {},
): Promise<SequenceTracer> {
  const x = input("x", [axis("batch", batch), ...model.observation.shape]);
  const all = model.trace?.(x, options) ?? internal(`${model.name} has no trace`);
  const outputs = keep ? Object.fromEntries(keep.map((name) => [name, choose("value of the trace", name, all)])) : all;
  const opened = await runtime.open(await compileFor(runtime, { name: `${model.name} trace`, outputs }), session);
  const { program } = opened;
  const own = new Set(program.variables.map(({ name }) => name));
  const size = sizeOf(model.observation.shape);

  return {
    write: (parameters) =>
      opened.write(Object.fromEntries(Object.entries(parameters).filter(([name]) => own.has(name)))),
    async trace(sequences, progress = () => {}) {
      const count = sequences.length / size;
      if (!Number.isInteger(count)) {
        throw new ShapeError({
          where: `sequences for ${model.name}`,
          expected: `whole sequences of ${size} numbers, ${showShape(model.observation.shape)}`,
          got: `${sequences.length} numbers`,
          fix: "give frames of the size and number that the model was made for",
        });
      }
      const results = Object.fromEntries(
        program.outputs.map(({ name, shape }) => [name, new Float32Array((count * sizeOf(shape)) / batch)]),
      );
      for (let from = 0, step = 0; from < count; from += batch, step++) {
        const n = Math.min(batch, count - from);
        const rows = new Float32Array(batch * size);
        rows.set(sequences.subarray(from * size, (from + n) * size));
        const seen: Feeds = program.inputs.length > 0 ? { x: rows } : {};
        const [found] = await opened.run([{ ...seen, ...drawNoise(program.noise, seed, "trace", step) }]);
        for (const [name, values] of Object.entries(results)) {
          const each = found[name].length / batch;
          values.set(found[name].subarray(0, n * each), from * each);
        }
        progress((from + n) / count);
      }
      return results;
    },
    dispose: () => opened.dispose(),
  };
}
