import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FileError, UsageError } from "../base/errors.ts";
import { decodeModel } from "../onnx/decode.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { readMetricLog } from "../training/metric-log.ts";
import { type RunRecord, readRun, writeRun } from "../training/run-folder.ts";
import { decodeSafetensors } from "../training/safetensors.ts";
import type { TrainingEvent } from "../training/trainer.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { exportRun } from "./export-run.ts";
import { continueRun, createRun, loadParameters, openRun, type RunContext, type TrainRequest } from "./run.ts";

let root: string;
let context: RunContext;
/** A finished smoke run, for tests that only look. */
let whole: string;
let finished: RunRecord;

const request = (out: string, changes: Partial<TrainRequest> = {}): TrainRequest => ({
  recipe: "concept/vae",
  preset: "smoke",
  set: ["model.hidden=16", "data.trainLimit=500"], // 10 steps an epoch
  out,
  ...changes,
});

async function train(name: string, changes: Partial<TrainRequest> = {}): Promise<string> {
  const folder = join(root, name);
  await createRun(request(folder, changes), context);
  await continueRun(folder, context);
  return folder;
}

const bytes = (folder: string, file = "model.safetensors"): string => readFileSync(join(folder, file)).toString("hex");
const metrics = (folder: string) => readMetricLog(join(folder, "metrics.jsonl")).map(({ seconds: _, ...rest }) => rest);

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-runs-"));
  context = { runtime: cpu, threads: 1, data: { cacheDir: join(root, "cache"), download: false } };
  whole = await train("whole");
  finished = readRun(whole);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("a finished run", () => {
  test("has its files and no others", () => {
    expect(readdirSync(whole).sort()).toEqual([
      "README.md",
      "checkpoints",
      "metrics.jsonl",
      "model.safetensors",
      "run.json",
    ]);
    expect(readdirSync(join(whole, "checkpoints")).sort()).toEqual(["10", "20"]);
  });

  test("says in run.json what it was made from, by what, and how it went", () => {
    expect(finished).toMatchObject({
      format: 1,
      recipe: "concept/vae",
      preset: "smoke",
      seed: 1,
      config: { model: { hidden: 16, latent: 10 }, data: { id: "glyphs", trainLimit: 500 }, train: { epochs: 2 } },
      data: { id: "glyphs", generated: true },
      status: "completed",
      step: 20,
      steps: 20,
      device: "cpu",
      threads: 1,
    });
    expect(Object.keys(finished.versions)).toEqual(expect.arrayContaining(["helmholtz", "node", "onnxruntime"]));
    expect(Object.keys(finished.machine)).toEqual(expect.arrayContaining(["cpu", "cores", "memoryGiB", "system"]));
    expect(Date.parse(finished.finished!)).toBeGreaterThanOrEqual(Date.parse(finished.started));
    expect(finished.seconds).toBeGreaterThan(0);
    const { elbo, reconstruction, kl, count } = finished.metrics!["test"];
    expect([elbo, count]).toEqual([-(reconstruction + kl), 200]);
  });

  test("has a log of training and test metrics that ends with the results", () => {
    const records = readMetricLog(join(whole, "metrics.jsonl"));
    expect(records.filter((r) => r.split === "test").map((r) => [r.step, r.epoch])).toEqual([
      [10, 1],
      [20, 2],
    ]);
    expect(records.filter((r) => r.split === "train").map((r) => r.step)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    const { count: _, ...last } = finished.metrics!["test"];
    expect(records.at(-1)?.metrics).toEqual(last);
  });

  test("has a README with its results, its files and its parameters' shapes", () => {
    const readme = readFileSync(join(whole, "README.md"), "utf8");
    expect(readme).toMatch(/^# VAE for concept formation/);
    expect(readme).toContain("preset `smoke`, seed 1");
    expect(readme).toContain(`| test | ${finished.metrics!["test"]["elbo"].toFixed(2)} |`);
    expect(readme).toContain("| `encoder/hidden/weight` | (pixel=784, hidden=16) |");
    expect(readme).not.toMatch(/undefined|NaN|\[object/);
    for (const file of readdirSync(whole)) expect(readme).toContain(file === "README.md" ? "#" : `\`${file}`);
  });

  test("has its parameters in a file that any reader of safetensors opens", () => {
    const { tensors } = decodeSafetensors(readFileSync(join(whole, "model.safetensors")), "model");
    expect(tensors["encoder/hidden/weight"].dims).toEqual([784, 16]);
    expect(Object.keys(tensors)).toHaveLength(10);
    expect(bytes(whole)).toBe(bytes(whole, "checkpoints/20/model.safetensors"));
  });

  test("is not trained again", async () => {
    const before = bytes(whole, "run.json");
    expect(await continueRun(whole, context)).toEqual(finished);
    expect(bytes(whole, "run.json")).toBe(before);
  });

  test("scores exactly what it recorded", async () => {
    const { metrics } = await evaluateRun(whole, "test", context);
    expect(metrics).toEqual(finished.metrics!["test"]);
    expect((await evaluateRun(whole, "train", context)).metrics["count"]).toBe(500);
  });

  test("has no split of another name", async () => {
    await expect(evaluateRun(whole, "validation", context)).rejects.toThrow(UsageError);
    await expect(evaluateRun(whole, "validation", context)).rejects.toThrow(/--split: expected one of train, test/);
  });

  test("is exported with its provenance", () => {
    const onnx = decodeModel(readFileSync(exportRun(whole, join(root, "vae.onnx"))));
    expect(onnx.metadata).toMatchObject({ recipe: "concept/vae", preset: "smoke", seed: "1", data: "Glyphs" });
    expect(JSON.parse(onnx.metadata["config"])).toEqual(finished.config);
  });
});

describe("trainings", () => {
  test("of one seed have the same bytes and metrics, of another seed others", async () => {
    const [same, other] = [await train("same"), await train("other", { seed: 2 })];
    expect(bytes(same)).toBe(bytes(whole));
    expect(metrics(same)).toEqual(metrics(whole));
    expect(bytes(other)).not.toBe(bytes(whole));
  });

  test("interrupted and continued have the bytes of one in one go", async () => {
    const folder = join(root, "interrupted");
    const abort = new AbortController();
    const watch = (e: TrainingEvent): void => {
      if (e.kind === "checkpoint") abort.abort();
    };
    await createRun(request(folder), context);
    const first = await continueRun(folder, { ...context, signal: abort.signal, watch });
    expect(first).toMatchObject({ status: "interrupted", steps: 20 });
    expect(first.step).toBeLessThan(20);
    expect(readRun(folder)).toEqual(first);
    expect(existsSync(join(folder, "model.safetensors"))).toBe(false);
    const { metrics: sofar } = await evaluateRun(folder, "test", context);
    expect(sofar["elbo"]).toBeLessThan(0);
    expect((await continueRun(folder, context)).status).toBe("completed");
    expect(bytes(folder)).toBe(bytes(whole));
    expect(metrics(folder)).toEqual(metrics(whole));
  });

  test("without their data any more are a FileError, and nothing takes its place", async () => {
    const folder = join(root, "no-data");
    await createRun(request(folder), context);
    const record = readRun(folder);
    writeRun(folder, { ...record, data: { ...record.data, id: "mnist", title: "MNIST" } });
    await expect(continueRun(folder, context)).rejects.toThrow(FileError);
    await expect(continueRun(folder, context)).rejects.toThrow(/MNIST: .*downloads are off.*--data-dir/);
    await expect(evaluateRun(folder, "test", context)).rejects.toThrow(FileError);
    expect(existsSync(join(folder, "running.pid"))).toBe(false);
  });

  test("whose data cannot be had from the start are told so and use glyphs", async () => {
    const notices: string[] = [];
    const folder = join(root, "fallback");
    const record = await createRun(request(folder, { set: ["data.id=mnist"] }), {
      ...context,
      notice: (s) => notices.push(s),
    });
    expect(record.data).toMatchObject({ id: "glyphs", generated: true });
    expect(record.data.provenance).toContain("stand in for MNIST");
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain("generated glyphs take its place");
  });

  test("whose loss is lost end as failed, with the reason, and can be looked at", async () => {
    const folder = join(root, "failed");
    await createRun(request(folder, { set: ["train.rate.rate=1e30", "train.checkpointEvery=1"] }), context);
    await expect(continueRun(folder, context)).rejects.toThrow(/term "(reconstruction|kl)"/);
    const record = readRun(folder);
    expect(record.status).toBe("failed");
    expect(record.error).toMatch(/expected a finite number of nats/);
    expect(existsSync(join(folder, "running.pid"))).toBe(false);
  });
});

describe("a request", () => {
  test.each([
    [{ recipe: "concept/vea" }, /did you mean "concept\/vae"/],
    [{ preset: "tiny" }, /one of paper, quick, smoke/],
    [{ set: ["model.latent=-1"] }, /model\.latent: expected number to be >=1, got -1/],
    [{ set: ["data.id=mnits"] }, /did you mean "mnist"/],
    [{ set: ["train.batch=100000"] }, /batch size: expected a whole number from 1 to/],
  ])("%j is a UsageError and makes no folder", async (changes, message) => {
    const out = join(root, "never");
    await expect(createRun(request(out, changes), context)).rejects.toThrow(UsageError);
    await expect(createRun(request(out, changes), context)).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
  });

  test("for a folder that is a run already is a UsageError", async () => {
    await expect(createRun(request(whole), context)).rejects.toThrow(/continue it with --resume/);
    expect(readRun(whole)).toEqual(finished);
  });
});

describe("the parameters of a run", () => {
  const copy = (name: string): string => {
    const folder = join(root, name);
    mkdirSync(folder);
    for (const file of ["run.json", "model.safetensors"]) {
      writeFileSync(join(folder, file), readFileSync(join(whole, file)));
    }
    return folder;
  };
  const load = (folder: string) => () => loadParameters(openRun(folder));

  test("are those of its end", () => {
    expect(Object.keys(load(whole)())).toHaveLength(10);
  });

  test("that has none yet are a FileError that says how to go on", async () => {
    const folder = join(root, "new");
    await createRun(request(folder), context);
    expect(load(folder)).toThrow(FileError);
    expect(load(folder)).toThrow(`\`helmholtz train --resume ${folder}\``);
  });

  test("cut short are a FileError that names the file", () => {
    const folder = copy("cut");
    truncateSync(join(folder, "model.safetensors"), 1000);
    expect(load(folder)).toThrow(FileError);
    expect(load(folder)).toThrow(join(folder, "model.safetensors"));
  });

  test("of another config are a FileError that names the tensor", () => {
    const folder = copy("other-config");
    const record = readRun(folder);
    const config = { ...record.config, model: { ...(record.config["model"] as object), hidden: 17 } };
    writeRun(folder, { ...record, config });
    expect(load(folder)).toThrow(FileError);
    expect(load(folder)).toThrow(/"encoder\/hidden\/weight" \(pixel=784, hidden=17\), got 12544 numbers/);
  });

  test("of a config that this version does not know are a UsageError that names run.json", () => {
    const folder = copy("unknown-config");
    const record = readRun(folder);
    writeRun(folder, { ...record, config: { ...record.config, extra: 1 } });
    expect(load(folder)).toThrow(UsageError);
    expect(load(folder)).toThrow(/config in .*run\.json.*got "extra"/);
  });
});
