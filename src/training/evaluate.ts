import { sizeOf } from "../base/shape.ts";
import type { Split } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import { compileFor } from "../runtime/compile-for.ts";
import { drawNoise } from "../runtime/feeds.ts";
import type { Runtime, State } from "../runtime/session.ts";
import { exampleReader } from "./examples.ts";
import { evaluationProgram } from "./step.ts";

/** What a model scores on a split, averaged over its examples. */
export interface Evaluation {
  /** Minus the sum of the terms, the model's objective, in nats per example: a VAE's ELBO, say. Higher is better. Absent where a model has no loss. */
  readonly objective?: number;
  /** Terms of the loss, nats per example. */
  readonly terms: Readonly<Record<string, number>>;
  /** What the model is measured by besides. */
  readonly scores: Readonly<Record<string, number>>;
  /** How many examples were averaged. */
  readonly count: number;
}

/** Scores parameters on a split. Reusable: open once, call often, dispose at the end. */
export interface Evaluator {
  evaluate(parameters: State): Promise<Evaluation>;
  dispose(): Promise<void>;
}

/** How an evaluator is opened. */
export interface EvaluatorOptions {
  readonly runtime: Runtime;
  readonly threads?: number;
  /** Seed of the noise; the same seed gives the same draws at every call. */
  readonly seed: number;
  readonly field: string;
  /** What is evaluated, in the names of its streams (default: the split). */
  readonly name?: string;
  /** Which examples, from–to (default: all). */
  readonly from?: number;
  readonly to?: number;
}

/** Examples scored in one run of the graph: at most so many, and of large ones as many as have so many numbers together. */
const BATCH = 500;
const NUMBERS = 2 ** 20;

/** Prepares to average the model's loss terms and scores over a split, with noise of its own streams "evaluate/<name>/…". */
export async function openEvaluator(model: Model, split: Split, options: EvaluatorOptions): Promise<Evaluator> {
  const from = options.from ?? 0;
  const to = options.to ?? split.count;
  const batch = Math.min(BATCH, to - from, Math.max(1, Math.floor(NUMBERS / sizeOf(model.observation.shape))));
  const evaluation = evaluationProgram(model, batch);
  const program = await compileFor(options.runtime, evaluation);
  const session = await options.runtime.open(program, options.threads ? { threads: options.threads } : {});
  const read = exampleReader(model, split, options.field);

  return {
    async evaluate(parameters) {
      await session.write(parameters);
      const sums: Record<string, number> = Object.fromEntries(program.outputs.map((p) => [p.name, 0]));
      for (let start = from, run = 0; start < to; start += batch, run++) {
        // The last batch is filled up with the split's last example, whose extra scores are left out of the sums.
        const indices = Array.from({ length: batch }, (_, i) => Math.min(start + i, to - 1));
        const noise = drawNoise(program.noise, options.seed, `evaluate/${options.name ?? split.name}`, run);
        const [scores] = await session.run([{ ...read(indices), ...noise }]);
        const real = Math.min(batch, to - start);
        for (const name of Object.keys(sums)) for (let i = 0; i < real; i++) sums[name] += scores[name][i];
      }
      const count = to - from;
      const means = Object.entries(sums).map(([name, s]) => [name, s / count] as const);
      const terms = Object.fromEntries(means.filter(([name]) => evaluation.terms.includes(name)));
      const scores = Object.fromEntries(means.filter(([name]) => !evaluation.terms.includes(name)));
      return { objective: -Object.values(terms).reduce((a, b) => a + b, 0), terms, scores, count };
    },
    dispose: () => session.dispose(),
  };
}
