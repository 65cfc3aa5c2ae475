import { choose } from "../base/choose.ts";
import type { Split } from "../data/dataset.ts";
import { type Evaluation, openEvaluator } from "../training/evaluate.ts";
import { loadParameters, observedField, openRun, openRunData, type RunContext } from "./run.ts";

/**
 * Scores a run's parameters on a split of its data, with the same draws as during training, so that the numbers are the same.
 * @param split "test" or "train"
 * @throws FileError if the run has no parameters or the data cannot be had; UsageError for another split
 */
export async function evaluateRun(folder: string, split: string, context: RunContext): Promise<Evaluation> {
  const run = openRun(folder);
  const dataset = await openRunData(run.record, context.data);
  const chosen = choose<Split>("--split", split, { ...dataset.splits });
  const { runtime, threads } = context;
  const options = { runtime, threads, seed: run.record.seed, field: observedField(dataset) };
  const evaluator = await openEvaluator(run.model, chosen, options);
  try {
    return await evaluator.evaluate(loadParameters(run));
  } finally {
    await evaluator.dispose();
  }
}
