import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RunError } from "../base/errors.ts";
import { streams } from "../base/random.ts";
import { axis } from "../base/shape.ts";
import { shuffled } from "../data/batches.ts";
import { glyphs } from "../data/glyphs.ts";
import { leafName, variable } from "../graph/leaves.ts";
import { add, log } from "../graph/ops/index.ts";
import { vae } from "../models/vae.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import type { State } from "../runtime/session.ts";
import { checkpointSteps, decodeVariables, loadCheckpoint } from "./checkpoint.ts";
import { openEvaluator } from "./evaluate.ts";
import { wholeExamples } from "./examples.ts";
import { openMetricLog, readMetricLog } from "./metric-log.ts";
import { adam, sgd } from "./optimizers.ts";
import { constantRate, cosine } from "./schedules.ts";
import { compileStep } from "./step.ts";
import { type TrainingEvent, type TrainingParts, type TrainingPlan, trainModel } from "./trainer.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-trainer-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const model = vae({ pixels: 784, hidden: 8, latent: 3, samples: 1, activation: "tanh", init: "glorot-uniform" });
const data = glyphs({ train: 60, test: 25 });
const rate = cosine(0.02, 24, 0.1);
/** 6 steps an epoch; the intervals fall together only now and then. */
const plan: TrainingPlan = { steps: 24, logEvery: 4, evaluateEvery: 6, checkpointEvery: 5 };

type Options = NonNullable<Parameters<typeof trainModel>[2]>;

/** A scorer that says what it is told to. */
const scripted = (...elbos: number[]): TrainingParts["evaluators"][number] => {
  let call = 0;
  return {
    name: "validation",
    evaluator: {
      evaluate: async () => ({ objective: elbos[call++], terms: {}, scores: {}, count: 1 }),
      dispose: async () => {},
    },
  };
};

/** Trains in root/<name>; every checkpoint, and the log as it was then, is kept in root/<name>/kept/<step>. */
async function train(
  name: string,
  changes: Partial<TrainingParts> = {},
  p: TrainingPlan = plan,
  options: Options = {},
) {
  let ticks = 0;
  const folder = join(root, name);
  const events: TrainingEvent[] = [];
  const evaluator = await openEvaluator(model, data.splits.test, { runtime: cpu, threads: 1, seed: 3, field: "image" });
  const parts: TrainingParts = {
    model,
    optimizer: adam(rate),
    rate,
    runtime: cpu,
    threads: 1,
    seed: 3,
    examples: wholeExamples(model, data.splits.train, "image", shuffled(streams(3), 60, 10)),
    evaluators: [{ name: "test", evaluator }],
    folder,
    log: (length) => openMetricLog(join(root, `${name}.jsonl`), length),
    ...changes,
  };
  try {
    const result = await trainModel(parts, p, {
      clock: () => ticks++ / 10,
      ...options,
      watch: (event) => {
        events.push(event);
        options.watch?.(event);
        if (event.kind === "checkpoint")
          cpSync(event.path, join(root, "kept", name, String(event.step)), { recursive: true });
      },
    });
    return { result, events };
  } finally {
    await evaluator.dispose();
  }
}

const variables = compileStep(model, adam(rate), { batch: 10 }).variables;
const loadFrom = (name: string) => loadCheckpoint(join(root, name), variables);
const bits = (state: State): Record<string, string> =>
  Object.fromEntries(
    Object.entries(state).map(([name, v]) => [name, Buffer.from(v.buffer, v.byteOffset, v.byteLength).toString("hex")]),
  );
const metrics = (name: string) => readMetricLog(join(root, `${name}.jsonl`)).map(({ seconds: _, ...rest }) => rest);

/** Puts a run where another one stood at a checkpoint: that checkpoint, and the log with all that came later. */
function standAt(name: string, other: string, step: number): void {
  cpSync(join(root, "kept", other, String(step)), join(root, name, "checkpoints", String(step)), { recursive: true });
  cpSync(join(root, `${other}.jsonl`), join(root, `${name}.jsonl`));
}

