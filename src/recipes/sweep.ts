import { UsageError } from "../base/errors.ts";
import type { RunRecord } from "../training/run-folder.ts";
import { createRun, type RunContext } from "./run.ts";
import {
  findRun,
  findRuns,
  folderFor,
  isFinished,
  resolveConfig,
  type StoredRun,
  type WantedRun,
} from "./run-store.ts";

/** A grid of runs: every value of every axis with every seed. */
export interface Grid {
  readonly recipe: string;
  readonly preset?: string;
  /** Settings that all runs share. */
  readonly set?: readonly string[];
  /** `model.latent=2,5,10`: one axis each. */
  readonly axes: readonly string[];
  readonly seeds: readonly number[];
}

/** All runs of a grid, the last axis changing fastest and seeds after it. @throws UsageError for a value the recipe refuses */
export function gridRuns({ recipe, preset = "quick", set = [], axes, seeds }: Grid): WantedRun[] {
  const points = axes
    .map(axisSettings)
    .reduce<string[][]>((grid, values) => grid.flatMap((point) => values.map((value) => [...point, value])), [[]]);
  const runs = points.flatMap((point) => seeds.map((seed) => ({ recipe, preset, seed, set: [...set, ...point] })));
  for (const run of runs) resolveConfig(run);
  return runs;
}

/** `model.latent=2,5` → `model.latent=2`, `model.latent=5`. Commas within brackets, braces and quotes do not part values. */
function axisSettings(axis: string): string[] {
  const at = axis.indexOf("=");
  if (at < 1 || at === axis.length - 1) {
    throw new UsageError({
      where: `--grid ${axis}`,
      expected: "key=value,value,…",
      got: at < 1 ? "no key before an equals sign" : "no values",
      fix: "write it like --grid model.latent=2,5,10",
    });
  }
  const values = axis.slice(at + 1).match(/(?:\[[^\]]*\]|\{[^}]*\}|"[^"]*"|[^,])+/g) ?? [];
  return values.map((value) => axis.slice(0, at + 1) + value.trim());
}

/** "1-3,7" → 1, 2, 3, 7. @throws UsageError if it is no list of whole numbers */
export function parseSeeds(text: string): number[] {
  const seeds = text.split(",").flatMap((part) => {
    const range = part.trim().match(/^(\d+)(?:-(\d+))?$/);
    const [from, to] = range ? [Number(range[1]), Number(range[2] ?? range[1])] : [1, 0];
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  });
  const unique = [...new Set(seeds)];
  if (unique.length > 0 && unique.length === seeds.length && seeds.every(Number.isSafeInteger)) return seeds;
  throw new UsageError({
    where: "--seeds",
    expected: "different whole numbers and rising ranges",
    got: `"${text}"`,
    fix: "write them like --seeds 1-3 or --seeds 1,5,7",
  });
}

/** How a sweep stands. */
export interface SweepState {
  readonly total: number;
  /** Ended, with those that had ended before. */
  readonly done: number;
  readonly failed: number;
  readonly running: readonly string[];
}

export interface SweepOptions {
  /** The folder with all runs. */
  readonly root: string;
  /** Runs at one time. */
  readonly jobs: number;
  /** Trains the run in a folder to its end, in a process of its own say, and gives its record. */
  readonly train: (folder: string) => Promise<RunRecord>;
  readonly watch?: (state: SweepState) => void;
  /** Aborting it starts no further runs; `train` must end those that run. */
  readonly signal?: AbortSignal;
}

/** One wanted run and what became of it. */
export interface SweptRun {
  readonly wanted: WantedRun;
  readonly folder: string;
  readonly record: RunRecord;
  /** It had ended before the sweep. */
  readonly found: boolean;
  readonly error?: Error;
}

/** For every wanted run the one that is there already, ended or begun. */
export async function lookUp(
  wanted: readonly WantedRun[],
  root: string,
  context: Pick<RunContext, "data">,
): Promise<(StoredRun | undefined)[]> {
  const known = findRuns(root);
  const found: (StoredRun | undefined)[] = [];
  for (const run of wanted) found.push(await findRun(known, run, context));
  return found;
}

/**
 * Sees to it that every wanted run exists and has ended: those that have are left alone, those that were begun go on where they stopped,
 * the others are made. Several at a time; one that fails does not stop the others.
 * @returns the runs in the order wanted; fewer if the signal came before all had begun
 */
export async function sweep(
  wanted: readonly WantedRun[],
  options: SweepOptions,
  context: RunContext,
): Promise<SweptRun[]> {
  const { root, jobs, train, watch = () => {}, signal } = options;
  const results: (SweptRun | undefined)[] = [];
  const running = new Set<string>();
  let next = 0;
  const state = (): SweepState => {
    const ended = results.filter((r) => r !== undefined);
    const failed = ended.filter((r) => r.error).length;
    return { total: wanted.length, done: ended.length - failed, failed, running: [...running] };
  };
  const begun = await lookUp(wanted, root, context);
  for (const [i, found] of begun.entries()) {
    if (isFinished(found)) results[i] = { wanted: wanted[i], ...found, found: true };
  }
  watch(state());

  const work = async (): Promise<void> => {
    while (next < wanted.length && !signal?.aborted) {
      const i = next++;
      if (results[i]) continue;
      const run = wanted[i];
      const folder = begun[i]?.folder ?? folderFor(root, run);
      if (!begun[i]) await createRun({ ...run, out: folder }, context);
      running.add(folder);
      watch(state());
      try {
        const record = await train(folder);
        if (record.status !== "interrupted") results[i] = { wanted: run, folder, record, found: false };
      } catch (cause) {
        const { record } = findRuns(folder)[0];
        results[i] = { wanted: run, folder, record, found: false, error: cause as Error };
      }
      running.delete(folder);
      watch(state());
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return results.filter((r) => r !== undefined);
}
