import { internal } from "../base/errors.ts";
import { type Axis, axis, sizeOf } from "../base/shape.ts";
import { input, variable } from "../graph/leaves.ts";
import { mul, sub } from "../graph/ops/arithmetic.ts";
import type { Value } from "../graph/value.ts";
import type { Filter, Latents, Model } from "../models/model.ts";
import { compileFor } from "../runtime/compile-for.ts";
import type { Feeds, Fetches, Runtime, Session, SessionOptions } from "../runtime/session.ts";
import type { Parameters } from "./inference.ts";

/** What the graph of one frame is built from. */
export interface FrameParts {
  readonly filter: Filter;
  /** Sequences side by side. */
  readonly batch: Axis;
  /** The frame (batch, …frame). */
  readonly y: Value;
  /** States before it; 0 where sequences begin. */
  readonly before: Latents;
}

/** A graph that a model goes through at every frame, with the states in the session. */
export interface FrameSession {
  readonly program: Session["program"];
  /** Numbers in a frame. */
  readonly width: number;
  /** Sets parameters; those that the graph does not read are left out. */
  write(parameters: Parameters): Promise<void>;
  /** One entry a frame, in order: "y", "begins" (1: states are 0 before it) and what else the graph reads; what it does not is left out. */
  run(frames: readonly Feeds[]): Promise<Fetches[]>;
  dispose(): Promise<void>;
}

/**
 * Opens a model that takes in sequences frame by frame.
 * @param count sequences side by side
 * @param graph what is wanted of a frame, and the states after it
 */
export async function openFrames(
  model: Model,
  runtime: Runtime,
  count: number,
  graph: (parts: FrameParts) => { readonly name: string; readonly outputs: Latents; readonly after: Latents },
  options: SessionOptions = {},
): Promise<FrameSession> {
  const filter = model.filter ?? internal(`${model.name} has no filter`);
  const batch = axis("batch", count);
  const shape = model.frames ? model.observation.shape : model.observation.shape.slice(1);
  const [y, begins] = [input("y", [batch, ...shape]), input("begins", [])];
  const kept = Object.entries(filter.states).map(([name, s]) => {
    return [name, variable(`filter/${name}`, [batch, ...s], (out) => void out.fill(0))] as const;
  });
  const before = Object.fromEntries(kept.map(([name, v]) => [name, mul(v, sub(1, begins))]));
  const { name, outputs, after } = graph({ filter, batch, y, before });
  const session = await runtime.open(
    await compileFor(runtime, {
      name: `${model.name} ${name}`,
      outputs,
      updates: kept.map(([name, v]) => [v, after[name]]),
    }),
    options,
  );
  const { program } = session;
  const read = new Set([...program.inputs, ...program.noise].map((p) => p.name));
  const own = new Set(program.variables.map((p) => p.name));
  return {
    program,
    width: sizeOf(shape),
    write: (parameters) => session.write(only(parameters, own)),
    run: (frames) => session.run(frames.map((feeds) => only(feeds, read))),
    dispose: () => session.dispose(),
  };
}

function only<T>(all: Readonly<Record<string, T>>, names: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
}

/** Frame t of all sequences, (sequence, …frame). @param frames (sequence, time, …frame) @param width numbers in a frame */
export function frameAt(frames: Float32Array, t: number, count: number, width: number): Float32Array {
  const [out, length] = [new Float32Array(count * width), frames.length / count];
  for (let n = 0; n < count; n++) {
    const from = n * length + t * width;
    out.set(frames.subarray(from, from + width), n * width);
  }
  return out;
}
