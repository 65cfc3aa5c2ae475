import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FileError, internal } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { showShape, sizeOf } from "../base/shape.ts";
import type { Dataset } from "../data/dataset.ts";
import { type OpenOptions, openDataset } from "../data/open.ts";
import { leafName } from "../graph/leaves.ts";
import type { Model } from "../models/model.ts";
import type { Runtime } from "../runtime/session.ts";
import { checkpointSteps, decodeVariables, encodeVariables, loadCheckpoint } from "../training/checkpoint.ts";
import { openEvaluator } from "../training/evaluate.ts";
import { framesInOrder, wholeExamples } from "../training/examples.ts";
import { openMetricLog } from "../training/metric-log.ts";
import { createRunFolder, lockRun, type RunRecord, readRun, sweepTemporary, writeRun } from "../training/run-folder.ts";
import { compileStep } from "../training/step.ts";
import { namedMetrics, type TrainingEvent, type TrainingResult, trainModel } from "../training/trainer.ts";
import { override, parseConfig } from "./config.ts";
import { findPreset, findRecipe } from "./index.ts";
import { type FreshSequences, limited, planTraining } from "./plan.ts";
import { machine, versions } from "./provenance.ts";
import type { Recipe, RecipeConfig } from "./recipe.ts";
import { runReadme } from "./run-readme.ts";

/** What to train. */
export interface TrainRequest {
  readonly recipe: string;
  /** Default "quick". */
  readonly preset?: string;
  /** Default 1. */
  readonly seed?: number;
  /** `model.latent=32`, as given to --set. */
  readonly set?: readonly string[];
  /** The run folder to be; new or empty. */
  readonly out: string;
}

/** What a run needs from outside. */
export interface RunContext {
  readonly runtime: Runtime;
  readonly threads: number;
  readonly data?: OpenOptions;
  /** Receives sentences for the person, such as that generated data take the place of real ones. */
  readonly notice?: (sentence: string) => void;
  /** Aborting it ends the training after a checkpoint. */
  readonly signal?: AbortSignal;
  readonly watch?: (event: TrainingEvent) => void;
}

/** A run folder, understood. */
export interface OpenedRun {
  readonly folder: string;
  readonly record: RunRecord;
  readonly recipe: Recipe;
  readonly config: RecipeConfig;
  readonly model: Model;
}

/** The file with a finished run's parameters. */
export const MODEL_FILE = "model.safetensors";

/** Checks a request and makes its run folder, without training. @throws UsageError, FileError */
export async function createRun(request: TrainRequest, context: RunContext): Promise<RunRecord> {
  const recipe = findRecipe(request.recipe);
  const preset = request.preset ?? "quick";
  const base = findPreset(recipe, preset).config;
  const seed = request.seed ?? 1;
  const wanted = override(base, request.set ?? []);
  const config = parseConfig(recipe.schema, wanted, `config of ${recipe.id}`, base);
  const model = recipe.model(config); // refuses sizes that do not fit together before anything is written
  const found = await openConfigured(config, seed, { ...context.data, fallback: true, notice: context.notice });
  const dataset = limited(found, config.data);
  const plan = planTraining(config.train, seed, dataset, freshSequences(config, model));
  plan.optimizer.updates(model.variables, model.variables); // refuses an optimiser that lacks a setting for one of them
  const record: RunRecord = {
    format: 1,
    recipe: recipe.id,
    preset,
    seed,
    config: config as unknown as RunRecord["config"],
    data: { id: found.id, title: found.title, provenance: found.provenance, generated: found.generated },
    status: "running",
    started: new Date().toISOString(),
    step: 0,
    steps: plan.steps,
    device: context.runtime.device,
    threads: context.threads,
    versions: versions(),
    machine: machine(),
  };
  createRunFolder(request.out, record);
  return record;
}

/**
 * Trains the run in a folder made by `createRun`, from its newest checkpoint if it has one, on the threads it was begun with.
 * @throws RunError if a loss is no longer finite; FileError if a checkpoint is damaged or the disk fails; run.json then says so
 */
export async function continueRun(folder: string, context: RunContext): Promise<RunRecord> {
  const { record, recipe, config, model } = openRun(folder);
  if (record.status === "completed" || record.status === "stopped early") return record;
  const unlock = lockRun(folder);
  try {
    sweepTemporary(folder);
    const dataset = await openRunData(record, context.data);
    const { error: _gone, ...begun } = record;
    const running: RunRecord = { ...begun, status: "running" };
    writeRun(folder, running);
    try {
      const result = await train({ folder, record: running, recipe, config, model }, dataset, context);
      return finish(folder, running, result, model, recipe, config);
    } catch (cause) {
      writeRun(folder, { ...running, status: "failed", error: (cause as Error).message });
      throw cause;
    }
  } finally {
    unlock();
  }
}

/** Reads what a run folder is. @throws FileError or UsageError if it is none, or of another version */
export function openRun(folder: string): OpenedRun {
  const record = readRun(folder);
  const recipe = findRecipe(record.recipe);
  const known = recipe.presets.paper.config;
  const config = parseConfig(recipe.schema, record.config, `config in ${join(folder, "run.json")}`, known);
  return { folder, record, recipe, config, model: recipe.model(config) };
}

