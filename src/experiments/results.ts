import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import type { Finding } from "./experiment.ts";

/** A run that an experiment looked at: enough to make it again. */
export interface MeasuredRun {
  readonly recipe: string;
  readonly preset: string;
  readonly seed: number;
  readonly set: readonly string[];
  /** The command that trains it. */
  readonly command: string;
  readonly data: string;
  /** Id of the data that were wanted, where generated ones took their place. */
  readonly insteadOf?: string;
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Training, seconds. */
  readonly seconds: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** A figure of an experiment: a file beside the page, and what is said of it. */
export interface FigureFile {
  /** Below the folder of pages, "concept/trajectory-distances.svg"; or beside a probe's record. */
  readonly file: string;
  readonly alt: string;
  readonly caption: string;
}

/** An experiment's outcome with what it was made from. */
export interface ExperimentResult {
  readonly id: string;
  readonly title: string;
  readonly source: { readonly paper: string; readonly part: string };
  readonly about: string;
  readonly preset: string;
  readonly note: string;
  /** The command that repeats it. */
  readonly command: string;
  readonly options: unknown;
  readonly runs: readonly MeasuredRun[];
  readonly findings: readonly Finding[];
  readonly numbers: Readonly<Record<string, unknown>>;
  readonly figures: readonly FigureFile[];
  /** The measurement itself, seconds. */
  readonly seconds: number;
  readonly measured: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Readonly<Record<string, string | number>>;
}

/** Results of all experiments of one paper: results/concept.json. */
export interface GroupResults {
  readonly format: 1;
  readonly group: string;
  readonly experiments: Readonly<Record<string, ExperimentResult>>;
}

/** Reads results/<group>.json; empty if there is none. @throws FileError if it is damaged */
export function readResults(folder: string, group: string): GroupResults {
  const path = join(folder, `${group}.json`);
  if (!existsSync(path)) return { format: 1, group, experiments: {} };
  try {
    const results = JSON.parse(readFileSync(path, "utf8")) as GroupResults;
    if (results.format === 1 && results.group === group && results.experiments) return results;
  } catch {
    // falls through to the error below
  }
  throw new FileError({
    where: path,
    expected: `results of ${group}, format 1`,
    got: "another file, or a damaged one",
    fix: "restore it, or move it away and reproduce the experiments anew",
  });
}

/** Replaces one experiment's result, in the order of ids; the others stay. @returns all */
export function writeResult(
  folder: string,
  group: string,
  order: readonly string[],
  result: ExperimentResult,
): GroupResults {
  const before = readResults(folder, group);
  const merged: Record<string, ExperimentResult> = { ...before.experiments, [result.id]: result };
  const known = order.filter((id) => Object.hasOwn(merged, id));
  const others = Object.keys(merged).filter((id) => !known.includes(id));
  const experiments = Object.fromEntries([...known, ...others].map((id) => [id, merged[id]]));
  const results: GroupResults = { format: 1, group, experiments };
  writeFileAtomic(join(folder, `${group}.json`), `${compactJson(results)}\n`);
  return results;
}

/** JSON with a line for each value of a record, and lists of numbers on one line: long curves stay readable in a diff. */
export function compactJson(value: unknown, indent = ""): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((v) => typeof v !== "object" || v === null || isShortList(v))) return JSON.stringify(value);
    return `[\n${value.map((v) => inner + compactJson(v, inner)).join(",\n")}\n${indent}]`;
  }
  if (typeof value === "object" && value !== null) {
    const lines = Object.entries(value).flatMap(([key, v]) =>
      v === undefined ? [] : `${inner}${JSON.stringify(key)}: ${compactJson(v, inner)}`,
    );
    return lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n${indent}}`;
  }
  return JSON.stringify(value) ?? "null";
}

function isShortList(value: unknown): boolean {
  return Array.isArray(value) && value.length <= 20 && value.every((v) => typeof v !== "object" || v === null);
}

/** Numbers rounded to so many significant digits, through lists and records: measured numbers do not have seventeen. */
export function rounded<T>(value: T, digits = 5): T {
  if (typeof value === "number") {
    return (Number.isInteger(value) || !Number.isFinite(value) ? value : Number(value.toPrecision(digits))) as T;
  }
  if (ArrayBuffer.isView(value))
    return Array.from(value as unknown as ArrayLike<number>, (v) => rounded(v, digits)) as T;
  if (Array.isArray(value)) return value.map((v) => rounded(v, digits)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, rounded(v, digits)])) as T;
}
