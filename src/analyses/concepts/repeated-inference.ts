import { UsageError } from "../../base/errors.ts";
import { axis, sizeOf } from "../../base/shape.ts";
import { input } from "../../graph/leaves.ts";
import type { Model } from "../../models/model.ts";
import { compileFor } from "../../runtime/compile-for.ts";
import type { Runtime, Session, SessionOptions } from "../../runtime/session.ts";
import { decodeGraph, encodeGraph, openInference, type Parameters } from "../inference.ts";
import { rowCount } from "../rows.ts";

/** Trials computed in one run of the graph, unless told otherwise: more are hardly faster, fewer are slower. */
const BATCH = 500;

/** What is to be repeated, and what of it is kept. */
export interface RepeatedInferenceRequest {
  /** x(0), (trials, observation), any number of trials. */
  readonly start: Float32Array;
  /** Iterations, a whole number ≥ 0. */
  readonly T: number;
  /** Times 0…T whose x(t) is wanted; x(T) is always there (default: only that). Each other one costs half an iteration. */
  readonly keep?: readonly number[] | "all";
  /** Called after every iteration of a batch. @param done trial-iterations so far @param of trials · T */
  readonly progress?: (done: number, of: number) => void;
  /** Ends the work between two iterations, with the signal's reason as error. */
  readonly signal?: AbortSignal;
}

/** Trajectories of repeated inference. */
export interface Trajectories {
  /** Which row of `start` the first trial is; the others follow it. */
  readonly first: number;
  readonly trials: number;
  /** z(0), …, z(T) by latent, each (trials, latent). */
  readonly z: Readonly<Record<string, readonly Float32Array[]>>;
  /** x(t) by t, for the times kept, each (trials, observation). */
  readonly x: Readonly<Record<number, Float32Array>>;
}

/** A model loaded for repeated inference; for many requests. One request at a time. */
export interface RepeatedInference {
  /** Trajectories of one batch of trials after the other: what is reduced batch by batch never fills the memory. */
  batches(request: RepeatedInferenceRequest): AsyncGenerator<Trajectories, void, undefined>;
  /** Trajectories of all trials: 4·(T + 1) bytes for each trial and latent. */
  all(request: RepeatedInferenceRequest): Promise<Trajectories>;
  dispose(): Promise<void>;
}

/**
 * Repeated inference of given images, x(t+1) = E_p(x|z(t))[x], z(t) = E_q(z|x(t))[z], t = 0…T
 * (Nagano, Karakida & Okada, arXiv:1712.04195, eqs. 6, 7).
 * @throws UsageError if the model cannot infer or generate, T is no whole number ≥ 0, or a time to keep is not in 0…T;
 *         ShapeError if `start` is not whole images
 */
export async function repeatedInference(
  model: Model,
  parameters: Parameters,
  runtime: Runtime,
  request: RepeatedInferenceRequest,
  options: SessionOptions = {},
): Promise<Trajectories> {
  const trials = rowCount({ data: request.start, width: sizeOf(model.observation.shape) });
  const batch = Math.max(1, Math.min(BATCH, trials));
  const repeated = await openRepeatedInference(model, parameters, runtime, { ...options, batch });
  try {
    return await repeated.all(request);
  } finally {
    await repeated.dispose();
  }
}

/**
 * Loads a model for `repeatedInference` of many requests.
 * @param options `batch`: trials computed at once (default 500); a last batch of fewer trials takes as long as a full one
 * @throws UsageError if the model cannot infer or generate
 */
