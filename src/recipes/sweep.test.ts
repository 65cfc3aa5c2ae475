import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UsageError } from "../base/errors.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { readRun, writeRun } from "../training/run-folder.ts";
import { continueRun, type RunContext } from "./run.ts";
import { findRun, findRuns, folderFor, trainCommandOf, type WantedRun } from "./run-store.ts";
import { gridRuns, lookUp, parseSeeds, type SweepState, sweep } from "./sweep.ts";

let root: string;
let context: RunContext;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-sweep-"));
  context = { runtime: cpu, threads: 1, data: { cacheDir: join(root, "cache"), download: false } };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A training of four steps. */
const tiny = (seed: number, ...set: string[]): WantedRun => ({
  recipe: "concept/vae",
  preset: "smoke",
  seed,
  set: ["model.hidden=8", "data.trainLimit=100", ...set],
});

const train = (folder: string) => continueRun(folder, context);

describe("a grid", () => {
  test("has every value of every axis with every seed, in order", () => {
    const axes = ["model.latent=2,5", "train.batch=50,100"];
    const runs = gridRuns({ recipe: "concept/vae", axes, seeds: [1, 2], set: ["model.hidden=8"] });
    expect(runs.map(({ seed, set }) => `${set!.join(" ")} ${seed}`)).toEqual(
      ["2 50", "2 100", "5 50", "5 100"].flatMap((point) => {
        const [latent, batch] = point.split(" ");
        return [1, 2].map((seed) => `model.hidden=8 model.latent=${latent} train.batch=${batch} ${seed}`);
      }),
    );
  });

  test("takes lists and objects as one value each", () => {
    const axes = ['train.rate={"kind":"constant","rate":0.01},{"kind":"constant","rate":0.001}'];
    expect(gridRuns({ recipe: "concept/vae", axes, seeds: [1] }).map((r) => r.set)).toEqual([
      ['train.rate={"kind":"constant","rate":0.01}'],
      ['train.rate={"kind":"constant","rate":0.001}'],
    ]);
  });

  test("without axes is one run a seed", () => {
    expect(gridRuns({ recipe: "concept/vae", axes: [], seeds: [3] })).toEqual([
      { recipe: "concept/vae", preset: "quick", seed: 3, set: [] },
    ]);
  });

  test.each([
    [["model.latent"], /--grid model\.latent: expected key=value,value/],
    [["model.latent="], /no values/],
    [["=1"], /no key/],
    [["model.latnt=1,2"], /did you mean "model\.latent"/],
    [["model.latent=1,0"], /model\.latent: expected .*got 0/],
  ])("refuses %j", (axes, message) => {
    expect(() => gridRuns({ recipe: "concept/vae", axes, seeds: [1] })).toThrow(UsageError);
    expect(() => gridRuns({ recipe: "concept/vae", axes, seeds: [1] })).toThrow(message);
  });
});

test.each([
  ["1", [1]],
  ["1-3,7", [1, 2, 3, 7]],
  ["0, 5", [0, 5]],
])("seeds %j are %j", (text, seeds) => expect(parseSeeds(text)).toEqual(seeds));

test.each(["", "a", "3-1", "1,1", "1-3,2", "-1", "1.5"])("seeds %j are refused", (text) => {
  expect(() => parseSeeds(text)).toThrow(UsageError);
});

