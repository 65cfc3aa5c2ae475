import { readFileSync, type Stats, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { FileError } from "../base/errors.ts";
import { download, type Patience, type Progress, sha256, UnavailableError } from "./fetch.ts";
import { gunzip } from "./gunzip.ts";
import { fileKind } from "./idx.ts";

/** One published file. Sizes in bytes, SHA-256 in hexadecimal. */
export interface DataFile {
  /** Name without ".gz". */
  readonly name: string;
  readonly gz: { readonly bytes: number; readonly sha256: string };
  readonly contents: { readonly bytes: number; readonly sha256: string };
}

/** A data set that comes in files. */
export interface DataSpec {
  readonly id: string;
  readonly title: string;
  /** Folders on the net, each ending in "/", that hold the .gz files; tried in order. */
  readonly addresses: readonly string[];
  readonly files: readonly DataFile[];
}

/** Where data may come from. */
export interface DataOptions {
  /** Folder to look in first: the flag --data-dir, else defaultDataDir(). */
  readonly dataDir?: string;
  /** Folder with one folder per data set, for downloads. Default: defaultCacheDir(). */
  readonly cacheDir?: string;
  /** May the net be asked? Default true. */
  readonly download?: boolean;
  readonly progress?: (p: Progress) => void;
  readonly patience?: Patience;
}

/** A file on disk, not yet checked. */
export interface Found {
  readonly file: DataFile;
  readonly path: string;
  /** Is it compressed? */
  readonly gz: boolean;
  readonly origin: "folder" | "cache" | "download";
}

/** The folder named by the environment variable HELMHOLTZ_DATA, if any. */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env["HELMHOLTZ_DATA"] || undefined;
}

/** `$XDG_CACHE_HOME/helmholtz`, else `~/.cache/helmholtz`; on Windows `%LOCALAPPDATA%\helmholtz`. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  const root =
    platform === "win32"
      ? env["LOCALAPPDATA"] || join(homedir(), "AppData", "Local")
      : env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(root, "helmholtz");
}

/**
 * Finds every file of a data set: in the given folder, in the cache, or else by download into the cache.
 * In the folder D a file F may lie as D/<data set>/F.gz, D/<data set>/F, D/F.gz or D/F.
 * @returns one entry per file, in the spec's order; contents are checked by `contents`
 * @throws FileError if the given folder does not exist
 * @throws UnavailableError if a file is in none of these places and could not be downloaded
 */
export async function locate(spec: DataSpec, options: DataOptions = {}): Promise<Found[]> {
  const found = spec.files.map((file) => findOnDisk(spec, file, options));
  const missing = spec.files.filter((_, i) => found[i] === undefined);
  if (missing.length > 0 && options.download === false) {
    throw new UnavailableError({
      where: spec.title,
      expected: `the files ${missing.map((f) => `${f.name}.gz`).join(", ")}`,
      got: `none in ${[options.dataDir, cacheFolder(spec, options)].filter(Boolean).join(" or ")}, and downloads are off`,
      fix: `give the folder that has them with --data-dir or HELMHOLTZ_DATA, or allow the download, or use --data glyphs`,
    });
  }
  for (const [i, file] of spec.files.entries()) found[i] ??= await fetched(spec, file, options);
  return found as Found[];
}

/** Where the file lies already, if anywhere. @throws FileError if options.dataDir is given and is no folder */
export function findOnDisk(spec: DataSpec, file: DataFile, options: DataOptions): Found | undefined {
  const { dataDir } = options;
  const gzName = `${file.name}.gz`;
  if (dataDir !== undefined) {
    if (!status(dataDir)?.isDirectory()) {
      throw new FileError({
        where: dataDir,
        expected: "a folder with data sets",
        got: "no such folder",
        fix: "correct --data-dir or HELMHOLTZ_DATA",
      });
    }
    for (const [folder, name] of [
      [join(dataDir, spec.id), gzName],
      [join(dataDir, spec.id), file.name],
      [dataDir, gzName],
      [dataDir, file.name],
    ]) {
      const path = join(folder, name);
      if (isFile(path)) return { file, path, gz: name === gzName, origin: "folder" };
    }
  }
  const path = join(cacheFolder(spec, options), gzName);
  return isFile(path) ? { file, path, gz: true, origin: "cache" } : undefined;
}