describe("a training continued", () => {
  test.each([
    ["", plan, [5, 10, 15, 20, 24]],
    [" with clipped gradients", { ...plan, clip: 0.5 }, [10]],
    [" with averaged parameters", { ...plan, average: { after: 6, every: 6 } }, [5, 10, 15, 20, 24]],
    [" with early stopping that does not come", { ...plan, earlyStop: { on: "test", patience: 2 } }, [5, 10, 20]],
  ] as const)("from a checkpoint%s ends with the bytes and the metrics of one in one go", async (_, p, steps) => {
    const whole = await train("whole", {}, p);
    expect(whole.result).toMatchObject({ status: "completed", step: 24 });
    for (const step of steps) {
      const name = `from-${step}`;
      standAt(name, "whole", step);
      const from = loadFrom(name);
      expect(from.step).toBe(step);
      const { result } = await train(name, {}, p, { from });
      expect([result.status, result.step], name).toEqual(["completed", 24]);
      expect(bits(result.state), name).toEqual(bits(whole.result.state));
      expect(metrics(name), name).toEqual(metrics("whole"));
      expect(result.evaluations, name).toEqual(whole.result.evaluations);
    }
  });

  test.each([1, 4, 13, 20])("after an interruption at step %d is one in one go", async (at) => {
    const whole = await train("whole");
    const abort = new AbortController();
    const watch = (e: TrainingEvent): void => {
      if (e.kind === "progress" && e.step >= at) abort.abort();
    };
    const first = await train("cut", {}, plan, { signal: abort.signal, watch });
    expect(first.result.status).toBe("interrupted");
    expect(first.result.step).toBeGreaterThanOrEqual(at);
    expect(first.result.step).toBeLessThan(24);
    expect(checkpointSteps(join(root, "cut")).at(-1)).toBe(first.result.step);
    const { result } = await train("cut", {}, plan, { from: loadFrom("cut") });
    expect(result.status).toBe("completed");
    expect(bits(result.state)).toEqual(bits(whole.result.state));
    expect(metrics("cut")).toEqual(metrics("whole"));
  });

  test("after an interruption at every step it lets itself be stopped at is one in one go", async () => {
    const whole = await train("whole");
    let result = (await train("cut", {}, plan, { signal: AbortSignal.abort() })).result;
    let parts = 1;
    for (; result.status === "interrupted"; parts++) {
      const from = loadFrom("cut");
      result = (await train("cut", {}, plan, { from, signal: AbortSignal.abort() })).result;
    }
    expect(parts).toBe(11); // 4 5 6 8 10 12 15 16 18 20 24
    expect(bits(result.state)).toEqual(bits(whole.result.state));
    expect(metrics("cut")).toEqual(metrics("whole"));
  });

  test("counts its seconds on", async () => {
    /** A clock that every look finds a second later. */
    const clock = () => {
      let now = 0;
      return () => (now += 1000);
    };
    const first = await train("cut", {}, plan, { signal: AbortSignal.abort(), clock: clock() });
    const from = loadFrom("cut");
    expect(first.result.seconds).toBe((from.memory.seconds as number) + 1);
    standAt("once", "cut", first.result.step);
    const once = await train("once", {}, plan, { from, clock: clock() });
    standAt("again", "cut", first.result.step);
    const longer = { ...from, memory: { ...from.memory, seconds: (from.memory.seconds as number) + 5000 } };
    const again = await train("again", {}, plan, { from: longer, clock: clock() });
    expect(once.result.seconds).toBeGreaterThan(first.result.seconds);
    expect(again.result.seconds).toBe(once.result.seconds + 5000);
  });
});

describe("the same training", () => {
  test("from the same seed has the same bytes, from another one others", async () => {
    const [a, b, c] = [await train("a"), await train("b"), await train("c", { seed: 4 })];
    expect(bits(a.result.state)).toEqual(bits(b.result.state));
    expect(metrics("a")).toEqual(metrics("b"));
    expect(bits(c.result.state)).not.toEqual(bits(a.result.state));
  });

  test("writes checkpoints with the same bytes, whatever the intervals between them", async () => {
    await train("a");
    await train("b", {}, { ...plan, checkpointEvery: 10 });
    for (const file of ["model.safetensors", "train.safetensors"]) {
      const bytes = (name: string) => readFileSync(join(root, "kept", name, "20", file));
      expect(bytes("a").equals(bytes("b"))).toBe(true);
    }
  });

  test("lowers its loss", async () => {
    await train("a");
    const losses = metrics("a").flatMap((r) => (r.split === "train" ? [r.metrics["loss"]] : []));
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]);
  });
});

