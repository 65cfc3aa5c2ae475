import { Chunk, compileFor, encodeModel, type Feeds, noiseOf, RunError, type Runtime } from "../src/node.ts";
import type { BenchCase } from "./workload.ts";

/** Something that can be timed: `steps` training steps, in milliseconds each. */
export interface Subject {
  readonly compilation: Compilation;
  measure(steps: number): Promise<number>;
}

/** What it took to get from a model in TypeScript to a session that trains. */
export interface Compilation {
  /** Seconds to build the graph, differentiate it and run the passes. */
  readonly buildSeconds: number;
  /** Seconds to write it as ONNX and load it into the runtime. */
  readonly loadSeconds: number;
  /** ONNX nodes of one training step. */
  readonly nodes: number;
  /** Size of one training step as an ONNX file. */
  readonly bytes: number;
}

/** Opens a case: training steps as the trainer does them, with batches and noise drawn anew at every step. */
export async function openSubject(
  { name, unroll = 1, build }: BenchCase,
  { runtime, threads, without }: { runtime: Runtime; threads: number; without: readonly string[] },
): Promise<Subject> {
  const started = performance.now();
  const work = build();
  const program = await compileFor(runtime, work.program, { unroll, without });
  const built = performance.now();
  const session = await runtime.open(program, { threads, seed: 1 });
  const loaded = performance.now();
  let step = 0;
  const chunk = new Chunk(program); // as the trainer groups steps
  const draw = noiseOf(program.noise, 1, "train");
  const feeds = (place: Feeds, i: number): Feeds => ({ ...work.feeds(step, i), ...draw(step++, place) });
  return {
    compilation: {
      buildSeconds: (built - started) / 1000,
      loadSeconds: (loaded - built) / 1000,
      nodes: program.model.graph.nodes.length,
      bytes: encodeModel(program.model).length,
    },
    async measure(steps) {
      const start = performance.now();
      for (let done = 0; done < steps; ) {
        const called = performance.now();
        const results = await session.run(session.places(Math.min(chunk.size, steps - done)).map(feeds));
        for (const { loss } of results) checkFinite(name, step, loss[0]);
        done += results.length;
        chunk.took((performance.now() - called) / 1000 / results.length);
      }
      return (performance.now() - start) / steps;
    },
  };
}

function checkFinite(name: string, step: number, loss: number): void {
  if (Number.isFinite(loss)) return;
  throw new RunError({
    where: `case ${name} before step ${step}`,
    expected: "a finite loss",
    got: String(loss),
    fix: "this is a defect of the case: its timing would mean nothing",
  });
}
