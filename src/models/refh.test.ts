import { describe, expect, test } from "vitest";
import { poissonQuantile } from "../base/poisson-quantile.ts";
import { stream } from "../base/random.ts";
import { axis, sizeOf } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { reachable, type Value } from "../graph/value.ts";
import { gaussian } from "../nn/initializers.ts";
import { variableUpdates } from "../nn/phase.ts";
import type { Model } from "./model.ts";
import { orderZero } from "./order-zero.ts";
import type { RecurrentHarmoniumConfig } from "./recurrent-harmonium.ts";
import { refh } from "./refh.ts";
import { trbm } from "./trbm.ts";

const [B, Y, X] = [3, 4, 5];
const config: RecurrentHarmoniumConfig = {
  units: Y,
  family: "poisson",
  hidden: X,
  turns: 1,
  state: "mean",
  init: gaussian(0.5),
};

type Matrix = number[][];

/** Numbers of every leaf: parameters normal × 0.5, noise uniform. */
function numbers(values: readonly Value[]): Record<string, Float64Array> {
  return Object.fromEntries(
    reachable(values).flatMap(({ leaf, outputs: [v] }) => {
      if (!leaf || leaf.kind === "constant" || leaf.kind === "input") return [];
      const out = new Float64Array(sizeOf(v.shape));
      if (leaf.kind === "noise" || leaf.name === "state/u") stream(7, leaf.name).uniform(0, out);
      else stream(7, leaf.name).normal(0, out);
      return [[leaf.name, leaf.kind === "variable" && leaf.name !== "state/u" ? out.map((x) => x / 2) : out]];
    }),
  );
}

/** One step of a model: its gradients and the state it leaves, by name, with the numbers they came from. */
function step(model: Model, begins: number, y: readonly number[], changes: Record<string, Float64Array> = {}) {
  const updates = variableUpdates();
  const { gradients, terms } = model.learn!(
    { x: input("x", [axis("batch", B), ...model.observation.shape]), begins: input("begins", []) },
    updates,
  );
  const values: Record<string, Value> = {
    ...terms,
    ...Object.fromEntries([...gradients].map(([v, g]) => [leafName(v), g])),
    ...Object.fromEntries(updates.pairs.map(([v, next]) => [leafName(v), next])),
  };
  const given = { ...numbers([...Object.values(values)]), ...changes };
  const found = interpret(Object.values(values), { ...given, x: y, begins: [begins] });
  return { given, found: Object.fromEntries(Object.keys(values).map((name, i) => [name, [...found[i].data]])) };
}

const rowsOf = (data: ArrayLike<number>, columns: number): Matrix =>
  Array.from({ length: data.length / columns }, (_, r) =>
    Array.from({ length: columns }, (_, c) => data[r * columns + c]),
  );
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const counts = [2, 0, 1, 3, 0, 1, 5, 2, 1, 1, 0, 4];
const bits = [1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1];

/** CD-1 of the rEFH or (past clamped) the TRBM, written out with loops. */
function byHand(
  kind: "refh" | "trbm",
  family: "bernoulli" | "poisson",
  begins: number,
  y: readonly number[],
  given: Record<string, Float64Array>,
) {
  const [Wu, Wy] = [rowsOf(given["recurrent/weight"], X), rowsOf(given["sensory/weight"], X)];
  const [bu, by, bx] = ["recurrent", "sensory", "hidden"].map((n) => given[`${n}/bias`]);
  const noise = (name: string, columns: number) => rowsOf(given[name], columns);
  const u0 = rowsOf(given["state/u"], X).map((row) => row.map((v) => (begins ? 0 : v)));
  const y0 = rowsOf(y, Y);
  const mean: Matrix = [];
  const [dWu, dWy] = [Wu.map((r) => r.map(() => 0)), Wy.map((r) => r.map(() => 0))];
  const [dbu, dby, dbx] = [new Array(X).fill(0), new Array(Y).fill(0), new Array(X).fill(0)];
  let error = 0;
  for (let n = 0; n < B; n++) {
    const up = (u: number[], y: number[]): number[] =>
      Array.from({ length: X }, (_, j) => {
        let input = bx[j];
        for (let i = 0; i < X; i++) input += u[i] * Wu[i][j];
        for (let i = 0; i < Y; i++) input += y[i] * Wy[i][j];
        return sigmoid(input);
      });
    mean[n] = up(u0[n], y0[n]);
    const x0 = mean[n].map((p, j) => Number(p > noise("gibbs/hidden/0", X)[n][j]));
    const heard = (W: Matrix, b: ArrayLike<number>): number[] =>
      W.map((row, i) => b[i] + row.reduce((s, w, j) => s + w * x0[j], 0));
    let u1 = u0[n];
    if (kind === "refh") {
      u1 = heard(Wu, bu).map((a, i) => Number(sigmoid(a) > noise("gibbs/recurrent/1", X)[n][i]) * (1 - begins));
    }
    const natural = heard(Wy, by);
    const chance = noise("gibbs/sensory/1", Y)[n];
    const y1 = natural.map((a, i) =>
      family === "poisson" ? poissonQuantile(chance[i], Math.exp(a)) : Number(sigmoid(a) > chance[i]),
    );
    const expected = natural.map((a) => (family === "poisson" ? Math.exp(a) : sigmoid(a)));
    error += expected.reduce((s, m, i) => s + (y0[n][i] - m) ** 2, 0) / B;
    const x1 = up(u1, y1);
    for (let j = 0; j < X; j++) {
      for (let i = 0; i < X; i++) dWu[i][j] += (u1[i] * x1[j] - u0[n][i] * x0[j]) / B;
      for (let i = 0; i < Y; i++) dWy[i][j] += (y1[i] * x1[j] - y0[n][i] * x0[j]) / B;
      dbx[j] += (x1[j] - x0[j]) / B;
      dbu[j] += (u1[j] - u0[n][j]) / B;
    }
    for (let i = 0; i < Y; i++) dby[i] += (y1[i] - y0[n][i]) / B;
  }
  return {
    "recurrent/weight": dWu.flat(),
    "sensory/weight": dWy.flat(),
    "sensory/bias": dby,
    "hidden/bias": dbx,
    ...(kind === "refh" && { "recurrent/bias": dbu }),
    "state/u": mean.flat(),
    error,
  };
}