describe("averaged parameters", () => {
  const every6 = { ...plan, checkpointEvery: 6 };
  const average = { after: 6, every: 6 };
  const kept = (name: string, step: number): State => {
    const path = join(root, "kept", name, String(step), "model.safetensors");
    return decodeVariables(readFileSync(path), path);
  };

  test("are the mean of those at the ends of the last epochs, and training goes on from what it had", async () => {
    const { result } = await train("a", {}, { ...every6, average });
    await train("b", {}, every6);
    expect(bits(kept("a", 24))).toEqual(bits(kept("b", 24)));
    for (const [name, last] of Object.entries(kept("a", 24))) {
      const mean = last.map((_, i) => [12, 18, 24].reduce((sum, step) => sum + kept("b", step)[name][i] / 3, 0));
      expect(Math.max(...mean.map((m, i) => Math.abs(m - result.state[name][i])))).toBeLessThan(1e-6);
      expect(result.state[name]).not.toEqual(last);
    }
  });

  test("are what is scored, from their first on", async () => {
    const scored: State[] = [];
    const evaluator = {
      evaluate: async (parameters: State) => {
        scored.push(parameters);
        return { objective: 0, terms: {}, scores: {}, count: 1 };
      },
      dispose: async () => {},
    };
    const { result } = await train("a", { evaluators: [{ name: "test", evaluator }] }, { ...every6, average });
    expect(scored.map(bits).slice(0, 2)).toEqual([bits(kept("a", 6)), bits(kept("a", 12))]);
    expect(scored).toHaveLength(4);
    for (const [name, values] of Object.entries(scored[3])) expect(values).toEqual(result.state[name]);
  });
});

describe("what a training tells", () => {
  test("comes in order: progress, metrics of training, evaluations, checkpoint", async () => {
    const { events } = await train("a", {}, { ...plan, steps: 12 });
    const told = events.map((e) =>
      e.kind === "metrics" ? `${e.record.split} ${e.record.step}` : `${e.kind} ${e.step}`,
    );
    expect(told).toEqual([
      ...["progress 4", "train 4"],
      ...["progress 5", "checkpoint 5"],
      ...["progress 6", "test 6"],
      ...["progress 8", "train 8"],
      ...["progress 10", "checkpoint 10"],
      ...["progress 12", "train 12", "test 12", "checkpoint 12"],
    ]);
  });

  test("is what the log holds, with terms that add up to the loss, epochs and rates", async () => {
    const { events } = await train("a", {}, { ...plan, clip: 1e9 });
    const records = events.flatMap((e) => (e.kind === "metrics" ? [e.record] : []));
    expect(readMetricLog(join(root, "a.jsonl"))).toEqual(records);
    for (const r of records.filter(({ split }) => split === "train")) {
      const { loss, reconstruction, kl } = r.metrics;
      expect(loss).toBeCloseTo(reconstruction + kl, 3);
      expect(r.metrics["gradient-norm"]).toBeGreaterThan(0);
      expect(r.epoch).toBe(Number((r.step / 6).toFixed(4)));
      expect(r.rate).toBe(rate(r.step - 1));
    }
    for (const r of records.filter(({ split }) => split === "test")) {
      expect(r.metrics["elbo"]).toBe(-(r.metrics["reconstruction"] + r.metrics["kl"]));
    }
  });

  test("of training is the mean over all steps since it last told", async () => {
    const every = await train("every", {}, { ...plan, steps: 8, logEvery: 1 });
    const losses = every.events.flatMap((e) =>
      e.kind === "metrics" && e.record.split === "train" ? [e.record.metrics["loss"]] : [],
    );
    await train("fourth", {}, { ...plan, steps: 8 });
    const means = metrics("fourth").flatMap((r) => (r.split === "train" ? [r.metrics["loss"]] : []));
    const wanted = [losses.slice(0, 4), losses.slice(4)].map((l) => l.reduce((a, b) => a + b) / 4);
    expect(means).toHaveLength(2);
    means.forEach((m, i) => void expect(m).toBeCloseTo(wanted[i], 9));
  });
});

