import { choose } from "../base/choose.ts";
import { bouncingBalls, bouncingBallsCounts } from "./bouncing-balls.ts";
import type { Dataset } from "./dataset.ts";
import { UnavailableError } from "./fetch.ts";
import { glyphCounts, glyphs } from "./glyphs.ts";
import { ltiPpc, ltiPpcCounts } from "./lti-ppc.ts";
import { fashionMnist, type IdxSpec, idxSpecs, mnist, openIdx } from "./mnist.ts";
import { movingDigit, movingDigitCounts } from "./moving-digit.ts";
import { movingMnist, movingMnistCounts } from "./moving-mnist.ts";
import { type DataOptions, type Difference, type Found, findOnDisk, inspect } from "./sources.ts";

/** The data sets that openDataset knows. */
export const datasetIds = [
  ...(["mnist", "fashion-mnist", "glyphs"] as const),
  ...(["lti-ppc", "bouncing-balls"] as const),
  ...(["moving-digit", "moving-digit-glyphs", "moving-mnist", "moving-mnist-glyphs"] as const),
] as const;

export type DatasetId = (typeof datasetIds)[number];

export interface OpenOptions extends DataOptions {
  /** May "glyphs" take the place of a data set that cannot be had? Default false. */
  readonly fallback?: boolean;
  /** Receives a sentence for the person, when glyphs take another data set's place. */
  readonly notice?: (sentence: string) => void;
  /** Seed of generated data. Default 0. */
  readonly seed?: number;
  /** Of sequences: the seed of those to train on, where it is another. */
  readonly trainSeed?: number;
  /** Of sequences: how many frames each has, and how many there are to train on. Default: as each data set says. */
  readonly length?: number;
  readonly train?: number;
  /** Of films: pixels a side of a frame. Default: as each data set says. */
  readonly canvas?: number;
}

/**
 * Opens a data set by its name. Where glyphs take the place of MNIST, the data set that is given has another id: "glyphs", or
 * "moving-mnist-glyphs" for "moving-mnist".
 * @throws UsageError if there is none of that name
 * @throws FileError if a file that was found is damaged or another one, whatever `fallback` says
 * @throws UnavailableError if it cannot be had and `fallback` is not set
 */
export async function openDataset(id: string, options: OpenOptions = {}): Promise<Dataset> {
  const known = checkId(id);
  const { seed, trainSeed, length, train, canvas } = options;
  const drawn = { seed, trainSeed, length, train };
  if (isFile(known)) return openFile(known, options);
  if (known === "glyphs") return glyphs({ seed });
  if (known === "lti-ppc") return ltiPpc(drawn);
  if (known === "bouncing-balls") return bouncingBalls({ ...drawn, resolution: canvas });
  const [make, given] = moving[known];
  const source = given === "mnist" ? await openFile(given, options) : glyphs({ seed });
  const set = make(source, { ...drawn, canvas });
  return source.id === "glyphs" ? { ...set, id: `${set.id}-glyphs` } : set;
}

async function openFile(id: FileId, options: OpenOptions): Promise<Dataset> {
  const spec = specs[id];
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
    const file = filesOf(id);
    const built = isFile(id) ? undefined : generated[id];
    if (!file) return { id, ...built!, generated: true, bytes: 0, state: "built in", paths: [] };
    const { files } = specs[file];
    const found = files.map((f) => findOnDisk(specs[file], f, options)).filter((f) => f !== undefined);
    const state = found.length === files.length ? "found" : found.length > 0 ? "partly" : "not found";
    const bytes = files.reduce((n, f) => n + f.gz.bytes, 0);
    const { title, train, test } = built ?? specs[file];
    return { id, title, generated: built !== undefined, train, test, bytes, state, paths: found.map((f) => f.path) };
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
 * Compares each file of a data set that lies on disk with the published one. Asks no net. What is drawn without
 * files has none to compare; moving-mnist has those of MNIST.
 * @throws UsageError if there is no data set of that name
 */
export function verifyDataset(id: string, options: DataOptions = {}): FileCheck[] {
  const file = filesOf(checkId(id));
  if (!file) return [];
  const spec = specs[file];
  return spec.files.map((file) => {
    const found = findOnDisk(spec, file, options);
    const name = `${file.name}.gz`;
    if (found) return checkFile(found);
    return { file: name, path: undefined, state: "missing", expected: `SHA-256 ${file.gz.sha256}`, got: "no file" };
  });
}

const specs = { mnist, "fashion-mnist": fashionMnist } as const satisfies Record<string, IdxSpec>;

/** Data sets that are read as they are from files. */
type FileId = keyof typeof specs;

const moving = {
  "moving-digit": [movingDigit, "mnist"],
  "moving-digit-glyphs": [movingDigit, "glyphs"],
  "moving-mnist": [movingMnist, "mnist"],
  "moving-mnist-glyphs": [movingMnist, "glyphs"],
} as const;

/** Data sets that a program draws. */
const generated: { readonly [K in Exclude<DatasetId, FileId>]: Pick<DatasetDescription, "title" | "train" | "test"> } =
  {
    glyphs: { title: "Glyphs", ...glyphCounts },
    "lti-ppc": { title: "LTI + PPC", ...ltiPpcCounts },
    "bouncing-balls": { title: "Bouncing balls", ...bouncingBallsCounts },
    "moving-digit": { title: "Moving digit (MNIST)", ...movingDigitCounts },
    "moving-digit-glyphs": { title: "Moving digit (Glyphs)", ...movingDigitCounts },
    "moving-mnist": { title: "Moving digits (MNIST)", ...movingMnistCounts },
    "moving-mnist-glyphs": { title: "Moving digits (Glyphs)", ...movingMnistCounts },
  };

function isFile(id: DatasetId): id is FileId {
  return Object.hasOwn(specs, id);
}

/** Whose files a data set needs. */
function filesOf(id: DatasetId): FileId | undefined {
  if (isFile(id)) return id;
  return Object.hasOwn(moving, id) && moving[id as keyof typeof moving][1] === "mnist" ? "mnist" : undefined;
}

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
