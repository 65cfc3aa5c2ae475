import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { metricText } from "../training/metric-text.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { ballsSettings } from "./local-balls.ts";
import { continueRun, createRun, openRun, openRunData, type RunContext } from "./run.ts";
import { resolveConfig } from "./run-store.ts";

let root: string;
let context: RunContext;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-balls-"));
  context = { runtime: cpu, threads: 1 };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each(Object.entries(ballsSettings))("%s", (kind, { smoke }) => {
  test("trains on films of the size that the configuration asks for, and is scored by what it predicts", async () => {
    const out = join(root, kind);
    await createRun({ recipe: "local/balls", preset: "smoke", set: smoke, out }, context);
    expect(openRun(out).model.name).toBe(kind);
    const { picture, fields } = await openRunData(openRun(out).record);
    expect([picture.height, fields[0].shape.map((a) => a.size)]).toEqual([8, [12, 64]]);
    const record = await continueRun(out, context);
    const steps = kind === "rtrbm" ? 4 : 40; // two epochs of two batches of films, of 10 frames each
    expect(record).toMatchObject({ status: "completed", step: steps, steps });
    const { metrics } = await evaluateRun(out, "test", context);
    expect(metrics).toEqual(record.metrics!["test"]);
    expect(metrics["count"]).toBe(4);
    expect(metrics["next-frame-sse"]).toBeCloseTo(64 * metrics["next-frame-mse"], 10);
    if (kind === "order-zero") expect(metrics["no-recurrence-mse"]).toBe(metrics["next-frame-mse"]);
    expect(metricText(metrics)).toMatch(/^next-frame MSE \S+ \(next-frame SSE /);
  });
});

test("the paper's protocol", () => {
  expect(resolveConfig({ recipe: "local/balls", preset: "paper" })).toMatchObject({
    model: { hidden: 400, turns: 25, spread: 0.005 },
    data: { side: 30, length: 100, sequences: 400 },
    train: { optimizer: { name: "sgd", momentum: 0.9 }, rate: { kind: "linear", rate: 0.02 } },
  });
  for (const { paper, quick } of Object.values(ballsSettings)) {
    expect(() => resolveConfig({ recipe: "local/balls", preset: "paper", set: paper })).not.toThrow();
    expect(() => resolveConfig({ recipe: "local/balls", preset: "quick", set: quick })).not.toThrow();
  }
  const mean = ["model.frameMean=1"]; // whose logit is infinite
  expect(() => resolveConfig({ recipe: "local/balls", preset: "paper", set: mean })).toThrow(/frameMean/);
  const set = ["data.id=lti-ppc"];
  expect(() => resolveConfig({ recipe: "local/balls", preset: "paper", set })).toThrow(/"bouncing-balls"/);
});