describe("early stopping", () => {
  const stop = { ...plan, evaluateEvery: 2, checkpointEvery: 50, earlyStop: { on: "validation", patience: 2 } };

  test.each([
    ["when the bound has not risen for two evaluations", [-5, -4, -4.5, -4.2, -3], 8],
    ["not when it rises in time", [-5, -4, -4.5, -3, -3.5, -3.2, -1], 12],
    ["when it never rises again after the first", [-5, -6, -7, -1], 6],
    ["when it only stays equal", [-5, -5, -5, -1], 6],
  ])("comes %s", async (_, elbos, step) => {
    const { result } = await train("a", { evaluators: [scripted(...elbos)] }, stop);
    expect(result).toMatchObject({ status: "stopped early", step });
    expect(checkpointSteps(join(root, "a"))).toEqual([step]);
  });

  test("heeds the evaluator it names and no other", async () => {
    const falling = { ...scripted(...Array.from({ length: 12 }, (_, i) => -i)), name: "test" };
    const rising = scripted(...Array.from({ length: 12 }, (_, i) => i));
    const { result } = await train("a", { evaluators: [falling, rising] }, stop);
    expect(result.status).toBe("completed");
  });

  test("stays stopped when it is continued", async () => {
    await train("a", { evaluators: [scripted(-5, -6, -7)] }, stop);
    const { result } = await train("a", { evaluators: [scripted()] }, stop, { from: loadFrom("a") });
    expect(result).toMatchObject({ status: "stopped early", step: 6 });
  });
});

describe("a term that is no longer finite", () => {
  test("of an injected model is a RunError that names it; the checkpoint before it still loads", async () => {
    // Gradient descent on log v goes v → v − 0.3/v from 1: 0.7, 0.27, −0.84, and log of that is NaN in step 4.
    const v = variable("v", [], (out) => void out.fill(1));
    const doomed = {
      ...model,
      variables: [...model.variables, v],
      loss: (...batch: Parameters<NonNullable<typeof model.loss>>) => {
        const terms = model.loss!(...batch);
        return { ...terms, kl: add(terms["kl"], log(v)) };
      },
    };
    const optimizer = sgd(constantRate(0.3));
    const running = train(
      "a",
      { model: doomed, optimizer, evaluators: [scripted()] },
      { ...plan, evaluateEvery: 100, checkpointEvery: 3 },
    );
    await expect(running).rejects.toThrow(RunError);
    await expect(running).rejects.toThrow(
      /^vae, training step 4, term "kl": expected a finite number of nats, got NaN; .*lower the learning rate/,
    );
    const ports = compileStep(doomed, optimizer, { batch: 10 }).variables;
    const { step, state } = loadCheckpoint(join(root, "a"), ports);
    expect(step).toBe(3);
    expect(state["v"][0]).toBeLessThan(0);
    expect(Object.values(state).every((n) => n.every(Number.isFinite))).toBe(true);
  });

  test("of a learning rate that is far too large is a RunError that names a term and not their sum", async () => {
    const optimizer = sgd(constantRate(1e30));
    const running = train("a", { optimizer }, { ...plan, checkpointEvery: 1 });
    await expect(running).rejects.toThrow(RunError);
    await expect(running).rejects.toThrow(/training step \d+, term "(reconstruction|kl)": .*, got (NaN|-?Infinity)/);
    const ports = compileStep(model, optimizer, { batch: 10 }).variables;
    expect(loadCheckpoint(join(root, "a"), ports).step).toBeGreaterThan(0);
  });
});

test("the steps' program names its variables after the model's, and its batch axis", () => {
  const names = variables.map((v) => v.name);
  for (const v of model.variables) {
    for (const kind of ["", "adam/m/", "adam/v/"]) expect(names).toContain(kind + leafName(v));
  }
  expect(names).toHaveLength(30);
  expect(compileStep(model, adam(rate), { batch: 10 }).inputs.find((p) => p.name === "x")?.shape[0]).toEqual(
    axis("batch", 10),
  );
});
