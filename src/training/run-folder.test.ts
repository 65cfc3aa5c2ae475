import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileError, UsageError } from "../base/errors.ts";
import { createRunFolder, lockRun, type RunRecord, readRun, sweepTemporary, writeRun } from "./run-folder.ts";

let root: string;
let run: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-run-"));
  run = join(root, "runs", "first");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const record: RunRecord = {
  format: 1,
  recipe: "concept/vae",
  preset: "smoke",
  seed: 3,
  config: { model: { latent: 2 } },
  data: { id: "glyphs", title: "Glyphs", provenance: "Generated.", generated: true },
  status: "running",
  started: "2026-01-01T00:00:00.000Z",
  step: 0,
  steps: 40,
  device: "cpu",
  threads: 1,
  versions: { node: "20" },
  machine: { cores: 2 },
};

describe("a new run", () => {
  test("makes its folder with those above it, and holds run.json", () => {
    createRunFolder(run, record);
    expect(readdirSync(run)).toEqual(["run.json"]);
    expect(readRun(run)).toEqual(record);
  });

  test("may take an empty folder", () => {
    mkdirSync(run, { recursive: true });
    createRunFolder(run, record);
    expect(readRun(run)).toEqual(record);
  });

  test("in the place of another is a UsageError that offers --resume, and leaves it alone", () => {
    createRunFolder(run, record);
    const again = () => createRunFolder(run, { ...record, seed: 4 });
    expect(again).toThrow(UsageError);
    expect(again).toThrow(`got a run; continue it with --resume ${run}, or choose another folder.`);
    expect(readRun(run).seed).toBe(3);
  });

  test("in a folder of other files is a UsageError that counts them", () => {
    mkdirSync(run, { recursive: true });
    for (const name of ["a", "b"]) writeFileSync(join(run, name), "");
    expect(() => createRunFolder(run, record)).toThrow(UsageError);
    expect(() => createRunFolder(run, record)).toThrow(/got 2 other files; choose another folder/);
    expect(readdirSync(run)).toEqual(["a", "b"]);
  });

  test("in a folder where one was killed before its run.json was whole takes the place", () => {
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, ".run.json.0123abcd.tmp"), "{");
    createRunFolder(run, record);
    expect(readRun(run)).toEqual(record);
  });

  test("at or below a file is a FileError", () => {
    writeFileSync(join(root, "file"), "");
    for (const place of [join(root, "file"), join(root, "file", "run")]) {
      expect(() => createRunFolder(place, record)).toThrow(FileError);
      expect(() => createRunFolder(place, record)).toThrow(/a file where a folder is needed/);
    }
  });
});

describe("run.json", () => {
  test("is replaced whole", () => {
    createRunFolder(run, record);
    writeRun(run, { ...record, status: "completed", step: 40 });
    expect(readRun(run)).toEqual({ ...record, status: "completed", step: 40 });
    expect(readdirSync(run)).toEqual(["run.json"]);
  });

  test.each(["", "{", "null", "3", '{"format": 2}', '{"format": 1, "recipe": "x"}'])(
    "that is %j is a FileError with a remedy",
    (text) => {
      createRunFolder(run, record);
      writeFileSync(join(run, "run.json"), text);
      expect(() => readRun(run)).toThrow(FileError);
      expect(() => readRun(run)).toThrow(`${join(run, "run.json")}: expected the record of a run (format 1)`);
    },
  );

  test("that is missing is a FileError that says whether the folder is there", () => {
    expect(() => readRun(run)).toThrow(/got no such folder; give the folder that `helmholtz train` printed/);
    mkdirSync(run, { recursive: true });
    expect(() => readRun(run)).toThrow(/got a folder without it/);
    expect(() => readRun(run)).toThrow(FileError);
  });
});

describe("the mark of who trains a run", () => {
  const lock = (): string => join(run, "running.pid");
  beforeEach(() => createRunFolder(run, record));

  test("is this process's number, until it is taken off", () => {
    const unlock = lockRun(run);
    expect(readFileSync(lock(), "utf8")).toBe(String(process.pid));
    unlock();
    expect(existsSync(lock())).toBe(false);
  });

  test("of another living process is a UsageError that names it", () => {
    writeFileSync(lock(), String(process.ppid));
    expect(() => lockRun(run)).toThrow(UsageError);
    expect(() => lockRun(run)).toThrow(`one that process ${process.ppid} is training`);
    expect(readFileSync(lock(), "utf8")).toBe(String(process.ppid));
  });

  test("of a process that has ended, or one cut short, is taken over", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    for (const left of [String(pid), "", "nonsense"]) {
      writeFileSync(lock(), left);
      lockRun(run)();
      expect(existsSync(lock())).toBe(false);
    }
  });
});

test("what a killed process left half-written is swept, and nothing else", () => {
  const checkpoints = join(run, "checkpoints");
  for (const name of [".10.01ab23cd.tmp", ".10.01ab23cd.tmp.old", "10"]) {
    mkdirSync(join(checkpoints, name), { recursive: true });
    writeFileSync(join(checkpoints, name, "model.safetensors"), "x");
  }
  for (const name of [".run.json.01ab23cd.tmp", ".gitignore", "run.json", "notes.tmp"]) {
    writeFileSync(join(run, name), "");
  }
  sweepTemporary(run);
  expect(readdirSync(run).sort()).toEqual([".gitignore", "checkpoints", "notes.tmp", "run.json"]);
  expect(readdirSync(checkpoints)).toEqual(["10"]);
  expect(readdirSync(join(checkpoints, "10"))).toEqual(["model.safetensors"]);
  sweepTemporary(join(root, "none"));
});
