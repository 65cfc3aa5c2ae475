import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDataset } from "../data/open.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { readMetricLog } from "../training/metric-log.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { exportRun } from "./export-run.ts";
import { rvaeProtocol, trbmProtocol, tvaeProtocol } from "./local-ppc.ts";
import { continueRun, createRun, openRun, openRunData, type RunContext } from "./run.ts";
import { resolveConfig } from "./run-store.ts";

let root: string;
let context: RunContext;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-local-"));
  context = { runtime: cpu, threads: 1 };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function train(name: string, set: readonly string[] = [], signal?: AbortSignal) {
  const out = join(root, name);
  await createRun({ recipe: "local/ppc", preset: "smoke", set, out }, context);
  return { out, record: await continueRun(out, { ...context, signal }) };
}

const model = (folder: string): string => readFileSync(join(folder, "model.safetensors")).toString("hex");
const lines = (folder: string) => readMetricLog(join(folder, "metrics.jsonl")).map(({ seconds: _, ...rest }) => rest);

describe.each(["order-zero", "refh", "trbm", "rtrbm"])("%s", (kind) => {
  test("trains, and is scored beside the spikes alone and the Kalman filter", async () => {
    const { out, record } = await train(kind, [`model.kind=${kind}`]);
    const steps = kind === "rtrbm" ? 4 : 120; // two epochs of two batches of sequences, of 30 frames each
    expect(record).toMatchObject({ status: "completed", step: steps, steps });
    const { metrics } = await evaluateRun(out, "test", context);
    expect(metrics).toEqual(record.metrics!["test"]);
    const { "decoded-mse": decoded, "kalman-mse": kalman, "kalman-ratio": ratio, count } = metrics;
    expect(count).toBe(4);
    expect((await evaluateRun(out, "train", context)).metrics["count"]).toBe(16); // two epochs of 8
    expect(ratio).toBeCloseTo(decoded / kalman, 12);
    expect(kalman).toBeLessThan(metrics["spikes-mse"]);
  });
});

describe("a training in the middle of sequences", () => {
  test("goes on from its checkpoint with the carried state, to the same bytes", async () => {
    const whole = await train("whole", ["train.checkpointEvery=7"]);
    const cut = join(root, "cut");
    const abort = new AbortController();
    await createRun({ recipe: "local/ppc", preset: "smoke", set: ["train.checkpointEvery=7"], out: cut }, context);
    const watch: RunContext["watch"] = (e) => {
      if (e.kind === "checkpoint" && e.step >= 14) abort.abort();
    };
    const stopped = await continueRun(cut, { ...context, watch, signal: abort.signal });
    expect(stopped.status).toBe("interrupted");
    expect(stopped.step % 30).not.toBe(0);
    const record = await continueRun(cut, context);
    expect(record.status).toBe("completed");
    expect(model(cut)).toBe(model(whole.out));
    expect(lines(cut)).toEqual(lines(whole.out));
  });

  test("is one of which the checkpoint holds the carried state and the speeds of all parts", async () => {
    const { out, record } = await train("state", ["train.checkpointEvery=7"], AbortSignal.abort());
    const held = readFileSync(join(out, "checkpoints", String(record.step), "train.safetensors"), "latin1");
    expect(held).toContain('"state/u"');
    for (const part of ["recurrent/weight", "recurrent/bias", "hidden/bias"]) {
      expect(held).toContain(`"momentum/velocity/${part}"`);
    }
  });
});

test("a filter has no ONNX file of encoder and decoder; asking for one is a UsageError", async () => {
  const { out } = await train("filter");
  expect(() => exportRun(out)).toThrow(/expected a model that infers .*, got refh/);
});

test("every epoch has fresh sequences; the protocol of the TRBM is a configuration of the recipe", () => {
  const config = resolveConfig({ recipe: "local/ppc", preset: "paper", set: ["model.kind=trbm", ...trbmProtocol] });
  expect(config).toMatchObject({
    model: { kind: "trbm", turns: 25 },
    data: { length: 100, sequences: 400 },
    train: { epochs: 255, rate: { kind: "linear" } },
  });
});

test("an optimiser without a rate for a part is refused before anything is written", async () => {
  const set = ['train.optimizer.rates={"sensory/weight":0.1}'];
  await expect(train("norate", set)).rejects.toThrow(/expected a rate for "recurrent\/weight"/);
  expect(existsSync(join(root, "norate"))).toBe(false);
});

describe.each([
  ["rvae", rvaeProtocol],
  ["tvae", tvaeProtocol],
])("%s", (kind, protocol) => {
  const small = protocol.map((s) =>
    s.replace('"hidden":64', '"hidden":6').replace("train.epochs=12", "train.epochs=2"),
  );

  test("trains by its protocol, and filters", async () => {
    const { out, record } = await train(kind, small);
    expect(record).toMatchObject({ status: "completed", step: 120, steps: 120 });
    expect(openRun(out).model.name).toBe(kind);
    const { "decoded-mse": decoded, "kalman-mse": kalman, "kalman-ratio": ratio } = record.metrics!["test"];
    expect(ratio).toBeCloseTo(decoded / kalman, 12);
    const terms = Object.keys(lines(out)[0]["metrics"] as object);
    expect(terms).toEqual(["loss", "reconstruction", ...(kind === "rvae" ? ["recurrent"] : []), "kl"]);
  });

  test("is a configuration of the preset of the paper", () => {
    const config = resolveConfig({ recipe: "local/ppc", preset: "paper", set: protocol });
    expect(config).toMatchObject({ model: { kind, hidden: 64 }, data: { length: 1000 }, train: { epochs: 12 } });
  });
});

test("runs of other seeds learn from other sequences and are tested on the same; a run is continued on its own", async () => {
  const data = async (seed: number) => {
    const out = join(root, `data${seed}`);
    await createRun({ recipe: "local/ppc", preset: "smoke", seed, out }, context);
    const { record } = openRun(out);
    const { splits } = await openRunData(record);
    const read = ({ read }: typeof splits.train): string => {
      const position = new Float32Array(40);
      read("position", [1], position);
      return position.join(" ");
    };
    return { train: read(splits.train), test: read(splits.test), provenance: record.data.provenance };
  };
  const [one, two] = [await data(1), await data(2)];
  expect(two.train).not.toBe(one.train);
  expect(two.test).toBe(one.test);
  expect(two.provenance).toMatch(/seed 0 \(training sequences: 2\)/);
  const { splits } = await openDataset("lti-ppc", { length: 40, train: 16, trainSeed: 2 });
  const position = new Float32Array(40);
  splits.train.read("position", [1], position);
  expect(position.join(" ")).toBe(two.train);
});