describe("a sweep", () => {
  const all = [tiny(1), tiny(2), tiny(1, "model.latent=3")];

  test("trains what is wanted, and a second time nothing", async () => {
    const states: SweepState[] = [];
    const watch = (s: SweepState): void => void states.push(s);
    const runs = await sweep(all, { root, jobs: 2, train, watch }, context);
    expect(runs.map((r) => [r.wanted, r.record.status, r.found])).toEqual(all.map((w) => [w, "completed", false]));
    expect(runs.map((r) => r.record.config["model"])).toMatchObject([{ latent: 10 }, { latent: 10 }, { latent: 3 }]);
    expect(new Set(runs.map((r) => r.folder)).size).toBe(3);
    expect(states[0]).toMatchObject({ total: 3, done: 0, running: [] });
    expect(states.at(-1)).toMatchObject({ total: 3, done: 3, failed: 0, running: [] });
    expect(Math.max(...states.map((s) => s.running.length))).toBe(2);

    const again = await sweep(all, { root, jobs: 2, train: () => expect.unreachable(), watch: () => {} }, context);
    expect(again.map((r) => [r.folder, r.found])).toEqual(runs.map((r) => [r.folder, true]));
  });

  test("goes on with a run that was stopped", async () => {
    const abort = new AbortController();
    const watch = (e: { kind: string }): void => void (e.kind === "checkpoint" && abort.abort());
    const interrupt = (folder: string) => continueRun(folder, { ...context, signal: abort.signal, watch });
    const wanted = [tiny(1, "train.checkpointEvery=1")];
    expect(await sweep(wanted, { root, jobs: 1, train: interrupt }, context)).toEqual([]);
    const [{ folder, record }] = findRuns(root);
    expect(record.status).toBe("interrupted");
    const [done] = await sweep(wanted, { root, jobs: 1, train }, context);
    expect([done.folder, done.record.status]).toEqual([folder, "completed"]);
    expect(findRuns(root)).toHaveLength(1);
  });

  test("begins nothing after the signal", async () => {
    const abort = new AbortController();
    const one = async (folder: string) => {
      abort.abort();
      return train(folder);
    };
    expect(await sweep(all, { root, jobs: 1, train: one, signal: abort.signal }, context)).toHaveLength(1);
    expect(findRuns(root)).toHaveLength(1);
  });

  test("goes on when a run fails, and says which", async () => {
    const failing = (folder: string) => (folder.endsWith("seed2") ? Promise.reject(new Error("lost")) : train(folder));
    const runs = await sweep(all, { root, jobs: 1, train: failing }, context);
    expect(runs.map((r) => r.error?.message)).toEqual([undefined, "lost", undefined]);
  });
});

describe("a run is found", () => {
  test("by recipe, seed and whole configuration, wherever it lies and whatever preset it came from", async () => {
    const [run] = await sweep([tiny(1)], { root, jobs: 1, train }, context);
    cpSync(run.folder, join(root, "elsewhere", "x"), { recursive: true });
    rmSync(run.folder, { recursive: true });
    const runs = findRuns(root);
    expect(runs.map((r) => r.folder)).toEqual([join(root, "elsewhere", "x")]);
    const same: WantedRun = { ...tiny(1), set: ["data.trainLimit=100", "model.hidden=8"] };
    expect((await findRun(runs, same, context))?.folder).toBe(join(root, "elsewhere", "x"));
    for (const other of [tiny(2), tiny(1, "model.latent=9"), { ...tiny(1), set: [] }]) {
      expect(await findRun(runs, other, context)).toBeUndefined();
    }
  });

  test("only if it was trained on the data that there is", async () => {
    const [{ folder }] = await sweep([tiny(1)], { root, jobs: 1, train }, context);
    const record = readRun(folder);
    writeRun(folder, { ...record, data: { ...record.data, id: "mnist" } });
    expect(await lookUp([tiny(1)], root, context)).toEqual([undefined]);
  });

  test("with one that has ended before one that only came further", async () => {
    const [{ folder, record }] = await sweep([tiny(1)], { root, jobs: 1, train }, context);
    cpSync(folder, join(root, "a"), { recursive: true });
    writeRun(join(root, "a"), { ...record, status: "interrupted", step: record.step + 10 });
    expect((await lookUp([tiny(1)], root, context))[0]?.folder).toBe(folder);
  });

  test("unless its run.json is damaged", async () => {
    const [{ folder }] = await sweep([tiny(1)], { root, jobs: 1, train }, context);
    writeFileSync(join(folder, "run.json"), readFileSync(join(folder, "run.json")).subarray(0, 50));
    expect(findRuns(root)).toEqual([]);
  });
});

test("folders are named for what is in them, and never taken twice", async () => {
  const wanted = tiny(4, "model.latent=3");
  const folder = folderFor(root, wanted);
  expect(folder).toBe(join(root, "concept/vae", "smoke-hidden-8-trainLimit-100-latent-3-seed4"));
  await sweep([wanted], { root, jobs: 1, train }, context);
  expect(folderFor(root, wanted)).toBe(`${folder}-2`);
});

test("the command of a run can be pasted", () => {
  expect(trainCommandOf({ ...tiny(4), set: ['train.rate={"kind":"constant","rate":1}'] })).toBe(
    `npx helmholtz train concept/vae --preset smoke --seed 4 --set 'train.rate={"kind":"constant","rate":1}'`,
  );
});
