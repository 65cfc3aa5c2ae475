import { internal, UsageError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { showShape, sizeOf } from "../base/shape.ts";
import type { Compiled, NoisePort, Port, VariablePort } from "../graph/compile.ts";
import type { Feeds, State } from "./session.ts";

/** Refuses feeds that do not fit the program. @throws UsageError naming the tensor and what it should be */
export function checkFeeds(program: Compiled, feeds: Feeds): void {
  const ports = [...program.inputs, ...program.noise];
  for (const p of ports) checkLength(`input "${p.name}" of ${program.name}`, p, feeds[p.name]);
  const extra = Object.keys(feeds).find((name) => !ports.some((p) => p.name === name));
  if (extra !== undefined) {
    throw new UsageError({
      where: `feeds of ${program.name}`,
      expected: `inputs among ${ports.map((p) => p.name).join(", ") || "none"}`,
      got: `"${extra}"`,
      fix: "leave it out or correct the name",
    });
  }
}

/** Refuses variables that the program does not have, or of the wrong length. */
export function checkState(program: Compiled, state: State): void {
  for (const [name, data] of Object.entries(state)) {
    const port = program.variables.find((v) => v.name === name);
    if (!port) {
      throw new UsageError({
        where: `variables of ${program.name}`,
        expected: "names that the program has",
        got: `"${name}"`,
        fix: "was this checkpoint made by another model or config",
      });
    }
    checkLength(`variable "${name}" of ${program.name}`, port, data);
  }
}

function checkLength(where: string, port: Port, data: Float32Array | undefined): void {
  const n = sizeOf(port.shape);
  if (data?.length === n) return;
  throw new UsageError({
    where,
    expected: `${n} numbers for ${showShape(port.shape)}`,
    got: data ? `${data.length}` : "nothing",
    fix: "give one float32 for every element, row by row",
  });
}

/** The variables' first values: each from its own stream "init/<name>" of the seed. */
export function initialState(variables: readonly VariablePort[], seed: number): State {
  return Object.fromEntries(
    variables.map((v) => {
      const out = new Float32Array(sizeOf(v.shape));
      v.initial(out, stream(seed, `init/${v.name}`));
      return [v.name, out];
    }),
  );
}

/**
 * The noise of runs: at each step, every tensor from the stream "<prefix>/<name>" of the seed.
 * @param prefix keeps uses apart ("train", "test"), so that evaluating never disturbs training
 */
export function noiseOf(ports: readonly NoisePort[], seed: number, prefix: string): NoiseSource {
  const sources = ports.map((p) => ({ ...p, size: sizeOf(p.shape), source: stream(seed, `${prefix}/${p.name}`) }));
  return (step, into = {}) =>
    Object.fromEntries(
      sources.map(({ name, size, distribution, source }) => {
        const out = into[name] ?? new Float32Array(size);
        if (distribution === "normal") source.normal(step, out);
        else if (distribution === "uniform") source.uniform(step, out);
        else internal(`noise distribution ${distribution as string}`);
        return [name, out];
      }),
    );
}

/** @param into arrays of an earlier draw that are to be filled again: fresh memory costs as much as filling it */
export type NoiseSource = (step: number, into?: Feeds) => Record<string, Float32Array>;

/** The noise of one run (see `noiseOf`). */
export function drawNoise(ports: readonly NoisePort[], seed: number, prefix: string, step: number): Feeds {
  return noiseOf(ports, seed, prefix)(step);
}
