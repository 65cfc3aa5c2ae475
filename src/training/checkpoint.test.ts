import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fullAt as diskFullAt } from "../../test/full-disk.ts";
import { FileError } from "../base/errors.ts";
import type { Disk } from "../base/files.ts";
import { shape } from "../base/shape.ts";
import type { VariablePort } from "../graph/compile.ts";
import { checkpointSteps, decodeVariables, encodeVariables, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "helmholtz-checkpoint-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const port = (name: string, ...dims: number[]): VariablePort => ({
  name,
  shape: shape(...dims),
  dtype: "f32",
  initial: () => {},
});
const variables = [port("W", 2, 3), port("b", 3), port("adam/m/W", 2, 3), port("adam/m/b", 3)];
const parameters = new Set(["W", "b"]);
const memory = { seconds: 1.25, metricBytes: 17, best: { score: -100.1, step: 3 }, evaluations: {}, note: "né" };

/** Numbers that tell steps apart; among them the odd ones of float32. */
const stateAt = (step: number): Record<string, Float32Array> => ({
  W: Float32Array.of(step, -0, 1e-45, 3.4028234663852886e38, 0.1, Number.NaN),
  b: Float32Array.of(step, 2, 3),
  "adam/m/W": Float32Array.of(6, 5, 4, 3, 2, step),
  "adam/m/b": Float32Array.of(0, 0, step),
});
const save = (step: number, on?: Disk): string =>
  saveCheckpoint(folder, variables, parameters, { step, state: stateAt(step), memory }, on);
const load = () => loadCheckpoint(folder, variables);
const bits = (state: Readonly<Record<string, Float32Array>>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(state).map(([name, v]) => [name, [...new Uint32Array(v.slice().buffer)]]));

describe("a checkpoint", () => {
  test("comes back with its step, every bit of its variables, and its memory", () => {
    save(5);
    const { step, state, memory: remembered } = load();
    expect([step, remembered]).toEqual([5, memory]);
    expect(bits(state)).toEqual(bits(stateAt(5)));
  });

  test("keeps the model's variables apart from the optimiser's, in files that any reader of safetensors opens", () => {
    const path = save(5);
    const names = (file: string) => Object.keys(decodeSafetensors(readFileSync(join(path, file)), file).tensors);
    expect(readdirSync(path).sort()).toEqual(["model.safetensors", "state.json", "train.safetensors"]);
    expect([names("model.safetensors"), names("train.safetensors")]).toEqual([
      ["W", "b"],
      ["adam/m/W", "adam/m/b"],
    ]);
  });

  test("saved a second time at its step stays as it was", () => {
    const path = save(5);
    const before = readFileSync(join(path, "state.json"), "utf8");
    saveCheckpoint(folder, variables, parameters, { step: 5, state: stateAt(6), memory: {} });
    expect(readFileSync(join(path, "state.json"), "utf8")).toBe(before);
    expect(bits(load().state)).toEqual(bits(stateAt(5)));
  });

  test("makes place: the newest two stay, by number and not by name", () => {
    for (const step of [8, 9, 10, 100]) save(step);
    expect(checkpointSteps(folder)).toEqual([10, 100]);
    expect(load().step).toBe(100);
  });

  test("half-written under a temporary name does not count", () => {
    save(5);
    mkdirSync(join(folder, "checkpoints", ".6.01234567.tmp"));
    expect(checkpointSteps(folder)).toEqual([5]);
    expect(load().step).toBe(5);
  });
});

