import { existsSync } from "node:fs";
import { join } from "node:path";
import { nearest, UsageError } from "../../base/errors.ts";
import type { RunContext } from "../../recipes/run.ts";
import { findRuns } from "../../recipes/run-store.ts";
import { experiments } from "../index.ts";
import { groupOf, type ResultFolders } from "../reproduce.ts";
import { experimentReport } from "./experiment-report.ts";
import { type RunReportOptions, runReport } from "./run-report.ts";

/** How a report is made. */
export type ReportOptions = RunReportOptions & ResultFolders;

/** A page that was written. */
export interface WrittenReport {
  readonly of: "run" | "experiment";
  readonly page: string;
}

/**
 * Writes the page of whatever a name stands for: a run folder, an experiment, or a group of experiments.
 * @throws UsageError if it stands for none of these
 */
export async function report(name: string, options: ReportOptions, context: RunContext): Promise<WrittenReport> {
  if (existsSync(join(name, "run.json"))) return { of: "run", page: await runReport(name, context, options) };
  const names = [...new Set(experiments.map(groupOf)), ...experiments.map(({ id }) => id)];
  if (names.includes(name)) return { of: "experiment", page: experimentReport(name, options, options.out) };
  const near = nearest(name, [...names, ...findRuns("runs").map(({ folder }) => folder)]);
  throw new UsageError({
    where: "report",
    expected: `a run folder (one with run.json), or an experiment (${names.join(", ")})`,
    got: `"${name}"`,
    fix: near ? `did you mean "${near}"` : "give the folder of a run, or see `helmholtz list experiments`",
  });
}
