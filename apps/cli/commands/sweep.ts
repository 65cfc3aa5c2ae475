import os from "node:os";
import { Command } from "commander";
import {
  gridRuns,
  lookUp,
  metricText,
  parseSeeds,
  type RunContext,
  type SweptRun,
  sweep,
  trainCommandOf,
  type WantedRun,
} from "../../../src/node.ts";
import {
  type CommonOptions,
  collect,
  contextFrom,
  positiveInteger,
  withData,
  withDevice,
  withJson,
} from "../options.ts";
import { duration, EXIT, emit, note, table } from "../output.ts";
import { SweepProgress } from "../sweep-progress.ts";
import { interrupted, trainInProcess } from "../training-process.ts";

/** Options of commands that train many runs. */
export interface JobOptions extends CommonOptions {
  readonly runs: string;
  readonly jobs?: number;
}

interface SweepOptions extends JobOptions {
  readonly preset: string;
  readonly seeds: string;
  readonly grid: string[];
  readonly set: string[];
  readonly dryRun?: boolean;
}

export function sweepCommand(): Command {
  const command = new Command("sweep")
    .description("Train a grid of settings and seeds, several runs at a time. Finished runs are never repeated.")
    .argument("<recipe>", "which one, as in `helmholtz list`")
    .option("--grid <key=values>", "an axis of the grid, as in --grid model.latent=2,5,10 (repeatable)", collect, [])
    .option("--seeds <list>", "seeds of every point, as in 1-3 or 1,5,7", "1")
    .option("--preset <name>", "what the settings change: quick, paper or smoke", "quick")
    .option("--set <key=value>", "change one setting in all runs (repeatable)", collect, [])
    .option("--dry-run", "only say which runs there are, and which are wanted");
  withJson(withDevice(withData(withJobs(command)))).addHelpText(
    "after",
    `
Every run is a process of its own with a folder of its own, <runs>/<recipe>/<preset>-<settings>-seed<n>. A run counts as done if its recipe,
seed and whole configuration are the same, wherever it lies below the folder of runs. Ctrl-C saves all that train; the same command goes on.

Examples:
  helmholtz sweep concept/vae --grid model.latent=2,5,10,20,100 --seeds 1-3
  helmholtz sweep concept/vae --preset paper --seeds 1-3 --jobs 2
  helmholtz sweep concept/vae --grid train.batch=50,100 --grid 'train.rate={"kind":"constant","rate":1e-3}' --dry-run`,
  );
  return command.action(async (recipe: string, options: SweepOptions) => {
    const began = performance.now();
    const { preset, set, grid } = options;
    const wanted = gridRuns({ recipe, preset, set, axes: grid, seeds: parseSeeds(options.seeds) });
    if (options.dryRun) {
      const found = await lookUp(wanted, options.runs, contextFrom(options));
      const rows = wanted.map((run, i) => ({
        command: trainCommandOf(run),
        found: found[i]?.folder ?? null,
        status: found[i]?.record.status ?? "wanted",
      }));
      emit(options.json ?? false, { runs: rows }, () =>
        table([["run", "status", "folder"], ...rows.map((r) => [r.command, r.status, r.found ?? "-"])]),
      );
      return;
    }
    const runs = await trainAll(wanted, options);
    emit(options.json ?? false, { runs: runs.map(summaryOf), seconds: (performance.now() - began) / 1000 }, () =>
      [
        table([
          ["run", "seed", "settings", "status", "scores"],
          ...runs.map(({ folder, record, wanted: w }) => [
            folder,
            String(record.seed),
            (w.set ?? []).join(" ") || "-",
            record.status,
            Object.entries(record.metrics ?? {})
              .map(([split, m]) => `${split} ${metricText(m)}`)
              .join(", "),
          ]),
        ]),
        `${runs.length} of ${wanted.length} runs after ${duration((performance.now() - began) / 1000)}`,
      ].join("\n"),
    );
    closeWith(runs, wanted.length);
  });
}

const summaryOf = ({ folder, record, wanted, found }: SweptRun) => ({
  run: folder,
  recipe: record.recipe,
  preset: record.preset,
  seed: record.seed,
  set: wanted.set ?? [],
  status: record.status,
  found,
  metrics: record.metrics ?? {},
});

export function withJobs(command: Command): Command {
  return command
    .option("--runs <folder>", "the folder with all runs", "runs")
    .option(
      "--jobs <n>",
      "runs at one time (default: one for every core, or fewer if there are fewer runs)",
      positiveInteger,
    );
}

/** Trains all that is wanted and not there, each run in a process of its own, and shows how it goes. */
export async function trainAll(wanted: readonly WantedRun[], options: JobOptions): Promise<SweptRun[]> {
  const context: RunContext = contextFrom(options);
  const jobs = options.jobs ?? Math.min(os.availableParallelism(), Math.max(1, wanted.length));
  const threads = Math.max(1, Math.floor(options.threads / jobs));
  const progress = new SweepProgress();
  const { device, cacheDir } = options;
  const train = async (folder: string) => {
    const order = { folder, device, threads, dataDir: context.data?.dataDir, cacheDir };
    try {
      const record = await trainInProcess(order, (event) => progress.event(folder, event), note);
      progress.ended({ folder, record });
      return record;
    } catch (error) {
      note(`${folder}: ${(error as Error).message}`);
      throw error;
    }
  };
  const watch = progress.state.bind(progress);
  const settings = { root: options.runs, jobs, train, watch, signal: interrupted };
  return sweep(wanted, settings, { ...context, threads }).finally(() => progress.end());
}

/** Sets the exit code for runs that failed or did not end. */
export function closeWith(runs: readonly SweptRun[], wanted: number): boolean {
  const failed = runs.filter((r) => r.error !== undefined).length;
  if (interrupted.aborted) {
    note("stopped and saved. The same command goes on.");
    process.exitCode = EXIT.interrupted;
  } else if (failed > 0 || runs.length < wanted) process.exitCode = EXIT.failed;
  return process.exitCode === undefined;
}