function expectSame(found: readonly number[], wanted: readonly number[], what: string): void {
  expect(found.length, what).toBe(wanted.length);
  found.forEach((f, i) => void expect(f, `${what}[${i}]`).toBeCloseTo(wanted[i], 12));
}

describe.each([
  ["refh", refh],
  ["trbm", trbm],
] as const)("a step of the %s", (kind, make) => {
  test.each([
    ["poisson", counts, 0],
    ["poisson", counts, 1],
    ["bernoulli", bits, 0],
    ["bernoulli", bits, 1],
  ] as const)("with %s units is the one written out with loops", (family, y, begins) => {
    const { given, found } = step(make({ ...config, family }), begins, y);
    const { error, ...wanted } = byHand(kind, family, begins, y, given);
    expect(Object.keys(found).sort()).toEqual([...Object.keys(wanted), "squared-error"].sort());
    for (const [name, w] of Object.entries(wanted)) expectSame(found[name], w, name);
    expect(found["squared-error"].reduce((a, b) => a + b) / B).toBeCloseTo(error, 12);
  });

  test("can carry the draw of the hidden units instead of their mean", () => {
    const { given, found } = step(make({ ...config, state: "sample" }), 0, counts);
    const { "state/u": mean } = byHand(kind, "poisson", 0, counts, given);
    const noise = given["gibbs/hidden/0"];
    expect(found["state/u"]).toEqual(mean.map((p, i) => Number(p > noise[i])));
  });

  // The state before is a leaf: nothing of the graph leads to how it came about.
  test("has no way back into the step before: its updates reach no frame but the present one", () => {
    const model = make(config);
    const updates = variableUpdates();
    const { gradients } = model.learn!(
      { x: input("x", [axis("batch", B), ...model.observation.shape]), begins: input("begins", []) },
      updates,
    );
    const leaves = reachable(gradients.values()).flatMap(({ leaf }) => (leaf && "name" in leaf ? [leaf] : []));
    expect(
      leaves
        .filter((l) => l.kind === "input")
        .map((l) => l.name)
        .sort(),
    ).toEqual(["begins", "x"]);
    expect(leaves.find((l) => l.name === "state/u")?.kind).toBe("variable");
    expect(updates.pairs.map(([v]) => leafName(v))).toEqual(["state/u"]);
    expect([...gradients.keys()].map(leafName).sort()).toEqual(model.variables.map(leafName).sort());
  });

  test("starts from 0 where sequences begin, whatever was carried", () => {
    const other = { "state/u": new Float64Array(B * X).fill(0.9) };
    expect(step(make(config), 1, counts, other).found).toEqual(step(make(config), 1, counts).found);
    expect(step(make(config), 0, counts, other).found).not.toEqual(step(make(config), 0, counts).found);
  });

  test("filters as it learns: the same state, and the frame that its mean tells", () => {
    const model = make(config);
    const { given, found } = step(model, 0, counts);
    const [y, u] = [input("x", [axis("batch", B), ...model.observation.shape]), input("u", [B, X])];
    const { states, reconstruction } = model.filter!.step(y, { u });
    const [after, mean] = interpret([states["u"], reconstruction.mean], { ...given, x: counts, u: given["state/u"] });
    expectSame([...after.data], found["state/u"], "state");
    const Wy = rowsOf(given["sensory/weight"], X);
    const wanted = rowsOf(after.data, X).flatMap((x) =>
      Wy.map((row, i) => Math.exp(given["sensory/bias"][i] + row.reduce((s, w, j) => s + w * x[j], 0))),
    );
    expectSame([...mean.data], wanted, "reconstruction");
  });
});

test("more turns go on with draws of all units", () => {
  const noiseOf = (model: Model): string[] => {
    const { gradients } = model.learn!(
      { x: input("x", [axis("batch", B), ...model.observation.shape]), begins: input("begins", []) },
      variableUpdates(),
    );
    return reachable(gradients.values())
      .flatMap(({ leaf }) => (leaf?.kind === "noise" ? [leaf.name] : []))
      .sort();
  };
  const [x, y, u] = ["hidden", "sensory", "recurrent"].map((n) => (k: number) => `gibbs/${n}/${k}`);
  expect(noiseOf(refh({ ...config, turns: 2 }))).toEqual([x(0), x(1), u(1), u(2), y(1), y(2)].sort());
  expect(noiseOf(trbm({ ...config, turns: 2 }))).toEqual([x(0), x(1), y(1), y(2)].sort());
});

test("the model of order 0 is the TRBM that hears nothing of the past", () => {
  const { given, found } = step(trbm(config), 1, counts);
  const alone = step(orderZero(config), 0, counts, given).found;
  for (const [name, numbers] of Object.entries(alone)) expectSame(numbers, found[name], name);
  expect(Object.keys(alone).sort()).toEqual(["hidden/bias", "sensory/bias", "sensory/weight", "squared-error"]);
});
