import { basename, join } from "node:path";
import { writeFileAtomic } from "../base/files.ts";
import type { NamedFigure } from "../probes/probe.ts";
import { machine, versions } from "../recipes/provenance.ts";
import { openRun, type RunContext } from "../recipes/run.ts";
import { resolveConfig, trainCommandOf, type WantedRun } from "../recipes/run-store.ts";
import { sameTree } from "../recipes/settings.ts";
import type { Experiment, TrainedRun } from "./experiment.ts";
import { type FigureFileOptions, writeFigureFile } from "./figure-file.ts";
import { type FigureFile, type GroupResults, rounded, writeResult } from "./results.ts";
import { resultsPage } from "./results-page.ts";
import { subjectOpener } from "./subject-of.ts";

export type PresetName = "paper" | "quick" | "smoke";

/** Where results go. */
export interface ResultFolders {
  /** Of <group>.json. */
  readonly results: string;
  /** Of <group>.md and the folder <group>/ with its figures. */
  readonly pages: string;
}

/** The runs that experiments look at, each once. */
export function runsOf(experiments: readonly Experiment[], preset: PresetName): WantedRun[] {
  const all = experiments.flatMap((e) => e.presets[preset].runs);
  const resolved = all.map((run) => ({ recipe: run.recipe, seed: run.seed ?? 1, config: resolveConfig(run) }));
  return all.filter((_, i) => resolved.findIndex((other) => sameTree(other, resolved[i])) === i);
}

/** "concept" of "concept/trajectory". */
export const groupOf = ({ id }: Pick<Experiment, "id">): string => id.split("/")[0];

/**
 * Measures an experiment on runs that have ended, and writes its numbers, figures and page.
 * @param folders of the preset's runs, in its order
 * @param order   ids of all experiments of the group, as the page shall have them
 */
export async function measureExperiment(
  experiment: Experiment,
  preset: PresetName,
  folders: readonly string[],
  order: readonly string[],
  out: ResultFolders,
  context: RunContext & FigureFileOptions & { readonly progress?: (part: number) => void },
): Promise<GroupResults> {
  const began = performance.now();
  const { note, runs: wanted, options } = experiment.presets[preset];
  const opener = subjectOpener(context);
  const runs = folders.map((folder, i): TrainedRun => {
    const run = openRun(folder);
    return { wanted: wanted[i], run, open: () => opener(run) };
  });
  const progress = context.progress ?? (() => {});
  const { findings, numbers, figures } = await experiment.measure(runs, options, { progress });
  const group = groupOf(experiment);
  const files: FigureFile[] = [];
  for (const figure of figures) {
    files.push(await writeFigure(join(out.pages, group), experiment.id.split("/")[1], figure, context));
  }
  const { id, title, source, about } = experiment;
  const results = writeResult(out.results, group, order, {
    id,
    title,
    source,
    about,
    preset,
    note,
    command: `npx helmholtz reproduce ${id} --preset ${preset}`,
    options,
    runs: runs.map(({ wanted: w, run: { record, config } }) => ({
      recipe: record.recipe,
      preset: w.preset ?? "quick",
      seed: record.seed,
      set: w.set ?? [],
      command: trainCommandOf(w),
      data: record.data.title,
      ...(record.data.generated && config.data.id !== record.data.id && { insteadOf: config.data.id }),
      metrics: record.metrics ?? {},
      seconds: Math.round(record.seconds ?? 0),
      versions: record.versions,
    })),
    findings,
    numbers: rounded(numbers),
    figures: files,
    seconds: Math.round((performance.now() - began) / 1000),
    measured: new Date().toISOString(),
    versions: versions(),
    machine: machine(),
  });
  writeFileAtomic(join(out.pages, `${group}.md`), resultsPage(results));
  return results;
}

async function writeFigure(
  folder: string,
  experiment: string,
  { name, image, alt, caption }: NamedFigure,
  options: FigureFileOptions,
): Promise<FigureFile> {
  const [path] = await writeFigureFile(join(folder, `${experiment}-${name}`), image, options);
  return { file: `${basename(folder)}/${basename(path)}`, alt, caption };
}
