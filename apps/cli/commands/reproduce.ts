import { Command } from "commander";
import {
  choosePreset,
  type Experiment,
  experiments,
  findExperiments,
  groupOf,
  lookUp,
  measureExperiment,
  runsOf,
  trainCommandOf,
} from "../../../src/node.ts";
import { contextFrom, withData, withDevice, withJson } from "../options.ts";
import { duration, EXIT, emit, note, table } from "../output.ts";
import { workProgress } from "../progress.ts";
import { closeWith, type JobOptions, trainAll, withJobs } from "./sweep.ts";

interface ReproduceOptions extends JobOptions {
  readonly preset: string;
  readonly results: string;
  readonly pages: string;
  readonly png?: boolean;
  readonly dryRun?: boolean;
}

export function reproduceCommand(): Command {
  const command = new Command("reproduce")
    .description("Run a paper's experiments: train what is missing, measure, write numbers, figures and a page.")
    .argument("<experiment>", "a paper's group, as in concept, or one experiment, as in concept/trajectory")
    .option("--preset <name>", "the size: paper (the paper's own), quick (minutes) or smoke (for tests)", "quick")
    .option("--results <folder>", "where numbers go, as <group>.json", "results")
    .option("--pages <folder>", "where the page and its figures go, as <group>.md", "docs/results")
    .option("--png", "write each SVG as PNG too, at twice its size")
    .option("--dry-run", "only say which runs there are, and which are wanted");
  withJson(withDevice(withData(withJobs(command)))).addHelpText(
    "after",
    `
Experiments:
${experiments.map((e) => `  ${e.id.padEnd(24)} ${e.title} (${e.source.part})`).join("\n")}

Runs that have ended are used as they are, wherever they lie below the folder of runs; those that were stopped go on. An experiment's
results replace its former ones, in any preset; those of others stay.

Examples:
  helmholtz reproduce concept                                 all experiments of the paper, quick
  helmholtz reproduce concept/trajectory --preset paper       one of them, at the paper's size (hours)
  helmholtz reproduce concept --preset paper --dry-run        what that would train`,
  );
  return command.action(async (name: string, options: ReproduceOptions) => {
    const began = performance.now();
    const chosen = findExperiments(name);
    const preset = choosePreset(options.preset);
    const wanted = runsOf(chosen, preset);
    if (options.dryRun) {
      const found = await lookUp(wanted, options.runs, contextFrom(options));
      const rows = wanted.map((run, i) => ({
        command: trainCommandOf(run),
        status: found[i]?.record.status ?? "wanted",
        folder: found[i]?.folder ?? null,
      }));
      emit(options.json ?? false, { runs: rows }, () =>
        table([["run", "status", "folder"], ...rows.map((r) => [r.command, r.status, r.folder ?? "-"])]),
      );
      return;
    }
    const runs = await trainAll(wanted, options);
    if (!closeWith(runs, wanted.length) && process.exitCode === EXIT.interrupted) return;
    const results = [];
    for (const experiment of chosen) results.push(await measured(experiment));
    const rows = results.flatMap((r) => r ?? []);
    emit(options.json ?? false, { preset, experiments: rows, seconds: (performance.now() - began) / 1000 }, () =>
      [
        ...rows.map((e) =>
          [
            `${e.id}: ${e.title}`,
            ...e.findings.map((f) => `  ${f.verdict.padEnd(9)} ${f.what}: ${f.ours}  [paper: ${f.paper}]`),
          ].join("\n"),
        ),
        "",
        `${rows.length > 0 ? "done" : "nothing measured"} in ${duration((performance.now() - began) / 1000)}`,
        ...[...new Set(rows.map(groupOf))].flatMap((g) => [
          `  numbers  ${options.results}/${g}.json`,
          `  page     ${options.pages}/${g}.md  (as HTML: helmholtz report ${g})`,
        ]),
      ].join("\n"),
    );

    /** One experiment, if all its runs have ended. */
    async function measured(experiment: Experiment) {
      const mine = runsOf([experiment], preset);
      const found = await lookUp(mine, options.runs, contextFrom(options));
      const lacking = mine.filter(
        (_, i) => found[i]?.record.status !== "completed" && found[i]?.record.status !== "stopped early",
      );
      if (lacking.length > 0) {
        note(`${experiment.id} is left out: ${lacking.length} of its ${mine.length} runs have not ended`);
        process.exitCode = EXIT.failed;
        return undefined;
      }
      const progress = workProgress(experiment.id);
      const order = experiments.filter((e) => groupOf(e) === groupOf(experiment)).map((e) => e.id);
      const out = { results: options.results, pages: options.pages };
      const context = { ...contextFrom(options), progress: progress.part, png: options.png ?? false };
      const folders = found.map((f) => f!.folder);
      const all = await measureExperiment(experiment, preset, folders, order, out, context).finally(progress.end);
      const result = all.experiments[experiment.id];
      if (!options.json) note(`${experiment.id}: measured in ${duration(result.seconds)}`);
      return result;
    }
  });
}
