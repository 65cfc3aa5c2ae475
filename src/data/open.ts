import { choose } from "../base/choose.ts";
import type { Dataset } from "./dataset.ts";
import { UnavailableError } from "./fetch.ts";
import { glyphCounts, glyphs } from "./glyphs.ts";
import { fashionMnist, type IdxSpec, idxSpecs, mnist, openIdx } from "./mnist.ts";
import { type DataOptions, type Difference, type Found, findOnDisk, inspect } from "./sources.ts";

/** The data sets that openDataset knows. */
export const datasetIds = ["mnist", "fashion-mnist", "glyphs"] as const;

export type DatasetId = (typeof datasetIds)[number];

export interface OpenOptions extends DataOptions {
  /** May "glyphs" take the place of a data set that cannot be had? Default false. */
  readonly fallback?: boolean;
  /** Receives a sentence for the person, when glyphs take another data set's place. */
  readonly notice?: (sentence: string) => void;
  /** Seed of generated data. Default 0. */
  readonly seed?: number;
}

/**
 * Opens a data set by its name: "mnist", "fashion-mnist" or "glyphs".
 * @throws UsageError if there is none of that name
 * @throws FileError if a file that was found is damaged or another one, whatever `fallback` says
 * @throws UnavailableError if it cannot be had and `fallback` is not set
 */
export async function openDataset(id: string, options: OpenOptions = {}): Promise<Dataset> {
  const known = checkId(id);
  if (known === "glyphs") return glyphs({ seed: options.seed });
  const spec = specs[known];
  try {
    return await openIdx(spec, options);
  } catch (error) {
    if (!(error instanceof UnavailableError) || options.fallback !== true) throw error;
    options.notice?.(
      `${spec.title} could not be had (${error.problem.got}), so generated glyphs take its place: ` +
        `results will not be those of ${spec.title}. ` +
        `To use ${spec.title}, allow the download, or put its four .gz files in a folder and give it with --data-dir or HELMHOLTZ_DATA.`,
    );
    return glyphs({ seed: options.seed, insteadOf: spec.title });
  }
}

/** What `helmholtz data list` tells of a data set. */
export interface DatasetDescription {
  readonly id: DatasetId;
  readonly title: string;
  readonly generated: boolean;
  /** Number of examples. */
  readonly train: number;
  readonly test: number;
  /** Bytes to download; 0 if generated. */
  readonly bytes: number;
  /** "built in", "found" (every file lies on disk), "partly" or "not found". Nothing is checked; see verifyDataset. */
  readonly state: "built in" | "found" | "partly" | "not found";
  /** The files that lie on disk. */
  readonly paths: readonly string[];
}

/** All data sets, with what lies on disk. Asks no net. @throws FileError if options.dataDir is no folder */
export function describeDatasets(options: DataOptions = {}): DatasetDescription[] {
  return datasetIds.map((id) => {
    if (id === "glyphs") {
      return { id, title: "Glyphs", generated: true, ...glyphCounts, bytes: 0, state: "built in", paths: [] };
    }
    const { title, train, test, files } = specs[id];
    const found = files.map((file) => findOnDisk(specs[id], file, options)).filter((f) => f !== undefined);
    const state = found.length === files.length ? "found" : found.length > 0 ? "partly" : "not found";
    const bytes = files.reduce((n, f) => n + f.gz.bytes, 0);
    return { id, title, generated: false, train, test, bytes, state, paths: found.map((f) => f.path) };
  });
}

/** What `helmholtz data verify` tells of a file. */
export interface FileCheck {
  /** Published name. */
  readonly file: string;
  /** Where it lies, or undefined if missing. */
  readonly path: string | undefined;
  readonly state: "ok" | "missing" | Difference["state"];
  readonly expected: string;
  readonly got: string;
}

/**
 * Compares each file of a data set that lies on disk with the published one. Asks no net; glyphs have no files.
 * @throws UsageError if there is no data set of that name
 */
export function verifyDataset(id: string, options: DataOptions = {}): FileCheck[] {
  const known = checkId(id);
  if (known === "glyphs") return [];
  const spec = specs[known];
  return spec.files.map((file) => {
    const found = findOnDisk(spec, file, options);
    const name = `${file.name}.gz`;
    if (found) return checkFile(found);
    return { file: name, path: undefined, state: "missing", expected: `SHA-256 ${file.gz.sha256}`, got: "no file" };
  });
}

const specs: { readonly [K in Exclude<DatasetId, "glyphs">]: IdxSpec } = {
  mnist,
  "fashion-mnist": fashionMnist,
};

function checkFile(found: Found): FileCheck {
  const { file, path, gz } = found;
  const { difference } = inspect(found, idxSpecs);
  const name = gz ? `${file.name}.gz` : file.name;
  const hash = `SHA-256 ${(gz ? file.gz : file.contents).sha256}`;
  if (!difference) return { file: name, path, state: "ok", expected: hash, got: hash };
  const { state, expected, got } = difference;
  return { file: name, path, state, expected, got };
}

function checkId(id: string): DatasetId {
  return choose("data set", id, Object.fromEntries(datasetIds.map((d) => [d, d])), "see helmholtz data list");
}