/**
 * The data that a run was begun on; never a substitute.
 * @param length frames of a sequence, where it is not that of tests
 * @throws FileError if they cannot be had any more
 */
export async function openRunData(record: RunRecord, options: OpenOptions = {}, length?: number): Promise<Dataset> {
  const config = record.config as unknown as RecipeConfig;
  const data = { ...config.data, id: record.data.id };
  const found = await openConfigured({ ...config, data }, record.seed, { ...options, fallback: false }, length);
  return limited(found, data);
}

/**
 * The data set of a configuration. Of sequences that every epoch has fresh there are so many that none sees those of another;
 * those to train on differ from seed to seed, those to test are the same.
 * @param length frames of a sequence, where it is not that of tests; the shorter ones are the beginnings of the longer
 */
function openConfigured(
  { data, train }: RecipeConfig,
  seed: number,
  options: OpenOptions,
  length = data.testLength,
): Promise<Dataset> {
  const { id, sequences, films, side } = data;
  const fresh = sequences && { length, train: sequences * train.epochs, canvas: side, trainSeed: seed };
  const drawn = films && { length: data.length, train: films, canvas: side };
  return openDataset(id, { ...options, ...fresh, ...drawn });
}

/** The sequences of each epoch, if the configuration asks for fresh ones. */
function freshSequences({ data }: RecipeConfig, model: Model): FreshSequences | undefined {
  return data.sequences ? { perEpoch: data.sequences, steps: model.frames ? data.length! : 1 } : undefined;
}

/** The parameters of a run: of its end, or of its newest checkpoint if it has not ended. @throws FileError if it has neither */
export function loadParameters({ folder, model }: OpenedRun): Record<string, Float32Array> {
  const newest = checkpointSteps(folder).at(-1);
  const finished = join(folder, MODEL_FILE);
  const path =
    existsSync(finished) || newest === undefined ? finished : join(folder, "checkpoints", String(newest), MODEL_FILE);
  if (!existsSync(path)) {
    throw new FileError({
      where: path,
      expected: "the parameters of a run",
      got: "no such file",
      fix: `the run has not come to its first checkpoint: continue it with \`helmholtz train --resume ${folder}\``,
    });
  }
  const parameters = decodeVariables(readFileSync(path), path);
  for (const v of model.variables) {
    const name = leafName(v);
    if (parameters[name]?.length === sizeOf(v.shape)) continue;
    throw new FileError({
      where: path,
      expected: `"${name}" ${showShape(v.shape)}`,
      got: parameters[name] ? `${parameters[name].length} numbers` : "no such tensor",
      fix: "the file belongs to another model or config: restore it, or train anew",
    });
  }
  return parameters;
}

/** The field that models read. */
export function observedField(dataset: Dataset): string {
  return dataset.fields.find((f) => f.kind === "observation")?.name ?? internal(`${dataset.id} has no observation`);
}

async function train(
  { folder, record, recipe, config, model }: OpenedRun,
  dataset: Dataset,
  { runtime, signal, watch, data }: RunContext,
): Promise<TrainingResult> {
  const { seed, threads } = record;
  const plan = planTraining(config.train, seed, dataset, freshSequences(config, model));
  const field = observedField(dataset);
  const variables = compileStep(model, plan.optimizer, { batch: config.train.batch }).variables;
  const from = checkpointSteps(folder).length > 0 ? loadCheckpoint(folder, variables) : undefined;
  const options = { runtime, threads, seed, field };
  const evaluators = [];
  for (const { name, split, from, to } of plan.evaluations) {
    const evaluator = recipe.evaluator
      ? await recipe.evaluator({ model, dataset, split, ...options })
      : await openEvaluator(model, split, { ...options, name, from, to });
    evaluators.push({ name, evaluator });
  }
  const { length, testLength } = config.data;
  const { train } = (testLength === undefined ? dataset : await openRunData(record, data, length)).splits;
  const examples =
    model.frames && length !== undefined
      ? framesInOrder(model, train, field, length, plan.batches)
      : wholeExamples(model, train, field, plan.batches);
  try {
    return await trainModel(
      {
        model,
        optimizer: plan.optimizer,
        rate: plan.rate,
        runtime,
        threads,
        seed,
        examples,
        evaluators,
        folder,
        log: (length) => openMetricLog(join(folder, "metrics.jsonl"), length),
      },
      plan,
      { from, signal, watch },
    );
  } finally {
    for (const { evaluator } of evaluators) await evaluator.dispose();
  }
}

function finish(
  folder: string,
  running: RunRecord,
  result: TrainingResult,
  model: Model,
  recipe: Recipe,
  config: RecipeConfig,
): RunRecord {
  const record: RunRecord = {
    ...running,
    status: result.status,
    step: result.step,
    seconds: Number(result.seconds.toFixed(3)),
    finished: new Date().toISOString(),
    metrics: Object.fromEntries(
      Object.entries(result.evaluations).map(([name, e]) => [name, { ...namedMetrics(model, e), count: e.count }]),
    ),
  };
  if (result.status !== "interrupted") {
    const ports = model.variables.map((v) => ({ ...v, name: leafName(v), initial: () => {} }));
    writeFileAtomic(join(folder, MODEL_FILE), encodeVariables(ports, result.state));
    writeFileAtomic(join(folder, "README.md"), runReadme(record, recipe, config, model));
  }
  writeRun(folder, record);
  return record;
}
