import { internal } from "../base/errors.ts";
import { axis, sizeOf } from "../base/shape.ts";
import type { Program } from "../graph/compile.ts";
import { input } from "../graph/leaves.ts";
import type { Value } from "../graph/value.ts";
import type { Latents, Model } from "../models/model.ts";
import { compileFor } from "../runtime/compile-for.ts";
import type { Runtime, Session, SessionOptions } from "../runtime/session.ts";

/** Parameters by name, as a run folder keeps them. */
export type Parameters = Readonly<Record<string, Float32Array>>;

/** Rows computed in one run of a graph. */
const BATCH = 200;

/** A trained model as plain functions of numbers. Rows are examples; any number of rows may be given. */
export interface Inference {
  /** Posterior means of every latent, by name: (rows, latent). */
  encode(x: Float32Array): Promise<Record<string, Float32Array>>;
  /** Means of p(x | z) for latents by name: (rows, observation). */
  decode(z: Readonly<Record<string, Float32Array>>): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Loads a model that can infer and generate, with its parameters as constants of the graph. */
export async function openInference(
  model: Model,
  parameters: Parameters,
  runtime: Runtime,
  options: SessionOptions = {},
): Promise<Inference> {
  const batch = axis("batch", BATCH);
  const open = async (program: Program): Promise<Session> =>
    runtime.open(await compileFor(runtime, program, { freeze: parameters }), options);
  const x = input("x", [batch, ...model.observation.shape]);
  const encoder = await open({ name: `${model.name} encoder`, outputs: encodeGraph(model, x) });
  const latents = Object.fromEntries(model.latents.map((l) => [l.name, input(l.name, [batch, ...l.shape])]));
  const decoder = await open({ name: `${model.name} decoder`, outputs: { x: decodeGraph(model, latents) } });
  return {
    encode: (rows) => inBatches(encoder, { x: rows }, BATCH),
    decode: async (z) => (await inBatches(decoder, z, BATCH))["x"],
    async dispose() {
      await encoder.dispose();
      await decoder.dispose();
    },
  };
}

/** E_q[z] for every latent. */
export function encodeGraph(model: Model, x: Value): Record<string, Value> {
  const beliefs = model.infer?.(x) ?? internal(`${model.name} cannot infer`);
  return Object.fromEntries(Object.entries(beliefs).map(([name, q]) => [name, q.mean]));
}

/** E_p[x] given latents. */
export function decodeGraph(model: Model, z: Latents): Value {
  return (model.generate?.(z) ?? internal(`${model.name} cannot generate`)).mean;
}

/** Runs any number of rows through a graph of fixed batch size; the last batch is filled up with zeros, whose results are dropped. */
export async function inBatches(
  { program, run }: Session,
  feeds: Readonly<Record<string, Float32Array>>,
  size: number,
): Promise<Record<string, Float32Array>> {
  const widths = Object.fromEntries(
    [...program.inputs, ...program.outputs].map((p) => [p.name, sizeOf(p.shape.slice(1))]),
  );
  const [first] = program.inputs;
  const rows = feeds[first.name].length / widths[first.name];
  const results = Object.fromEntries(program.outputs.map((p) => [p.name, new Float32Array(rows * widths[p.name])]));
  for (let from = 0; from < rows; from += size) {
    const n = Math.min(size, rows - from);
    const batch = program.inputs.map(({ name }) => {
      const w = widths[name];
      const full = new Float32Array(size * w);
      full.set(feeds[name].subarray(from * w, (from + n) * w));
      return [name, full];
    });
    const [out] = await run([Object.fromEntries(batch)]);
    for (const { name } of program.outputs) {
      results[name].set(out[name].subarray(0, n * widths[name]), from * widths[name]);
    }
  }
  return results;
}