export async function openRepeatedInference(
  model: Model,
  parameters: Parameters,
  runtime: Runtime,
  { batch = BATCH, ...options }: SessionOptions & { readonly batch?: number } = {},
): Promise<RepeatedInference> {
  requireCapabilities(model);
  const rows = axis("batch", batch);
  const latents = Object.fromEntries(model.latents.map((l) => [l.name, input(l.name, [rows, ...l.shape])]));
  const means = encodeGraph(model, decodeGraph(model, latents));
  const program = {
    name: `${model.name} repeated inference`,
    outputs: Object.fromEntries(Object.entries(means).map(([name, mean]) => [nextOf(name), mean])),
  };
  const step = await runtime.open(await compileFor(runtime, program, { freeze: parameters }), options);
  const inference = await openInference(model, parameters, runtime, options);
  const pixels = sizeOf(model.observation.shape);

  async function* batches(request: RepeatedInferenceRequest): AsyncGenerator<Trajectories, void, undefined> {
    const { start, T, progress, signal } = request;
    const [trials, kept] = [rowCount({ data: start, width: pixels }), timesKept(request)];
    for (let first = 0; first < trials; first += batch) {
      const n = Math.min(batch, trials - first);
      const x0 = start.slice(first * pixels, (first + n) * pixels);
      signal?.throwIfAborted();
      const course = [await inference.encode(x0)];
      for (let t = 0; t < T; t++) {
        course.push(await iterate(step, course[t], n, batch));
        progress?.(first * T + (t + 1) * n, trials * T);
        signal?.throwIfAborted();
      }
      const x: Record<number, Float32Array> = {};
      for (const t of kept) x[t] = t === 0 ? x0 : await inference.decode(course[t - 1]);
      const z = Object.fromEntries(Object.keys(course[0]).map((name) => [name, course.map((now) => now[name])]));
      yield { first, trials: n, z, x };
    }
  }

  return {
    batches,
    async all(request) {
      const trials = rowCount({ data: request.start, width: pixels });
      const stack = (width: number): Float32Array => new Float32Array(trials * width);
      const x = Object.fromEntries(timesKept(request).map((t) => [t, stack(pixels)]));
      const times = Array.from({ length: request.T + 1 });
      const z = Object.fromEntries(model.latents.map((l) => [l.name, times.map(() => stack(sizeOf(l.shape)))]));
      for await (const part of batches(request)) {
        const put = (into: Float32Array, rows: Float32Array): void =>
          into.set(rows, part.first * (rows.length / part.trials));
        for (const [name, course] of Object.entries(part.z)) course.forEach((now, t) => void put(z[name][t], now));
        for (const t of Object.keys(part.x).map(Number)) put(x[t], part.x[t]);
      }
      return { first: 0, trials, z, x };
    },
    async dispose() {
      await step.dispose();
      await inference.dispose();
    },
  };
}

/** z(t+1) from z(t) of some trials. The graph's other rows are zeros, and what comes of them is dropped. */
async function iterate(
  { program, run }: Session,
  now: Readonly<Record<string, Float32Array>>,
  trials: number,
  batch: number,
): Promise<Record<string, Float32Array>> {
  const feeds = program.inputs.map(({ name, shape }): [string, Float32Array] => {
    if (trials === batch) return [name, now[name]];
    const full = new Float32Array(sizeOf(shape));
    full.set(now[name]);
    return [name, full];
  });
  const [means] = await run([Object.fromEntries(feeds)]);
  return Object.fromEntries(
    Object.entries(now).map(([name, { length }]) => [name, means[nextOf(name)].slice(0, length)]),
  );
}

/** Names an output, as the inputs have the latents' own names. */
const nextOf = (latent: string): string => `${latent}(t+1)`;

/** The times whose x(t) is kept, rising, each once. */
function timesKept({ T, keep = [] }: RepeatedInferenceRequest): number[] {
  if (!Number.isInteger(T) || T < 0) {
    throw new UsageError({
      where: "T of repeated inference",
      expected: "a whole number of iterations, 0 or more",
      got: `${T}`,
      fix: "the paper's is 80",
    });
  }
  const wanted = keep === "all" ? Array.from({ length: T }, (_, t) => t) : keep;
  const odd = wanted.find((t) => !Number.isInteger(t) || t < 0 || t > T);
  if (odd !== undefined) {
    throw new UsageError({
      where: "times to keep of repeated inference",
      expected: `whole numbers 0…${T}`,
      got: `${odd}`,
      fix: "leave it out, or iterate longer",
    });
  }
  return [...new Set([...wanted, T])].sort((a, b) => a - b);
}

function requireCapabilities(model: Model): void {
  const missing = (["infer", "generate"] as const).filter((can) => !model[can]);
  if (missing.length === 0) return;
  throw new UsageError({
    where: "repeated inference",
    expected: "a model that can infer and generate",
    got: `${model.name}, which cannot ${missing.join(" or ")}`,
    fix: "take a model with latents that are inferred from images and generate them, such as a VAE",
  });
}
