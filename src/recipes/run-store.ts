import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { openDataset } from "../data/open.ts";
import { type RunRecord, readRun } from "../training/run-folder.ts";
import { override, parseConfig } from "./config.ts";
import { findPreset, findRecipe } from "./index.ts";
import type { RunContext, TrainRequest } from "./run.ts";
import { quoted, sameTree } from "./settings.ts";

/** A run that is wanted; where it lies is for the store to say. */
export type WantedRun = Omit<TrainRequest, "out">;

/** A run of a store. */
export interface StoredRun {
  readonly folder: string;
  readonly record: RunRecord;
}

/** Folders below the root that runs are looked for in: runs/concept/vae/2026-11-21-1. */
const DEPTH = 4;

/** All runs below a folder, in the order of their paths. Folders that are no runs, and damaged ones, are passed over. */
export function findRuns(root: string): StoredRun[] {
  return [...runsBelow(root, DEPTH)];
}

function* runsBelow(folder: string, depth: number): Generator<StoredRun> {
  if (existsSync(join(folder, "run.json"))) {
    try {
      yield { folder, record: readRun(folder) };
    } catch {
      // damaged: it cannot stand for anything
    }
    return;
  }
  if (depth === 0 || !existsSync(folder)) return;
  const inside = readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory() || e.isSymbolicLink());
  for (const { name } of inside.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    yield* runsBelow(join(folder, name), depth - 1);
  }
}

/** Ended ones before others, then those that came further. */
const ended = ({ record }: StoredRun): boolean => record.status === "completed" || record.status === "stopped early";

/**
 * The run that is the wanted one, in recipe, seed and the whole of its configuration, on the data that would be used if it were trained
 * here: one that has ended if there is any, else the one that came furthest.
 */
export async function findRun(
  runs: readonly StoredRun[],
  wanted: WantedRun,
  context: Pick<RunContext, "data">,
): Promise<StoredRun | undefined> {
  const { seed = 1 } = wanted;
  const config = resolveConfig(wanted);
  const same = runs.filter(
    ({ record }) => record.recipe === wanted.recipe && record.seed === seed && sameTree(completed(record), config),
  );
  if (same.length === 0) return undefined;
  const { id } = await openDataset(config.data.id, { ...context.data, fallback: true });
  return same
    .filter(({ record }) => record.data.id === id)
    .sort((a, b) => Number(ended(b)) - Number(ended(a)) || b.record.step - a.record.step)[0];
}

/** A run's configuration with what was not yet a setting when it was made. */
function completed({ recipe, config }: RunRecord): unknown {
  const parsed = findRecipe(recipe).schema.safeParse(config);
  return parsed.success ? parsed.data : undefined;
}

/** Has it come to its end? */
export function isFinished(run: StoredRun | undefined): run is StoredRun {
  return run !== undefined && ended(run);
}

/** A new folder below the root for a run, named for what it is. */
export function folderFor(root: string, { recipe, preset = "quick", seed = 1, set = [] }: WantedRun): string {
  const settings = set.map((s) =>
    s
      .replace(/^[^=]*\./, "")
      .replace(/[^\w.-]+/g, "-")
      .slice(0, 40),
  );
  const name = [preset, ...settings, `seed${seed}`].join("-");
  for (let n = 1; ; n++) {
    const folder = join(root, recipe, n === 1 ? name : `${name}-${n}`);
    if (!existsSync(folder)) return folder;
  }
}

/** The command that trains it. */
export function trainCommandOf({ recipe, preset = "quick", seed = 1, set = [] }: WantedRun): string {
  const settings = set.map((s) => ` --set ${quoted(s)}`).join("");
  return `npx helmholtz train ${recipe} --preset ${preset} --seed ${seed}${settings}`;
}

/** The whole configuration of a wanted run. @throws UsageError if it is not one of the recipe's */
export function resolveConfig({ recipe, preset = "quick", set = [] }: WantedRun) {
  const definition = findRecipe(recipe);
  const base = findPreset(definition, preset).config;
  return parseConfig(definition.schema, override(base, set), `config of ${recipe}`, base);
}
