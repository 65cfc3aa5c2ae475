import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { FileError } from "../base/errors.ts";
import { makeFolder } from "../base/files.ts";
import { fileKind } from "./idx.ts";

/** Data that could not be had at all: not found on disk, and not downloaded. Damage in a file that was found is a FileError. */
export class UnavailableError extends FileError {}

/** How far a download has come, in bytes. */
export interface Progress {
  readonly file: string;
  readonly received: number;
  readonly total: number;
}

/** How patient a download is. Times in milliseconds. */
export interface Patience {
  /** Until the server answers, and then between one piece of the file and the next. Default 20,000. */
  readonly stall?: number;
  /** Further tries at one address after a broken or stalled connection or a server's error. Default 2. */
  readonly retries?: number;
  /** Before the first further try; doubled before each next one. Default 500. */
  readonly pause?: number;
}

/** One file to download. */
export interface Download {
  /** Full addresses of the same bytes, tried in order. */
  readonly addresses: readonly string[];
  /** Where it goes. While it is under way it stands beside that as `<path>.part`. */
  readonly path: string;
  readonly bytes: number;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  readonly progress?: (p: Progress) => void;
  readonly patience?: Patience;
}

/**
 * Downloads a file: goes on with a part that an earlier try left, checks the SHA-256, and only then gives the file its name.
 * @throws UnavailableError, with each address and its reason, if none gave the file or the folder cannot be written
 */
export async function download(what: Download): Promise<void> {
  const { addresses, path, patience = {} } = what;
  const { retries = 2, pause = 500 } = patience;
  const reasons: string[] = [];
  makeRoom(path);
  for (const address of addresses) {
    for (let tried = 0; ; tried++) {
      try {
        await receive(what, address);
        verify(what);
        return;
      } catch (cause) {
        if (cause instanceof UnavailableError) throw cause;
        if (cause instanceof Failed && cause.again && tried < retries) {
          await new Promise((resolve) => setTimeout(resolve, pause * 2 ** tried));
          continue;
        }
        reasons.push(`${address}: ${reasonOf(cause)}`);
        break;
      }
    }
  }
  throw new UnavailableError({
    where: basename(path),
    expected: `a download of ${what.bytes} bytes`,
    got: reasons.length > 0 ? reasons.join("; ") : "no address to download from",
    fix: "check the connection, or give the folder that has the file with --data-dir or HELMHOLTZ_DATA, or use --data glyphs",
  });
}

/** A try that failed. `again` says if the same address may still give the file. */
class Failed extends Error {
  readonly again: boolean;
  constructor(message: string, again: boolean) {
    super(message);
    this.again = again;
  }
}

/** Brings `<path>.part` to its full length, from where it stands. */
async function receive(what: Download, address: string): Promise<void> {
  const { path, bytes, progress, patience = {} } = what;
  const { stall = 20_000 } = patience;
  const part = `${path}.part`;
  let have = startingPoint(part, bytes);
  if (have === bytes) return;

  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const waiting = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Failed(`nothing came for ${stall / 1000} s`, true)), stall);
  };
  try {
    waiting();
    // The hash is of the file as it lies on the server: no compression on the way.
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (have > 0) headers["range"] = `bytes=${have}-`;
    const response = await fetch(address, { headers, signal: abort.signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      if (response.status === 416) rmSync(part, { force: true });
      const again = response.status >= 500 || [408, 416, 429].includes(response.status);
      throw new Failed(`the server answered ${response.status} ${response.statusText}`.trim(), again);
    }
    if (have > 0 && !continues(response, have)) have = 0; // the server sends the file from its start

    const file = await opened(part, have === 0 ? "w" : "a");
    try {
      for await (const piece of response.body) {
        waiting();
        have += piece.length;
        if (have > bytes) throw new Failed(`the server sent more than ${bytes} bytes`, false);
        await written(part, file, piece);
        progress?.({ file: basename(path), received: have, total: bytes });
      }
      await file.sync();
    } catch (cause) {
      if (have > bytes) rmSync(part, { force: true });
      throw cause;
    } finally {
      await file.close();
    }
    if (have < bytes) {
      const short = `the server sent only ${have} of ${bytes} bytes`;
      const said = response.headers.get("content-length");
      // A short body that is whole (an error page, another file) will not grow; one that broke off may.
      const whole = response.status === 200 && said !== null && Number(said) === have;
      if (whole) throw new Failed(describePart(part, short), false);
      throw new Failed(short, true);
    }
  } catch (cause) {
    if (cause instanceof Failed || cause instanceof UnavailableError) throw cause;
    if (abort.signal.aborted) throw abort.signal.reason;
    throw new Failed(reasonOf(cause), true); // no connection, or one that broke
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

/** Length of what an earlier try left; anything longer than the file cannot be a part of it and is removed. */
function startingPoint(part: string, bytes: number): number {
  const size = statSync(part, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= bytes) return size;
  rmSync(part, { force: true });
  return 0;
}

/** Does the answer begin at byte `have`? */
function continues(response: Response, have: number): boolean {
  if (response.status !== 206) return false;
  const range = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  if (range && Number(range[1]) === have) return true;
  throw new Failed("the server answered with another part of the file than asked for", false);
}

/** Gives the finished part its name if the hash agrees; otherwise removes it. */
function verify(what: Download): void {
  const part = `${what.path}.part`;
  const data = readFileSync(part);
  const got = sha256(data);
  if (got !== what.sha256) {
    const said = describePart(part, `the file has SHA-256 ${got} instead of ${what.sha256}`);
    throw new Failed(said, false);
  }
  try {
    renameSync(part, what.path);
  } catch (cause) {
    throw unwritable(part, cause);
  }
}

/** Removes a part that is of no use, and says what it was. */
function describePart(part: string, reason: string): string {
  const kind = fileKind(readFileSync(part));
  rmSync(part, { force: true });
  return kind && kind !== "a gzip file" ? `${reason}; it is ${kind}` : reason;
}

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function makeRoom(path: string): void {
  try {
    makeFolder(dirname(path));
  } catch (cause) {
    throw unwritable(path, cause instanceof FileError ? cause.cause : cause);
  }
}

async function opened(path: string, flags: string): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

async function written(path: string, file: FileHandle, piece: Uint8Array): Promise<void> {
  try {
    await file.writeFile(piece); // on a handle: at the current position, and all of it
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): UnavailableError {
  const got = (cause as NodeJS.ErrnoException).code ?? String(cause);
  const fix =
    "free some space or set XDG_CACHE_HOME to a folder that can be written, or give the files with --data-dir";
  return new UnavailableError({ where: path, expected: "a place that can be written", got, fix }, { cause });
}

/** fetch hides the reason ("fetch failed") in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause as NodeJS.ErrnoException | undefined;
  if (inner?.message) return inner.message;
  return inner?.code ?? error.message;
}
