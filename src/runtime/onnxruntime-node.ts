/** Programs on ONNX Runtime's CPU provider, in Node. The only file that imports onnxruntime-node. */
import os from "node:os";
import * as ort from "onnxruntime-node";
import { internal, RunError } from "../base/errors.ts";
import { dimsOf, sizeOf } from "../base/shape.ts";
import type { Compiled, Port } from "../graph/compile.ts";
import { scanModel } from "../graph/scan.ts";
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
  const keepsState = program.variables.some((v) => v.next);
  const scan = keepsState ? scanModel(program) : undefined;
  const session = await load(program.name, scan ?? program.model, threads);
  let state: State = initialState(program.variables, seed);
  let disposed = false;

  return {
    program,
    async run(steps) {
      if (disposed) internal(`session of ${program.name} was disposed`);
      for (const feeds of steps) checkFeeds(program, feeds);
      if (steps.length === 0) return [];
      if (scan) return runScan(steps);
      const results: Fetches[] = [];
      for (const feeds of steps) results.push(await runOnce(feeds));
      return results;
    },
    read: async () => ({ ...state }),
    async write(values) {
      checkState(program, values);
      state = { ...state, ...values };
    },
    async dispose() {
      if (!disposed) await session.release();
      disposed = true;
    },
  };

  async function runOnce(feeds: Feeds): Promise<Fetches> {
    const inputs = [...program.inputs, ...program.noise].map((p): Entry => [p.name, tensor(p, feeds[p.name])]);
    const variables = program.variables.map((v): Entry => [v.name, tensor(v, state[v.name])]);
    const out = await session.run(Object.fromEntries([...inputs, ...variables]));
    state = { ...state, ...Object.fromEntries(changed().map((v) => [v.name, numbers(out[v.next!])])) };
    return Object.fromEntries(program.outputs.map((p) => [p.name, numbers(out[p.name])]));
  }

  async function runScan(steps: readonly Feeds[]): Promise<Fetches[]> {
    const inputs = [...program.inputs, ...program.noise].map((p): Entry => {
      const n = sizeOf(p.shape);
      const stack = new Float32Array(steps.length * n);
      steps.forEach((feeds, i) => void stack.set(feeds[p.name], i * n));
      return [`${p.name}/all`, tensor(p, stack, steps.length)];
    });
    const variables = program.variables.map(
      (v): Entry => [v.next ? `${v.name}/all` : v.name, tensor(v, state[v.name])],
    );
    const out = await session.run(Object.fromEntries([...inputs, ...variables]));
    state = { ...state, ...Object.fromEntries(changed().map((v) => [v.name, numbers(out[`${v.next}/all`])])) };
    const stacks = program.outputs.map((p): [Port, Float32Array] => [p, numbers(out[`${p.name}/all`])]);
    return steps.map((_, i) =>
      Object.fromEntries(
        stacks.map(([p, all]) => {
          const n = sizeOf(p.shape);
          return [p.name, all.slice(i * n, (i + 1) * n)];
        }),
      ),
    );
  }

  function changed(): Compiled["variables"] {
    return program.variables.filter((v) => v.next);
  }
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
