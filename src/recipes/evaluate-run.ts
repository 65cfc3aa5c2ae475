import { choose } from "../base/choose.ts";
import type { Split } from "../data/dataset.ts";
import { openEvaluator } from "../training/evaluate.ts";
import { namedMetrics } from "../training/trainer.ts";
import { loadParameters, observedField, openRun, openRunData, type RunContext } from "./run.ts";

/** What a run scores on a split: its objective first, terms and scores, then how many examples were averaged; as in run.json. */
export interface RunEvaluation {
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Scores a run's parameters on a split of its data, with the same draws as during training, so that the numbers are the same.
 * @param split "test" or "train"
 * @throws FileError if the run has no parameters or the data cannot be had; UsageError for another split
 */
export async function evaluateRun(folder: string, split: string, context: RunContext): Promise<RunEvaluation> {
  const run = openRun(folder);
  const dataset = await openRunData(run.record, context.data);
  const chosen = choose<Split>("--split", split, { ...dataset.splits });
  const { runtime, threads } = context;
  const { model, recipe, record } = run;
  const options = { runtime, threads, seed: record.seed, field: observedField(dataset) };
  const evaluator = recipe.evaluator
    ? await recipe.evaluator({ model, dataset, split: chosen, ...options })
    : await openEvaluator(model, chosen, options);
  try {
    const evaluation = await evaluator.evaluate(loadParameters(run));
    return { metrics: { ...namedMetrics(run.model, evaluation), count: evaluation.count } };
  } finally {
    await evaluator.dispose();
  }
}
