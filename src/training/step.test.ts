import { expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { axis } from "../base/shape.ts";
import { compile } from "../graph/compile.ts";
import { interpret } from "../graph/interpret.ts";
import { leafName, variable } from "../graph/leaves.ts";
import { mean, mul, square, sub, sum } from "../graph/ops/index.ts";
import type { Model } from "../models/model.ts";
import { batchNorm } from "../nn/batch-norm.ts";
import { sgd } from "./optimizers.ts";
import { constantRate } from "./schedules.ts";
import { evaluationProgram, trainingStep } from "./step.ts";

const feature = axis("feature", 3);
const norm = batchNorm("norm", { channels: feature });

/** Normalised numbers shall be the target. */
const model: Model = {
  name: "normalised",
  source: "none",
  observation: { shape: [feature], range: [0, 1], doc: "" },
  target: { field: "wanted", shape: [feature], doc: "" },
  latents: [],
  variables: [...norm.variables, ...norm.statistics],
  objective: "score",
  loss: ({ x, target }, phase) => ({ error: sum(square(sub(norm(x, phase), target!)), [-1]) }),
  scores: ({ x }) => ({ total: sum(x, [-1]) }),
};

const uniform = (name: string, n: number): Float64Array => {
  const out = new Float64Array(n);
  stream(1, name).uniform(0, out);
  return out;
};
const given = {
  x: uniform("x", 12),
  target: uniform("target", 12),
  "norm/gain": uniform("gain", 3),
  "norm/bias": uniform("bias", 3),
  "norm/running-mean": uniform("mean", 3),
  "norm/running-variance": uniform("variance", 3),
};

test("a step trains gain and bias by their gradients, and lets the running statistics follow the batch", () => {
  const optimizer = sgd(constantRate(0.5));
  const { updates } = trainingStep(model, optimizer, { batch: 4 });
  const found = Object.fromEntries((updates ?? []).map(([variable, next]) => [leafName(variable), next]));
  expect(Object.keys(found).sort()).toEqual(["norm/bias", "norm/gain", "norm/running-mean", "norm/running-variance"]);
  const values = interpret(Object.values(found), { ...given, "sgd/rate": [optimizer.scalars(0)["sgd/rate"]] });
  const after = Object.fromEntries(Object.keys(found).map((name, i) => [name, [...values[i].data]]));

  for (let c = 0; c < 3; c++) {
    const x = [0, 1, 2, 3].map((n) => given.x[3 * n + c]);
    const mean = x.reduce((a, b) => a + b) / 4;
    const variance = x.reduce((s, v) => s + (v - mean) ** 2, 0) / 4;
    const normalised = x.map((v) => (v - mean) / Math.sqrt(variance + 1e-5));
    const error = normalised.map((v, n) => given["norm/gain"][c] * v + given["norm/bias"][c] - given.target[3 * n + c]);
    const slope = (factor: readonly number[]): number => error.reduce((s, e, n) => s + (2 * e * factor[n]) / 4, 0);
    expect(after["norm/gain"][c]).toBeCloseTo(given["norm/gain"][c] - 0.5 * slope(normalised), 12);
    expect(after["norm/bias"][c]).toBeCloseTo(given["norm/bias"][c] - 0.5 * slope([1, 1, 1, 1]), 12);
    expect(after["norm/running-mean"][c]).toBeCloseTo(0.9 * given["norm/running-mean"][c] + 0.1 * mean, 12);
    expect(after["norm/running-variance"][c]).toBeCloseTo(
      0.9 * given["norm/running-variance"][c] + (0.1 * variance * 4) / 3,
      12,
    );
  }
});

test("an evaluation reads the running statistics, and has the scores beside the terms", () => {
  const program = evaluationProgram(model, 4);
  expect(program.terms).toEqual(["error"]);
  expect(Object.keys(program.outputs)).toEqual(["error", "total"]);
  const [error, total] = interpret(Object.values(program.outputs), given).map((t) => [...t.data]);
  for (let n = 0; n < 4; n++) {
    const wanted = [0, 1, 2].map((c) => {
      const scale = given["norm/gain"][c] / Math.sqrt(given["norm/running-variance"][c] + 1e-5);
      const y = scale * (given.x[3 * n + c] - given["norm/running-mean"][c]) + given["norm/bias"][c];
      return (y - given.target[3 * n + c]) ** 2;
    });
    expect(error[n]).toBeCloseTo(
      wanted.reduce((a, b) => a + b),
      12,
    );
    expect(total[n]).toBeCloseTo(given.x[3 * n] + given.x[3 * n + 1] + given.x[3 * n + 2], 12);
  }
});

/** It learns to be the frame, but twice as fast as a gradient would, and remembers the last frame. */
const pupil = variable("pupil", [feature], (out) => void out.fill(0));
const rule: Model = {
  name: "rule",
  source: "none",
  observation: { shape: [feature], range: [0, 1], doc: "" },
  latents: [],
  variables: [pupil],
  frames: true,
  learn({ x, begins }, updates) {
    const last = variable("last", x.shape, (out) => void out.fill(0));
    updates.set(last, x);
    return {
      gradients: new Map([[pupil, mul(2, mean(sub(pupil, x), [0]))]]),
      terms: { jump: sum(square(sub(x, mul(last, sub(1, begins!)))), [-1]) },
    };
  },
};

test("a model with a rule of its own learns by it; what it carries is a variable of the program", () => {
  const { updates, outputs } = trainingStep(rule, sgd(constantRate(0.5)), { batch: 4 });
  const names = (updates ?? []).map(([variable]) => leafName(variable));
  expect(names).toEqual(["pupil", "last"]);
  expect(Object.keys(outputs)).toEqual(["loss", "jump"]);
  const numbers = { x: given.x, pupil: [0.5, 0.5, 0.5], last: uniform("last", 12), "sgd/rate": [0.5] };
  for (const begins of [0, 1]) {
    const values = [...(updates ?? []).map(([, next]) => next), outputs["loss"]];
    const [learned, last, loss] = interpret(values, { ...numbers, begins: [begins] }).map((t) => [...t.data]);
    for (let c = 0; c < 3; c++) {
      const mean = [0, 1, 2, 3].reduce((s, n) => s + given.x[3 * n + c] / 4, 0);
      expect(learned[c]).toBeCloseTo(mean, 12); // 0.5 − 0.5·2·(0.5 − mean)
    }
    expect(last).toEqual([...given.x]);
    const jumps = [...given.x].map((x, i) => (x - (1 - begins) * numbers.last[i]) ** 2);
    expect(loss[0]).toBeCloseTo(jumps.reduce((a, b) => a + b) / 4, 12);
  }
});

test("only a model of frames is told where sequences begin", () => {
  const inputs = (m: Model): string[] =>
    compile(trainingStep(m, sgd(constantRate(0.5)), { batch: 4 })).inputs.map((p) => p.name);
  expect(inputs(rule)).toContain("begins");
  expect(inputs(model)).not.toContain("begins");
});
