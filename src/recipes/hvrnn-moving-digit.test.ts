import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { showShape } from "../base/shape.ts";
import { openDataset } from "../data/open.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { readMetricLog } from "../training/metric-log.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { findRecipe } from "./index.ts";
import { continueRun, createRun, openRun, openRunData, type RunContext } from "./run.ts";
import { resolveConfig } from "./run-store.ts";

const recipe = "hvrnn/moving-digit";

let root: string;
let context: RunContext;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-hvrnn-"));
  context = { runtime: cpu, threads: 1, data: { cacheDir: join(root, "cache"), download: false } };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function train(name: string, set: readonly string[] = []) {
  const out = join(root, name);
  await createRun({ recipe, preset: "smoke", set, out }, context);
  return { out, record: await continueRun(out, context) };
}

describe.each([
  ["hvrnn", ["sum-of-bounds", ...[1, 2, 3].flatMap((l) => [`reconstruction${l}`, `kl${l}`])]],
  ["vrnn", ["elbo", "reconstruction", "kl"]],
])("%s", (kind, names) => {
  test("trains, is scored the same afterwards, and its loss falls", async () => {
    const { out, record } = await train(kind, [`model.kind=${kind}`, "train.epochs=6"]);
    expect(record).toMatchObject({ status: "completed", step: 24, steps: 24 }); // 6 epochs of 40 films, 10 a step
    const metrics = record.metrics!["test"];
    expect(Object.keys(metrics)).toEqual([...names, "count"]);
    expect(metrics["count"]).toBe(30);
    expect((await evaluateRun(out, "test", context)).metrics).toEqual(metrics);
    const bounds = readMetricLog(join(out, "metrics.jsonl")).filter(({ split }) => split === "test");
    expect(bounds).toHaveLength(6);
    expect(bounds[5].metrics[names[0]]).toBeGreaterThan(bounds[0].metrics[names[0]] + 10);
  });
});

test("a training that is cut off goes on to the same bytes", async () => {
  const set = ["model.layers=2"];
  const whole = await train("whole", set);
  const cut = join(root, "cut");
  const abort = new AbortController();
  await createRun({ recipe, preset: "smoke", set, out: cut }, context);
  const watch: RunContext["watch"] = (e) => void (e.kind === "checkpoint" && e.step >= 3 && abort.abort());
  expect((await continueRun(cut, { ...context, watch, signal: abort.signal })).status).toBe("interrupted");
  expect((await continueRun(cut, context)).status).toBe("completed");
  const [a, b] = [whole.out, cut].map((folder) => readFileSync(join(folder, "model.safetensors")).toString("hex"));
  expect(b).toBe(a);
});

test("the films are of the size and number that the configuration says, the same for every seed", async () => {
  const folders = [1, 2].map((seed) => join(root, `seed${seed}`));
  for (const [i, out] of folders.entries()) {
    await createRun({ recipe, preset: "smoke", seed: i + 1, set: ["data.length=5", "data.films=50"], out }, context);
  }
  const [one, two] = await Promise.all(folders.map((folder) => openRunData(openRun(folder).record, context.data)));
  expect([one.splits.train.count, one.splits.test.count, one.picture.width]).toEqual([50, 30, 16]);
  expect(showShape(openRun(folders[0]).model.observation.shape)).toBe("(time=5, pixel=256)");
  const direct = await openDataset("moving-digit-glyphs", { length: 5, canvas: 16 });
  const [a, b, c] = [one, two, direct].map(({ splits }) => {
    const out = new Float32Array(2 * 5 * 256);
    splits.train.read("frames", [3, 49], out);
    return out;
  });
  expect(a.some((v) => v > 0)).toBe(true);
  expect([b, c]).toEqual([a, a]);
});

test("the paper's sizes are those of the authors' code, and its epochs their 1.5 million updates", () => {
  const config = resolveConfig({ recipe, preset: "paper" });
  expect(config.train.epochs * (config.data.films! / config.train.batch)).toBeGreaterThanOrEqual(1.5e6);
  expect(config).toMatchObject({
    model: { channels: 64, hidden: 256, latent: 16, layers: 3, topDown: "to-prior", recurrence: "tanh", beta: 1 },
    data: { length: 20, side: 64, films: 14_000 },
    train: { batch: 10, rate: { kind: "constant", rate: 1e-4 }, clip: null },
  });
  const { latents, observation } = findRecipe(recipe).model(config);
  expect(showShape(observation.shape)).toBe("(time=20, pixel=4096)");
  expect(latents.map(({ name }) => name)).toEqual(["z1", "h1", "z2", "h2", "z3", "h3"]);
});
