import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { FileError } from "../base/errors.ts";
import { type Disk, disk, unwritable, writeFolderAtomic } from "../base/files.ts";
import { dimsOf, showShape, sizeOf } from "../base/shape.ts";
import type { VariablePort } from "../graph/compile.ts";
import type { State } from "../runtime/session.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** Everything that a stopped run needs to go on as if it had not stopped. */
export interface Checkpoint {
  /** Training steps done. It also addresses the random streams and the position in the data. */
  readonly step: number;
  /** Parameters and the optimiser's variables. */
  readonly state: State;
  /** What the loop remembers besides (best score so far, length of the metric log …), as plain JSON. */
  readonly memory: Readonly<Record<string, unknown>>;
}

const MODEL_FILE = "model.safetensors";
const TRAIN_FILE = "train.safetensors";
const STATE_FILE = "state.json";

/** Of state.json. */
const FORMAT = 1;

/** How many checkpoints stay in a run folder: the newest, and one to fall back on. */
const KEPT = 2;

/**
 * Writes `checkpoints/<step>/` in a run folder, whole or not at all, and then removes older ones.
 * model.safetensors holds the model's variables, train.safetensors the optimiser's, state.json the rest with SHA-256 of both files.
 * @param variables  all of the training program's variables, for their shapes
 * @param parameters names of those that belong to the model
 * @throws FileError if it cannot be written; the checkpoints before stay
 */
export function saveCheckpoint(
  folder: string,
  variables: readonly VariablePort[],
  parameters: ReadonlySet<string>,
  { step, state, memory }: Checkpoint,
  on: Disk = disk,
): string {
  const path = join(folder, "checkpoints", String(step));
  const pick = (mine: boolean): Uint8Array =>
    encodeVariables(
      variables.filter((v) => parameters.has(v.name) === mine),
      state,
    );
  const [model, train] = [pick(true), pick(false)];
  const hashes = { [MODEL_FILE]: sha256(model), [TRAIN_FILE]: sha256(train), memory: memoryHash(memory) };
  const record: StateRecord = { format: FORMAT, step, memory, sha256: hashes };
  if (!existsSync(path)) {
    const json = `${JSON.stringify(record, undefined, 2)}\n`;
    writeFolderAtomic(path, { [MODEL_FILE]: model, [TRAIN_FILE]: train, [STATE_FILE]: json }, on);
  }
  for (const old of checkpointSteps(folder).slice(0, -KEPT)) discard(join(folder, "checkpoints", String(old)), on);
  return path;
}

/** Steps of the whole checkpoints in a run folder, ascending. */
export function checkpointSteps(folder: string): number[] {
  const dir = join(folder, "checkpoints");
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Reads the newest checkpoint of a run folder.
 * @throws FileError if there is none, or it is damaged or of another model; the error names the checkpoint before, if there is one
 */
export function loadCheckpoint(folder: string, variables: readonly VariablePort[]): Checkpoint {
  const steps = checkpointSteps(folder);
  const step = steps.at(-1);
  if (step === undefined) {
    throw new FileError({
      where: join(folder, "checkpoints"),
      expected: "at least one checkpoint",
      got: "none",
      fix: "the run stopped before its first one: delete the folder and train anew",
    });
  }
  const path = join(folder, "checkpoints", String(step));
  const before = steps.at(-2);
  const fix = before
    ? `delete ${path} to go on from step ${before} instead`
    : "the run cannot be continued: delete the folder and train anew";
  const record = readRecord(join(path, STATE_FILE), fix);
  const state: Record<string, Float32Array> = {};
  for (const name of [MODEL_FILE, TRAIN_FILE]) {
    Object.assign(state, decodeVariables(readChecked(join(path, name), record.sha256[name], fix), join(path, name)));
  }
  for (const v of variables) {
    if (state[v.name]?.length === sizeOf(v.shape)) continue;
    throw new FileError({
      where: path,
      expected: `variable "${v.name}" ${showShape(v.shape)}`,
      got: state[v.name] ? `${state[v.name].length} numbers` : "no such variable",
      fix: "was the checkpoint written by another version or config? Train anew",
    });
  }
  return { step, state, memory: record.memory };
}

/** Variables as the bytes of a safetensors file. */
export function encodeVariables(variables: readonly VariablePort[], state: State): Uint8Array {
  return encodeSafetensors(
    Object.fromEntries(variables.map((v) => [v.name, { dims: dimsOf(v.shape), data: state[v.name] }])),
    { format: "helmholtz" },
  );
}

/** The float32 tensors of a safetensors file. */
export function decodeVariables(bytes: Uint8Array, where: string): Record<string, Float32Array> {
  const state: Record<string, Float32Array> = {};
  for (const [name, t] of Object.entries(decodeSafetensors(bytes, where).tensors)) {
    if (!(t.data instanceof Float32Array)) {
      throw new FileError({
        where: `${where}, tensor "${name}"`,
        expected: "float32 numbers",
        got: t.data.constructor.name,
        fix: "use a file that Helmholtz wrote, or convert it to float32",
      });
    }
    state[name] = t.data;
  }
  return state;
}

/** Removes a checkpoint; it first gets a temporary name, so that a kill half-way leaves nothing that looks like one. */
function discard(path: string, on: Disk): void {
  const doomed = join(dirname(path), `.${basename(path)}.old.tmp`);
  try {
    on.renameSync(path, doomed);
    rmSync(doomed, { recursive: true, force: true });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

interface StateRecord {
  readonly format: number;
  readonly step: number;
  readonly memory: Readonly<Record<string, unknown>>;
  readonly sha256: Readonly<Record<string, string>>;
}

function readRecord(path: string, fix: string): StateRecord {
  const bytes = read(path, fix);
  try {
    const record = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Partial<StateRecord>;
    const whole = record.memory && record.sha256?.[MODEL_FILE] && record.sha256[TRAIN_FILE];
    if (whole && record.format === FORMAT && record.sha256?.["memory"] === memoryHash(record.memory)) {
      return record as StateRecord;
    }
  } catch {
    // falls through to the error below, which says more than the parser's
  }
  throw new FileError({
    where: path,
    expected: `the undamaged state of a checkpoint as JSON (format ${FORMAT})`,
    got: "something else",
    fix,
  });
}

function readChecked(path: string, expected: string, fix: string): Uint8Array {
  const bytes = read(path, fix);
  const got = sha256(bytes);
  if (got === expected) return bytes;
  throw new FileError({
    where: path,
    expected: `an undamaged checkpoint (SHA-256 ${expected})`,
    got: `SHA-256 ${got}`,
    fix,
  });
}

function read(path: string, fix: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new FileError(
      { where: path, expected: "a readable file of a checkpoint", got: code ?? String(cause), fix },
      { cause },
    );
  }
}

function memoryHash(memory: unknown): string {
  return sha256(new TextEncoder().encode(JSON.stringify(memory)));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
