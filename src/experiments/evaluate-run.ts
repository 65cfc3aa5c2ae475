import { UsageError } from "../base/errors.ts";
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
  const splits: Readonly<Record<string, typeof dataset.splits.test>> = dataset.splits;
  if (!Object.hasOwn(splits, split)) {
    throw new UsageError({
      where: "--split",
      expected: `one of ${Object.keys(splits).join(", ")}`,
      got: `"${split}"`,
      fix: "choose one of these",
    });
  }
  const { runtime, threads } = context;
  const options = { runtime, threads, seed: run.record.seed, field: observedField(dataset) };
  const evaluator = await openEvaluator(run.model, splits[split], options);
  try {
    return await evaluator.evaluate(loadParameters(run));
  } finally {
    await evaluator.dispose();
  }
}
