import type { InferenceSession, Tensor } from "onnxruntime-node";
import { type Compiled, compile } from "../graph/compile.ts";
import { input } from "../graph/leaves.ts";
import type { Model } from "../onnx/model.ts";
import { initialState } from "./feeds.ts";
import { type Entry, load, numbers, type Provider, tensor } from "./graphs.ts";
import type { Engine } from "./open-session.ts";
import type { State } from "./session.ts";
import { webgpuProvider } from "./webgpu-provider.ts";

/**
 * Variables in a GPU's memory: a step's next values are the following step's inputs without crossing into JavaScript.
 * Steps run one at a time, because Scan would move its state to the CPU and back.
 */
export async function deviceEngine(provider: Provider, program: Compiled, seed: number): Promise<Engine> {
  const nexts = program.variables.flatMap((v) => v.next ?? []);
  const session = await loadOnDevice(provider, program.name, program.model, nexts);
  const copies = await openCopies(provider, program);
  let state = new Map<string, Tensor>();
  const replace = (changed: Iterable<readonly [string, Tensor]>): void => {
    for (const [name, next] of changed) {
      state.get(name)?.dispose();
      state.set(name, next);
    }
  };
  const write = async (values: State): Promise<void> => {
    if (Object.keys(values).length > 0) replace(await copies.up(values, state));
  };
  await write(initialState(program.variables, seed));
  return {
    async some([feeds]) {
      const inputs = [...program.inputs, ...program.noise].map(
        (p): Entry => [p.name, tensor(provider, p, feeds[p.name])],
      );
      const out = await session.run(Object.fromEntries([...inputs, ...state]));
      replace(program.variables.flatMap((v): Entry[] => (v.next ? [[v.name, out[v.next] as Tensor]] : [])));
      return [Object.fromEntries(program.outputs.map((p) => [p.name, numbers(out[p.name])]))];
    },
    read: () => copies.down(state),
    write,
    async release() {
      for (const t of state.values()) t.dispose();
      state = new Map();
      await session.release();
      await copies.release();
    },
  };
}

/** Moves all variables of a program between JavaScript's memory and the device's. */
interface Copies {
  /** The values on the device; variables that have none are copied from where they are. */
  up(values: State, rest: ReadonlyMap<string, Tensor>): Promise<Entry[]>;
  down(values: ReadonlyMap<string, Tensor>): Promise<State>;
  release(): Promise<void>;
}

/**
 * Copying is done by graphs of Identity, one that leaves its outputs on the device and one that fetches them: a tensor's own
 * `getData` ends the process in ONNX Runtime's build for Node.
 */
async function openCopies(provider: Provider, { name, variables }: Compiled): Promise<Copies> {
  if (variables.length === 0) return { up: async () => [], down: async () => ({}), release: async () => {} };
  const copyOf = (variable: string): string => `${variable}/copy`;
  const { model } = compile({
    name: `${name} variables`,
    outputs: Object.fromEntries(variables.map((v) => [copyOf(v.name), input(v.name, v.shape)])),
  });
  const up = await loadOnDevice(
    provider,
    name,
    model,
    variables.map((v) => copyOf(v.name)),
  );
  const down = await loadOnDevice(provider, name, model, []);
  const run = async (session: InferenceSession, inputs: Iterable<readonly [string, Tensor]>): Promise<Entry[]> => {
    const out = await session.run(Object.fromEntries(inputs));
    return variables.map((v) => [v.name, out[copyOf(v.name)] as Tensor]);
  };
  return {
    up: (values, rest) =>
      run(
        up,
        variables.map(
          (v): Entry => [v.name, v.name in values ? tensor(provider, v, values[v.name]) : rest.get(v.name)!],
        ),
      ),
    async down(values) {
      return Object.fromEntries((await run(down, values)).map(([variable, t]) => [variable, numbers(t)]));
    },
    async release() {
      await up.release();
      await down.release();
    },
  };
}

/** @param kept outputs that stay on the device; the others are fetched */
function loadOnDevice(
  provider: Provider,
  name: string,
  model: Model,
  kept: readonly string[],
): Promise<InferenceSession> {
  return load(provider, name, model, {
    executionProviders: [webgpuProvider(model.graph)],
    preferredOutputLocation: Object.fromEntries(kept.map((output) => [output, "gpu-buffer"])),
  });
}
