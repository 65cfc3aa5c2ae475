/** Programs on ONNX Runtime's CPU provider, in Node. The only file that imports onnxruntime-node. */
import os from "node:os";
import * as ort from "onnxruntime-node";
import { internal, RunError } from "../base/errors.ts";
import { dimsOf, sizeOf } from "../base/shape.ts";
import type { Compiled, Port } from "../graph/compile.ts";
import { COUNTER, scanModel } from "../graph/scan.ts";
import { atRun } from "../graph/unroll.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Model } from "../onnx/model.ts";
import { checkFeeds, checkState, initialState } from "./feeds.ts";
import type { Feeds, Fetches, Runtime, Session, SessionOptions, State } from "./session.ts";

/** Version of the ONNX Runtime in use. */
export const onnxRuntimeVersion: string = ort.env.versions.node ?? ort.env.versions.common;

export const cpu: Runtime = {
  device: "cpu",
  description: `ONNX Runtime ${onnxRuntimeVersion}, CPU provider`,
  open,
};

/** Threads a session uses unless told otherwise: the cores that are there, at most 8. */
export function defaultThreads(): number {
  return Math.max(1, Math.min(8, os.availableParallelism()));
}

async function open(
  program: Compiled,
  { threads = defaultThreads(), seed = 0 }: SessionOptions = {},
): Promise<Session> {
  const run = await openGraphs(program, threads);
  let state: State = initialState(program.variables, seed);
  let disposed = false;
  return {
    program,
    async run(steps) {
      if (disposed) internal(`session of ${program.name} was disposed`);
      for (const feeds of steps) checkFeeds(program, feeds);
      const results: Fetches[] = [];
      while (results.length < steps.length) {
        const done = await run.some(steps.slice(results.length), state);
        state = { ...state, ...done.state };
        results.push(...done.results);
      }
      return results;
    },
    read: async () => ({ ...state }),
    async write(values) {
      checkState(program, values);
      state = { ...state, ...values };
    },
    async dispose() {
      if (!disposed) await run.release();
      disposed = true;
    },
  };
}

/** Runs the first of the given steps, as many as one call can do, from a state; gives their results and what of the state changed. */
interface Graphs {
  some(steps: readonly Feeds[], state: State): Promise<{ results: Fetches[]; state: State }>;
  release(): Promise<void>;
}

/** The program's graphs: for one run after the other, or for many runs in a call where there is state to keep. */
async function openGraphs(program: Compiled, threads: number): Promise<Graphs> {
  const scan = program.variables.some((v) => v.next) ? scanModel(program) : undefined;
  if (!scan) return single(program, await load(program.name, program.model, threads));
  const one = many(program, 1, program, await load(program.name, scan, threads));
  const { unrolled } = program;
  if (!unrolled) return one;
  const several = many(
    program,
    unrolled.runs,
    unrolled.program,
    await load(program.name, scanModel(unrolled.program), threads),
  );
  return {
    some: (steps, state) => (steps.length >= unrolled.runs ? several : one).some(steps, state),
    async release() {
      await one.release();
      await several.release();
    },
  };
}

function single(program: Compiled, session: ort.InferenceSession): Graphs {
  return {
    async some([feeds], state) {
      const inputs = [...program.inputs, ...program.noise].map((p): Entry => [p.name, tensor(p, feeds[p.name])]);
      const variables = program.variables.map((v): Entry => [v.name, tensor(v, state[v.name])]);
      const out = await session.run(Object.fromEntries([...inputs, ...variables]));
      const changed = program.variables.filter((v) => v.next).map((v) => [v.name, numbers(out[v.next!])]);
      const result = Object.fromEntries(program.outputs.map((p) => [p.name, numbers(out[p.name])]));
      return { results: [result], state: Object.fromEntries(changed) };
    },
    release: () => session.release(),
  };
}

/**
 * A Scan over the program, `runs` of it unrolled in its body.
 * @param body what the Scan repeats: the program itself, or its unrolled form
 */
function many(program: Compiled, runs: number, body: Compiled, session: ort.InferenceSession): Graphs {
  const named = (name: string, run: number): string => (runs === 1 ? `${name}/all` : `${atRun(name, run)}/all`);
  const ports = [...program.inputs, ...program.noise];
  const eachRun = Array.from({ length: runs }, (_, run) => run);
  // Stacks are used again from call to call: fresh memory of their size costs more than filling them.
  const kept = new Map<string, Float32Array>();
  const stackOf = (name: string, length: number): Float32Array => {
    if ((kept.get(name)?.length ?? 0) < length) kept.set(name, new Float32Array(length));
    return kept.get(name)!.subarray(0, length);
  };
  return {
    async some(steps, state) {
      const calls = Math.floor(steps.length / runs);
      const stacks = eachRun.flatMap((run) =>
        ports.map((p): Entry => {
          const n = sizeOf(p.shape);
          const stack = stackOf(named(p.name, run), calls * n);
          for (let i = 0; i < calls; i++) stack.set(steps[i * runs + run][p.name], i * n);
          return [named(p.name, run), tensor(p, stack, calls)];
        }),
      );
      if (ports.length === 0) stacks.push([`${COUNTER.name}/all`, tensor(COUNTER, new Float32Array(calls), calls)]);
      const variables = body.variables.map((v): Entry => [v.next ? `${v.name}/all` : v.name, tensor(v, state[v.name])]);
      const out = await session.run(Object.fromEntries([...stacks, ...variables]));
      const changed = body.variables.filter((v) => v.next).map((v) => [v.name, numbers(out[`${v.next}/all`])]);
      const results = Array.from({ length: calls * runs }, (_, step) =>
        Object.fromEntries(
          program.outputs.map((p) => {
            const [n, at] = [sizeOf(p.shape), Math.floor(step / runs)];
            return [p.name, numbers(out[named(p.name, step % runs)]).slice(at * n, (at + 1) * n)];
          }),
        ),
      );
      return { results, state: Object.fromEntries(changed) };
    },
    release: () => session.release(),
  };
}

type Entry = [string, ort.Tensor];

async function load(name: string, model: Model, threads: number): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(encodeModel(model), {
      executionProviders: ["cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      // Numbers below 1e-38 (moments of weights that have long had no gradient) count as 0: computing with them is many times slower.
      extra: { session: { set_denormal_as_zero: "1" } },
    });
  } catch (cause) {
    throw new RunError(
      {
        where: `program ${name}`,
        expected: "a graph that ONNX Runtime loads",
        got: (cause as Error).message,
        fix: "this is a defect of Helmholtz: please report it with the program's printed graph",
      },
      { cause },
    );
  }
}

function tensor(p: Port, data: Float32Array, ...lead: number[]): ort.Tensor {
  return new ort.Tensor("float32", data, [...lead, ...dimsOf(p.shape)]);
}

function numbers(t: ort.Tensor): Float32Array {
  return t.data instanceof Float32Array ? t.data : Float32Array.from(t.data as Uint8Array);
}