/** How a found file differs from the published one. */
export interface Difference {
  readonly state: "unreadable" | "wrong size" | "wrong hash";
  readonly expected: string;
  readonly got: string;
  /** The known data set whose file lies there instead. */
  readonly other?: DataSpec;
}

/**
 * Compares a file with the published one: a .gz by the hash of the .gz, any other by the hash of its contents.
 * @param known data sets whose files are recognised if one of them lies there instead
 * @returns the bytes as they lie on disk (none if they cannot be the file), and the difference if there is one
 */
export function inspect(
  found: Found,
  known: readonly DataSpec[] = [],
): { readonly bytes: Uint8Array; readonly difference?: Difference } {
  const form = (file: DataFile): DataFile["gz"] => (found.gz ? file.gz : file.contents);
  const wanted = form(found.file);
  let bytes: Uint8Array = new Uint8Array(0);
  try {
    const { size } = statSync(found.path);
    if (size > READ_AT_MOST) {
      return { bytes, difference: { state: "wrong size", expected: `${wanted.bytes} bytes`, got: `${size} bytes` } };
    }
    bytes = readFileSync(found.path);
  } catch (cause) {
    const got = (cause as NodeJS.ErrnoException).code ?? String(cause);
    return { bytes, difference: { state: "unreadable", expected: "a readable file", got } };
  }
  const hash = sha256(bytes);
  if (hash === wanted.sha256) return { bytes };
  const other = known.flatMap((s) => s.files.map((f) => ({ s, f }))).find(({ f }) => form(f).sha256 === hash);
  const kind = fileKind(bytes);
  const alien = other?.s;
  const note = other ? ` (${other.f.name} of ${other.s.title})` : kind && kind !== "a gzip file" ? ` (${kind})` : "";
  return bytes.length === wanted.bytes
    ? {
        bytes,
        difference: { state: "wrong hash", expected: `SHA-256 ${wanted.sha256}`, got: hash + note, other: alien },
      }
    : {
        bytes,
        difference: { state: "wrong size", expected: `${wanted.bytes} bytes`, got: bytes.length + note, other: alien },
      };
}

/**
 * Reads, checks and parses a found file.
 * @param parse receives the decompressed bytes and the path; throws FileError if they are not what they should be
 * @throws FileError if the file differs from the published one
 */
export function readFound<T>(
  found: Found,
  parse: (bytes: Uint8Array, where: string) => T,
  known: readonly DataSpec[] = [],
): T {
  const { path, gz, file } = found;
  const { bytes, difference } = inspect(found, known);
  if (!difference) return parse(gz ? gunzip(bytes, path, file.contents.bytes) : bytes, path);
  // The structure of a file that is not compressed tells more about its damage than a hash does.
  if (!gz && !difference.other && difference.state !== "unreadable" && bytes.length > 0) parse(bytes, path);
  throw new FileError({
    where: path,
    expected: `${difference.expected}, as published`,
    got: difference.got,
    fix: difference.other
      ? "keep each data set in a folder of its own name"
      : found.origin === "folder"
        ? "copy or download the file again"
        : "remove the file, and it will be downloaded again",
  });
}

/** No published file is longer; what is longer is not read. */
const READ_AT_MOST = 2 ** 26;

async function fetched(spec: DataSpec, file: DataFile, options: DataOptions): Promise<Found> {
  const name = `${file.name}.gz`;
  const path = join(cacheFolder(spec, options), name);
  const { progress, patience } = options;
  await download({ addresses: spec.addresses.map((a) => a + name), path, ...file.gz, progress, patience });
  return { file, path, gz: true, origin: "download" };
}

/** The folder that downloads of this data set go to. */
export function cacheFolder(spec: Pick<DataSpec, "id">, options: DataOptions): string {
  return join(options.cacheDir ?? defaultCacheDir(), spec.id);
}

function isFile(path: string): boolean {
  return status(path)?.isFile() ?? false;
}

/** What lies at a path, or undefined if nothing does. @throws FileError if that cannot be told */
function status(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const fix = "check the permissions of the folders above it";
    throw new FileError({ where: path, expected: "a place that can be read", got: code, fix }, { cause });
  }
}
