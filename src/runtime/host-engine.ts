import type { InferenceSession } from "onnxruntime-node";
import { sizeOf } from "../base/shape.ts";
import type { Compiled } from "../graph/compile.ts";
import { COUNTER, scanModel } from "../graph/scan.ts";
import { atRun } from "../graph/unroll.ts";
import { initialState } from "./feeds.ts";
import { type Entry, load, numbers, type Provider, tensor } from "./graphs.ts";
import type { Engine } from "./open-session.ts";
import type { Feeds, Fetches, State } from "./session.ts";
import { Stack } from "./stack.ts";

/** Variables in JavaScript's memory, for providers that compute on the CPU. Many steps run in one call, with Scan. */
export async function hostEngine(provider: Provider, program: Compiled, seed: number): Promise<Engine> {
  const graphs = await openGraphs(provider, program);
  let state: State = initialState(program.variables, seed);
  return {
    async some(steps) {
      const done = await graphs.some(steps, state);
      state = { ...state, ...done.state };
      return done.results;
    },
    ...(graphs.places && { places: graphs.places }),
    read: async () => ({ ...state }),
    async write(values) {
      state = { ...state, ...values };
    },
    release: () => graphs.release(),
  };
}

/** Runs the first of the given steps, as many as one call can do, from a state; gives their results and what of the state changed. */
interface Graphs {
  some(steps: readonly Feeds[], state: State): Promise<{ results: Fetches[]; state: State }>;
  /** Arrays that are parts of what a call is fed. */
  places?(runs: number): readonly Feeds[];
  release(): Promise<void>;
}

/** The program's graphs: for one run after the other, or for many runs in a call where there is state to keep. */
async function openGraphs(provider: Provider, program: Compiled): Promise<Graphs> {
  const scan = program.variables.some((v) => v.next) ? scanModel(program) : undefined;
  if (!scan) return single(provider, program, await load(provider, program.name, program.model));
  const one = many(provider, program, 1, program, await load(provider, program.name, scan));
  const { unrolled } = program;
  if (!unrolled) return one;
  const unrolledScan = await load(provider, program.name, scanModel(unrolled.program));
  const several = many(provider, program, unrolled.runs, unrolled.program, unrolledScan);
  return {
    some: (steps, state) => (steps.length >= unrolled.runs ? several : one).some(steps, state),
    places(runs) {
      const rest = runs % unrolled.runs;
      return [...several.places(runs - rest), ...one.places(rest)];
    },
    async release() {
      await one.release();
      await several.release();
    },
  };
}

function single(provider: Provider, program: Compiled, session: InferenceSession): Graphs {
  return {
    async some([feeds], state) {
      const inputs = [...program.inputs, ...program.noise].map(
        (p): Entry => [p.name, tensor(provider, p, feeds[p.name])],
      );
      const variables = program.variables.map((v): Entry => [v.name, tensor(provider, v, state[v.name])]);
      const out = await session.run(Object.fromEntries([...inputs, ...variables]));
      const result = Object.fromEntries(program.outputs.map((p) => [p.name, numbers(out[p.name])]));
      return { results: [result], state: {} };
    },
    release: () => session.release(),
  };
}

/**
 * A Scan over the program, `runs` of it unrolled in its body.
 * @param body what the Scan repeats: the program itself, or its unrolled form
 */
function many(
  provider: Provider,
  program: Compiled,
  runs: number,
  body: Compiled,
  session: InferenceSession,
): Required<Graphs> {
  const named = (name: string, run: number): string => (runs === 1 ? `${name}/all` : `${atRun(name, run)}/all`);
  const ports = [...program.inputs, ...program.noise];
  const eachRun = Array.from({ length: runs }, (_, run) => run);
  const stacks = new Map(
    ports.flatMap((p) => eachRun.map((run) => [named(p.name, run), new Stack(sizeOf(p.shape))] as const)),
  );
  const stackOf = (name: string, run: number, calls: number): Stack => stacks.get(named(name, run))!.grown(calls);
  return {
    places(count) {
      const calls = Math.ceil(count / runs);
      return Array.from({ length: count }, (_, i) =>
        Object.fromEntries(ports.map((p) => [p.name, stackOf(p.name, i % runs, calls).rows[Math.floor(i / runs)]])),
      );
    },
    async some(steps, state) {
      const calls = Math.floor(steps.length / runs);
      const fed = eachRun.flatMap((run) =>
        ports.map((p): Entry => {
          const stack = stackOf(p.name, run, calls);
          for (let i = 0; i < calls; i++) stack.put(i, steps[i * runs + run][p.name]);
          return [named(p.name, run), tensor(provider, p, stack.first(calls), calls)];
        }),
      );
      if (ports.length === 0) {
        fed.push([`${COUNTER.name}/all`, tensor(provider, COUNTER, new Float32Array(calls), calls)]);
      }
      const variables = body.variables.map(
        (v): Entry => [v.next ? `${v.name}/all` : v.name, tensor(provider, v, state[v.name])],
      );
      const out = await session.run(Object.fromEntries([...fed, ...variables]));
      const changed = body.variables.filter((v) => v.next).map((v) => [v.name, numbers(out[`${v.next}/all`])]);
      const outputs = program.outputs.map((p) => ({
        name: p.name,
        n: sizeOf(p.shape),
        all: eachRun.map((run) => numbers(out[named(p.name, run)])),
      }));
      const results = Array.from({ length: calls * runs }, (_, step) => {
        const at = Math.floor(step / runs);
        return Object.fromEntries(
          outputs.map(({ name, n, all }) => [name, all[step % runs].slice(at * n, (at + 1) * n)]),
        );
      });
      return { results, state: Object.fromEntries(changed) };
    },
    release: () => session.release(),
  };
}
