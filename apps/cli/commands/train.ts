import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { createRun, metricText, type RunRecord, readRun, UsageError } from "../../../src/node.ts";
import {
  type CommonOptions,
  collect,
  contextFrom,
  runtimeFor,
  wholeNumber,
  withData,
  withDevice,
  withJson,
} from "../options.ts";
import { duration, EXIT, emit, note } from "../output.ts";
import { trainingProgress } from "../progress.ts";
import { trainInProcess } from "../training-process.ts";

interface TrainOptions extends CommonOptions {
  readonly preset: string;
  readonly seed: number;
  readonly set: string[];
  readonly out?: string;
  readonly resume?: string;
}

export function trainCommand(): Command {
  const command = new Command("train")
    .description("Train a recipe into a run folder, or go on with a run that was stopped.")
    .argument("[recipe]", "which one, as in `helmholtz list`")
    .option("--preset <name>", "its size: quick, paper (the paper's own) or smoke (seconds, for tests)", "quick")
    .option("--seed <n>", "seed of all randomness; the same seed gives the same bytes", wholeNumber, 1)
    .option("--set <key=value>", "change one setting, as in --set model.latent=32 (repeatable)", collect, [])
    .option("--out <folder>", "the run folder (default: runs/<recipe>/<date>-<id>)")
    .option("--resume <folder>", "go on with this run exactly where it stopped; all settings come from the run");
  withJson(withDevice(withData(command))).addHelpText(
    "after",
    `
Examples:
  helmholtz train concept/vae                                     minutes on two cores
  helmholtz train concept/vae --preset paper --out runs/paper     the paper's training
  helmholtz train concept/vae --set model.latent=10 --seed 3      other sizes
  helmholtz train --resume runs/paper                             after Ctrl-C, a crash or a power cut
  helmholtz train concept/vae --set data.id=fashion-mnist         other data

The run folder is readable without Helmholtz: run.json, metrics.jsonl, model.safetensors, README.md, checkpoints/.`,
  );
  return command.action(async (recipe: string | undefined, options: TrainOptions) => {
    const record = options.resume ? await resume(recipe, options.resume, options) : await begin(recipe, options);
    process.exitCode = record.status === "interrupted" ? EXIT.interrupted : EXIT.ok;
  });
}

async function begin(recipe: string | undefined, options: TrainOptions): Promise<RunRecord> {
  if (!recipe) {
    throw new UsageError({
      where: "train",
      expected: "a recipe or --resume <folder>",
      got: "neither",
      fix: "for example: helmholtz train concept/vae",
    });
  }
  const { preset, seed, set } = options;
  const out = options.out ?? newRunFolder(recipe);
  await createRun({ recipe, preset, seed, set, out }, contextFrom(options));
  return follow(out, options);
}

async function resume(recipe: string | undefined, folder: string, options: TrainOptions): Promise<RunRecord> {
  const record = readRun(folder);
  if (recipe !== undefined && recipe !== record.recipe) {
    throw new UsageError({
      where: `--resume ${folder}`,
      expected: `a run of ${recipe}`,
      got: `one of ${record.recipe}`,
      fix: "leave the recipe out: the run knows it",
    });
  }
  if (record.status === "completed") note(`${folder} is complete already.`);
  return follow(folder, options);
}

/** Trains the run in its own process while this one shows how it goes, and prints the outcome. */
export async function follow(
  folder: string,
  options: Omit<CommonOptions, "download">,
  quiet = false,
): Promise<RunRecord> {
  runtimeFor(options.device);
  if (!options.json) note(`training in ${folder} (Ctrl-C saves and stops)`);
  const progress = trainingProgress();
  const { device, threads, cacheDir } = options;
  const dataDir = contextFrom({ ...options, download: false }).data?.dataDir;
  const order = { folder, device, threads, dataDir, cacheDir };
  const record = await trainInProcess(order, progress.show, note).finally(() => progress.end());
  if (quiet) return record;
  emit(
    options.json ?? false,
    { run: folder, status: record.status, step: record.step, seconds: record.seconds, metrics: record.metrics ?? {} },
    () => summary(folder, record),
  );
  return record;
}

function summary(folder: string, record: RunRecord): string {
  const scores = Object.entries(record.metrics ?? {}).map(([split, m]) => `${split} ${metricText(m)} per example`);
  if (record.status === "interrupted") {
    return `stopped at step ${record.step} of ${record.steps}, saved. Go on with: helmholtz train --resume ${folder}`;
  }
  return [
    `${record.status} after ${duration(record.seconds ?? 0)}: ${scores.join(", ")}`,
    `run folder: ${folder}`,
  ].join("\n");
}

/** runs/concept/vae/2026-11-21-1, counted up. */
export function newRunFolder(recipe: string): string {
  const day = new Date().toISOString().slice(0, 10);
  for (let n = 1; ; n++) {
    const folder = join("runs", recipe, `${day}-${n}`);
    if (!existsSync(folder)) return folder;
  }
}
