import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { FileError } from "./errors.ts";

/** The calls of the disk that writing needs; tests pass one that fails where they say. */
export interface Disk {
  openSync(path: string, flags: string): number;
  writeSync(fd: number, data: Uint8Array, offset: number, length: number): number;
  fsyncSync(fd: number): void;
  closeSync(fd: number): void;
  renameSync(from: string, to: string): void;
}

export const disk: Disk = { openSync, writeSync, fsyncSync, closeSync, renameSync };

/**
 * Writes a file so that a reader sees the old one or the new one, never a part: temporary name in the same folder, flush, rename.
 * @throws FileError if the folder cannot be written or the disk is full; what stood there before is untouched
 */
export function writeFileAtomic(path: string, data: Uint8Array | string, on: Disk = disk): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(4).toString("hex")}.tmp`);
  try {
    makeFolder(folder);
    writeFlushed(temporary, data, on);
    on.renameSync(temporary, path);
    flushFolder(folder);
  } catch (cause) {
    removeLeftover(temporary);
    throw cause instanceof FileError ? cause : unwritable(path, cause);
  }
}

/**
 * Writes a folder of files all together: under a temporary name beside it, flushed, then renamed. A folder that stood there is
 * replaced only after the new one is whole.
 * @throws FileError as writeFileAtomic; nothing half-written stays
 */
export function writeFolderAtomic(path: string, files: Record<string, Uint8Array | string>, on: Disk = disk): void {
  const parent = dirname(path);
  const temporary = join(parent, `.${basename(path)}.${randomBytes(4).toString("hex")}.tmp`);
  try {
    makeFolder(temporary);
    for (const [name, data] of Object.entries(files)) writeFlushed(join(temporary, name), data, on);
    flushFolder(temporary);
    if (existsSync(path)) {
      const old = `${temporary}.old`;
      on.renameSync(path, old);
      try {
        on.renameSync(temporary, path);
      } catch (cause) {
        on.renameSync(old, path); // back to its place
        throw cause;
      }
      rmSync(old, { recursive: true, force: true });
    } else {
      on.renameSync(temporary, path);
    }
    flushFolder(parent);
  } catch (cause) {
    removeLeftover(temporary);
    throw cause instanceof FileError ? cause : unwritable(path, cause);
  }
}

/**
 * Makes a folder and those above it that are missing, one level after the other: Node's own recursive mkdir never returns where the
 * system answers ENOENT to a parent that exists (as /proc does).
 * @throws FileError if one cannot be made
 */
export function makeFolder(path: string): void {
  const isThere = (): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  try {
    if (isThere()) return;
    const parent = dirname(path);
    if (parent !== path) makeFolder(parent);
    mkdirSync(path);
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "EEXIST" && isThere()) return; // another process was faster
    throw unwritable(path, cause);
  }
}

/** Removes a temporary file or folder as far as that is possible: the error that matters is the one before. */
function removeLeftover(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // it stays; sweeping the run folder removes it later
  }
}

function writeFlushed(path: string, data: Uint8Array | string, on: Disk): void {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const fd = on.openSync(path, "wx");
  try {
    for (let done = 0; done < bytes.length; ) done += on.writeSync(fd, bytes, done, bytes.length - done);
    on.fsyncSync(fd);
  } finally {
    on.closeSync(fd);
  }
}

/** Makes a rename in this folder durable. Windows cannot open folders, and does not need it. */
function flushFolder(folder: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The error a failed write becomes. */
export function unwritable(path: string, cause: unknown): FileError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  const known: Record<string, [string, string]> = {
    ENOSPC: ["a full disk (ENOSPC)", "free some space, then continue with --resume"],
    EDQUOT: ["an exhausted disk quota (EDQUOT)", "free some space, then continue with --resume"],
    EACCES: ["no permission to write there (EACCES)", "choose another place, for example with --out"],
    EPERM: ["no permission to write there (EPERM)", "choose another place, for example with --out"],
    EROFS: ["a read-only disk (EROFS)", "choose another place, for example with --out"],
    ENOENT: ["a place where no folder can be made (ENOENT)", "choose another place, for example with --out"],
    ENOTDIR: ["a file where a folder is needed (ENOTDIR)", "choose another place, for example with --out"],
    EEXIST: ["a file where a folder is needed (EEXIST)", "choose another place, for example with --out"],
  };
  const [got, fix] = known[code] ?? [code, "check the disk and try again"];
  return new FileError({ where: path, expected: "a place that can be written", got, fix }, { cause });
}