describe("on a disk that is full at one of its calls", () => {
  const fullAt = (failing: number) => diskFullAt(failing, { opens: true });

  test("a checkpoint takes ten calls: open, write and flush of three files, and a rename", () => {
    const { on, calls } = fullAt(-1);
    save(5, on);
    expect(calls()).toBe(10);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    "number %d, saving is a FileError about a full disk, and the checkpoint before still loads",
    (failing) => {
      save(5);
      expect(() => save(10, fullAt(failing).on)).toThrow(FileError);
      expect(() => save(10, fullAt(failing).on)).toThrow(/checkpoints.10: .*full disk \(ENOSPC\); free some space/);
      expect(readdirSync(join(folder, "checkpoints"))).toEqual(["5"]);
      expect(bits(load().state)).toEqual(bits(stateAt(5)));
      save(10); // and once there is space again
      expect(load().step).toBe(10);
    },
  );
});

describe("a damaged checkpoint is a FileError that names it and says what to do", () => {
  const damage: Record<string, (path: string) => void> = {
    "is cut short": (path) => truncateSync(path, readFileSync(path).length - 5),
    "is empty": (path) => truncateSync(path, 0),
    "has a flipped bit": (path) => {
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1] ^= 16;
      writeFileSync(path, bytes);
    },
    "is missing": (path) => rmSync(path),
    "is something else": (path) => writeFileSync(path, '{"hello": 1}'),
  };
  const tensors = ["model.safetensors", "train.safetensors"];
  const cases = [
    ...tensors.flatMap((file) => Object.keys(damage).map((kind) => [file, kind])),
    ...Object.keys(damage)
      .filter((kind) => kind !== "has a flipped bit")
      .map((kind) => ["state.json", kind]),
  ];

  test.each(cases)("where %s %s, and the one before loads once it is gone", (file, kind) => {
    save(5);
    const path = save(10);
    damage[kind](join(path, file));
    expect(load).toThrow(FileError);
    expect(load).toThrow(`${join(path, file)}: expected`);
    expect(load).toThrow(`delete ${path} to go on from step 5 instead.`);
    rmSync(path, { recursive: true });
    expect(load().step).toBe(5);
  });

  test.each(["", "null", "[]", '"x"', '{"memory": {}}', '{"memory": {}, "sha256": {}}', "\xff"])(
    "where state.json is %j",
    (text) => {
      writeFileSync(join(save(5), "state.json"), text, "latin1");
      expect(load).toThrow(FileError);
      expect(load).toThrow(/state\.json: expected the undamaged state of a checkpoint as JSON/);
    },
  );

  test("where any bit of state.json's remembered numbers is flipped", () => {
    save(5);
    const path = join(save(10), "state.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace('"metricBytes": 17', '"metricBytes": 57'));
    expect(load).toThrow(FileError);
  });

  test("where it is of a later format", () => {
    const path = join(save(5), "state.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"format": 1', '"format": 2'));
    expect(load).toThrow(FileError);
  });

  test("and of a run's only one, that the run must be trained anew", () => {
    truncateSync(join(save(5), "model.safetensors"), 9);
    expect(load).toThrow(/cannot be continued: delete the folder and train anew/);
  });
});

describe("a checkpoint of another model is a FileError that names the variable", () => {
  test.each([
    ["of another size", [port("W", 2, 4), ...variables.slice(1)], /"W" \(2, 4\), got 6 numbers; .*Train anew/],
    ["that is not in it", [...variables, port("c", 1)], /"c" \(1\), got no such variable; .*Train anew/],
  ])("%s", (_, others, message) => {
    const path = save(5);
    expect(() => loadCheckpoint(folder, others)).toThrow(FileError);
    expect(() => loadCheckpoint(folder, others)).toThrow(message);
    expect(() => loadCheckpoint(folder, others)).toThrow(path);
  });
});

test("a folder without a checkpoint is a FileError", () => {
  expect(checkpointSteps(folder)).toEqual([]);
  expect(load).toThrow(FileError);
  expect(load).toThrow(/at least one checkpoint, got none/);
});

test("variables that are not float32 are a FileError that names them", () => {
  const bytes = encodeSafetensors({ n: { dims: [1], data: BigInt64Array.of(1n) } });
  expect(() => decodeVariables(bytes, "m.safetensors")).toThrow(FileError);
  expect(() => decodeVariables(bytes, "m.safetensors")).toThrow(/m\.safetensors, tensor "n": expected float32/);
});

test("the same variables are the same bytes, in whichever order they come", () => {
  expect(encodeVariables([...variables].reverse(), stateAt(1))).toEqual(encodeVariables(variables, stateAt(1)));
});
