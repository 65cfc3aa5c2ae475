import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { continueRun, createRun, openRun, openRunData, type RunContext } from "./run.ts";

let root: string;
let context: RunContext;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-moving-"));
  context = { runtime: cpu, threads: 1 };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const recipe = "local/moving-mnist";

describe.each(["rvae", "tvae"])("%s", (kind) => {
  test("trains on frames in their order, and is scored beside what needs no model", async () => {
    const out = join(root, kind);
    const set = [`model.kind=${kind}`, "train.checkpointEvery=5"];
    await createRun({ recipe, preset: "smoke", set, out }, context);
    const record = await continueRun(out, context);
    expect(record).toMatchObject({ status: "completed", step: 24, steps: 24 }); // two epochs of two batches of six frames
    const { metrics } = await evaluateRun(out, "test", context);
    expect(metrics).toEqual(record.metrics!["test"]);
    expect(metrics["count"]).toBe(4);
    for (const name of ["next-frame-mse", "copy-last-mse", "mean-frame-mse"]) expect(metrics[name]).toBeGreaterThan(0);
    expect(metrics["next-frame-sse"]).toBeCloseTo(256 * metrics["next-frame-mse"], 10);
    const held = readFileSync(join(out, "checkpoints", "24", "train.safetensors"), "latin1");
    expect(held).toContain('"state/u"');
  });
});

test("frames have the side that is asked for; those to train on differ from seed to seed", async () => {
  const frames = async (seed: number, split: "train" | "test") => {
    const out = join(root, `${split}${seed}`);
    await createRun({ recipe, preset: "smoke", seed, set: ["data.side=32"], out }, context);
    const { record } = openRun(out);
    const { splits, picture } = await openRunData(record);
    expect(picture).toMatchObject({ height: 32, width: 32 });
    const first = new Float32Array(8 * 32 ** 2);
    splits[split].read("frames", [0], first);
    return first.join(" ");
  };
  expect(await frames(2, "train")).not.toBe(await frames(1, "train"));
  expect(await frames(2, "test")).toBe(await frames(1, "test"));
});
