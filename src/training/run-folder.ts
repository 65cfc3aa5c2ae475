import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileError, UsageError } from "../base/errors.ts";
import { makeFolder, unwritable, writeFileAtomic } from "../base/files.ts";

/** What a run is and how it went: run.json. Readable without Helmholtz. */
export interface RunRecord {
  readonly format: 1;
  readonly recipe: string;
  readonly preset: string;
  readonly seed: number;
  /** The whole configuration, defaults and overrides resolved. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly data: {
    readonly id: string;
    readonly title: string;
    readonly provenance: string;
    readonly generated: boolean;
  };
  readonly status: "running" | "completed" | "stopped early" | "interrupted" | "failed";
  readonly started: string;
  readonly finished?: string;
  /** Seconds of training, over all continuations. */
  readonly seconds?: number;
  readonly step: number;
  readonly steps: number;
  readonly metrics?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Why the run failed. */
  readonly error?: string;
  readonly device: string;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Readonly<Record<string, string | number>>;
}

const RECORD = "run.json";
const LOCK = "running.pid";

/** Names that atomic writing uses before its rename; what a killed process left behind. */
const TEMPORARY = /^\..*\.tmp(\.old)?$/;

/**
 * Makes the folder of a new run.
 * @throws UsageError if something is there already; FileError if it cannot be written
 */
export function createRunFolder(folder: string, record: RunRecord): void {
  let there: string[] = [];
  try {
    there = existsSync(folder) ? readdirSync(folder).filter((name) => !TEMPORARY.test(name)) : [];
  } catch (cause) {
    throw unwritable(folder, cause);
  }
  if (there.length > 0) {
    throw new UsageError({
      where: `--out ${folder}`,
      expected: "a new or empty folder",
      got: existsSync(join(folder, RECORD)) ? "a run" : `${there.length} other files`,
      fix: existsSync(join(folder, RECORD))
        ? `continue it with --resume ${folder}, or choose another folder`
        : "choose another folder",
    });
  }
  makeFolder(folder);
  writeRun(folder, record);
}

/** Replaces run.json. */
export function writeRun(folder: string, record: RunRecord): void {
  writeFileAtomic(join(folder, RECORD), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Reads run.json. @throws FileError if the folder is no run, or the file is damaged */
export function readRun(folder: string): RunRecord {
  const path = join(folder, RECORD);
  if (!existsSync(path)) {
    throw new FileError({
      where: folder,
      expected: `a run folder (with ${RECORD})`,
      got: existsSync(folder) ? "a folder without it" : "no such folder",
      fix: "give the folder that `helmholtz train` printed",
    });
  }
  try {
    const record = JSON.parse(readFileSync(path, "utf8")) as RunRecord;
    if (record.format === 1 && record.recipe && record.config) return record;
  } catch {
    // falls through to the error below
  }
  throw new FileError({
    where: path,
    expected: "the record of a run (format 1)",
    got: "something else",
    fix: "restore the file, or train anew",
  });
}

/**
 * Marks the run as being trained by this process, until the returned function is called.
 * @throws UsageError if another living process trains it
 */
export function lockRun(folder: string): () => void {
  const path = join(folder, LOCK);
  const owner = readOwner(path);
  if (owner && owner !== process.pid && alive(owner)) {
    throw new UsageError({
      where: folder,
      expected: "a run that nobody else is training",
      got: `one that process ${owner} is training`,
      fix: `wait for it, stop it, or delete ${path} if that process is something else`,
    });
  }
  try {
    writeFileSync(path, String(process.pid));
  } catch (cause) {
    throw unwritable(path, cause);
  }
  return () => remove(path);
}

/** The process that holds the lock, or 0. A lock that cannot be read is nobody's. */
function readOwner(path: string): number {
  try {
    return Number(readFileSync(path, "utf8")) || 0;
  } catch {
    return 0;
  }
}

/** Removes what is no longer needed. @throws FileError if the disk refuses */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes temporary files that a killed process left behind. */
export function sweepTemporary(folder: string): void {
  for (const dir of [folder, join(folder, "checkpoints")]) {
    if (!existsSync(dir)) continue;
    for (const name of readdirSync(dir)) {
      if (TEMPORARY.test(name)) remove(join(dir, name));
    }
  }
}
