import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { axis, sizeOf } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { input } from "../graph/leaves.ts";
import { reachable } from "../graph/value.ts";
import { gaussian } from "../nn/initializers.ts";
import type { Model } from "./model.ts";
import { orderZero } from "./order-zero.ts";
import { refh } from "./refh.ts";
import { rtrbm } from "./rtrbm.ts";
import { trbm } from "./trbm.ts";

const [Y, X] = [3, 4];
const config = { units: Y, family: "bernoulli", hidden: X, turns: 1, state: "mean", init: gaussian(1) } as const;
const models: [string, Model, boolean][] = [
  ["rEFH", refh(config), true],
  ["TRBM", trbm(config), true],
  ["RTRBM", rtrbm({ ...config, length: 5 }), true],
  ["model of order 0", orderZero(config), false],
];

const normals = (name: string, n: number): Float64Array => {
  const out = new Float64Array(n);
  stream(3, name).normal(0, out);
  return out;
};
const parameters = {
  "recurrent/weight": normals("Wu", X * X).map((w) => 4 * w),
  "recurrent/bias": normals("bu", X),
  "sensory/weight": normals("Wy", Y * X),
  "sensory/bias": normals("by", Y),
  "hidden/bias": normals("bx", X),
};
const { "recurrent/weight": Wu, "sensory/weight": Wy, "sensory/bias": by, "hidden/bias": bx } = parameters;

type Vector = readonly number[];
const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
/** What the hidden units hear, and the frame's units. */
const heard = (y: Vector, u: Vector): number[] =>
  range(X).map((j) =>
    u.reduce(
      (a, v, i) => a + v * Wu[i * X + j],
      y.reduce((a, v, i) => a + v * Wy[i * X + j], bx[j]),
    ),
  );
const told = (x: Vector): number[] => range(Y).map((i) => x.reduce((a, v, j) => a + v * Wy[i * X + j], by[i]));
const up = (y: Vector, u: Vector): number[] => heard(y, u).map(sigmoid);
const down = (x: Vector): number[] => told(x).map(sigmoid);
/** Down, up and down with means. */
const readOut = (x: Vector, u: Vector): number[] => down(up(down(x), u));

/** Predictions for states u, one row each, and the noise they were made with. */
function predict(model: Model, u: readonly Vector[], turns: number) {
  const batch = axis("batch", u.length);
  const states = { u: input("u", [batch, ...(model.filter!.states["u"] ?? [])]) };
  const { mean } = model.filter!.predict!(states, { batch, turns });
  const noise: Record<string, Float64Array> = {};
  for (const { leaf, outputs } of reachable([mean])) {
    if (leaf?.kind !== "noise") continue;
    noise[leaf.name] = new Float64Array(sizeOf(outputs[0].shape));
    stream(11, leaf.name).uniform(0, noise[leaf.name]);
  }
  const [{ data }] = interpret([mean], { ...parameters, ...noise, u: u.flat() });
  return { noise, rows: u.map((_, n) => [...data.subarray(n * Y, (n + 1) * Y)]) };
}

describe.each(models)("the next frame of the %s", (_, model, recurrent) => {
  test("comes from a chain as written out with loops", () => {
    const states = [
      [0.9, 0.1, 0.5, 0.2],
      [0, 1, 0.3, 0.7],
    ];
    const { rows, noise } = predict(model, states, 2);
    states.forEach((state, n) => {
      const u = recurrent ? state : [];
      const draw = (p: Vector, name: string): number[] =>
        p.map((p, i, { length }) => Number(p > noise[`predict/${name}`][n * length + i]));
      let x = draw(up([...noise["predict/start"].subarray(n * Y, (n + 1) * Y)], u), "hidden/0");
      for (const turn of [1, 2]) x = draw(up(draw(down(x), `sensory/${turn}`), u), `hidden/${turn}`);
      readOut(x, u).forEach((p, i) => void expect(rows[n][i]).toBeCloseTo(p, 12));
    });
    expect(Object.keys(noise).sort()).toEqual(
      ["hidden/0", "hidden/1", "hidden/2", "sensory/1", "sensory/2", "start"].map((name) => `predict/${name}`),
    );
  });

  test("has, over many chains, the mean of the exact p(x | u), by enumeration of all states", () => {
    const CHAINS = 1500;
    const given = [1, 0.2, 0, 0.8];
    const u = recurrent ? given : [];
    const { rows } = predict(
      model,
      range(CHAINS).map(() => given),
      25,
    );
    const exact = conditional(u);
    range(Y).forEach((i) => {
      const mean = rows.reduce((a, r) => a + r[i], 0) / CHAINS;
      const sd = Math.sqrt(rows.reduce((a, r) => a + (r[i] - mean) ** 2, 0) / CHAINS);
      expect(Math.abs(mean - exact.readOut[i])).toBeLessThan((4.5 * sd) / Math.sqrt(CHAINS));
      // The pass of means at the end takes it a little away from E[y | u], but by far less than the past makes of it.
      expect(Math.abs(exact.readOut[i] - exact.mean[i])).toBeLessThan(0.06);
    });
    if (!recurrent) return;
    const without = conditional([]);
    const gap = (a: Vector, b: Vector): number => Math.max(...a.map((v, i) => Math.abs(v - b[i])));
    expect(gap(exact.mean, without.mean)).toBeGreaterThan(0.12);
  });
});

/** E[y | u], and the mean of the read-out under p(x | u) ∝ Σ_y exp(b_yᵀy + yᵀW_y x + uᵀW_u x + b_xᵀx). */
function conditional(u: Vector) {
  const bits = (k: number, n: number): number[] => range(n).map((i) => (k >> i) & 1);
  const [mean, read] = [new Array<number>(Y).fill(0), new Array<number>(Y).fill(0)];
  let Z = 0;
  for (const a of range(2 ** Y)) {
    for (const b of range(2 ** X)) {
      const [y, x] = [bits(a, Y), bits(b, X)];
      const energy = heard(y, u).reduce(
        (s, h, j) => s + h * x[j],
        y.reduce((s, v, i) => s + v * by[i], 0),
      );
      const weight = Math.exp(energy);
      Z += weight;
      y.forEach((v, i) => void (mean[i] += weight * v));
      readOut(x, u).forEach((v, i) => void (read[i] += weight * v));
    }
  }
  return { mean: mean.map((v) => v / Z), readOut: read.map((v) => v / Z) };
}
