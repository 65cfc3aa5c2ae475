import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { axis, sizeOf } from "../base/shape.ts";
import { gradient } from "../graph/gradient.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { sum } from "../graph/ops/index.ts";
import { reachable, type Value } from "../graph/value.ts";
import { gaussian } from "../nn/initializers.ts";
import { harmonium } from "./harmonium.ts";

const [V, H] = [3, 2];
const machine = (family: "bernoulli" | "poisson", positive?: "mean") =>
  harmonium({
    positive,
    hidden: axis("hidden", H),
    visible: { sensory: { units: axis("unit", V), family } },
    init: gaussian(1),
  });

/** Weights large enough for a chain to need many turns. */
const given = {
  "sensory/weight": [1.2, -1.6, 0.9, 1.1, -1.3, 0.7],
  "sensory/bias": [-0.3, 0.2, 0.4],
  "hidden/bias": [0.1, -0.5],
};
const y = [1, 0, 1];

/** All vectors of n zeros and ones. */
const binary = (n: number): number[][] =>
  Array.from({ length: 2 ** n }, (_, k) => Array.from({ length: n }, (_, i) => (k >> i) & 1));

/** Exponent of the joint distribution, by its definition. */
function exponent(v: readonly number[], x: readonly number[]): number {
  const { "sensory/weight": W, "sensory/bias": b, "hidden/bias": c } = given;
  let total = 0;
  v.forEach((v, i) => {
    total += b[i] * v;
    x.forEach((x, j) => void (total += v * W[i * H + j] * x));
  });
  x.forEach((x, j) => void (total += c[j] * x));
  return total;
}

/** Statistics whose expectations the rule compares: v xᵀ, v, x in a row. */
const statistics = (v: readonly number[], x: readonly number[]): number[] => [
  ...v.flatMap((v) => x.map((x) => v * x)),
  ...v,
  ...x,
];

/** Expectations under weights. */
function expectation(states: readonly { weight: number; of: number[] }[]): number[] {
  const all = states.reduce((n, s) => n + s.weight, 0);
  return states[0].of.map((_, i) => states.reduce((n, s) => n + s.weight * s.of[i], 0) / all);
}

/** −∂/∂θ log p(y) of Bernoulli units, by enumeration of all states. */
function exactGradient(): number[] {
  const weighed = (vs: readonly number[][]) =>
    vs.flatMap((v) => binary(H).map((x) => ({ weight: Math.exp(exponent(v, x)), of: statistics(v, x) })));
  const [model, data] = [expectation(weighed(binary(V))), expectation(weighed([y]))];
  return model.map((m, i) => m - data[i]);
}

const names = ["sensory/weight", "sensory/bias", "hidden/bias"];
/** Places of the first and the last of these among all gradients. */
const [V_BY_H, H_BIASES] = [
  Array.from({ length: V * H }, (_, i) => i),
  Array.from({ length: H }, (_, j) => V * H + V + j),
];

/** Leaves of noise, filled from streams of their names. */
function draws(values: readonly Value[], seed: number): Record<string, Float64Array> {
  return Object.fromEntries(
    reachable(values).flatMap(({ leaf, outputs: [v] }) => {
      if (leaf?.kind !== "noise") return [];
      const out = new Float64Array(sizeOf(v.shape));
      stream(seed, leaf.name).uniform(0, out);
      return [[leaf.name, out]];
    }),
  );
}

/** CD-k from many copies of y: the mean, element by element, and its standard error from groups of rows. */
function estimate(turns: number, rows: number, groups: number, positive?: "mean"): { mean: number[]; error: number[] } {
  const { gibbs, contrastiveDivergence, variables } = machine("bernoulli", positive);
  const data = { sensory: input("y", [axis("batch", rows), axis("unit", V)]) };
  const rule = contrastiveDivergence(data, gibbs(data, { turns }));
  const gradients = names.map((name) => rule.get(variables.find((v) => leafName(v) === name)!)!);
  const found = Array.from({ length: groups }, (_, g) => {
    const values = interpret(gradients, {
      ...given,
      ...draws(gradients, g),
      y: Array.from({ length: rows }, () => y).flat(),
    });
    return values.flatMap(({ data }) => [...data]);
  });
  const mean = found[0].map((_, i) => found.reduce((n, f) => n + f[i], 0) / groups);
  const error = mean.map((m, i) => Math.sqrt(found.reduce((n, f) => n + (f[i] - m) ** 2, 0) / (groups - 1) / groups));
  return { mean, error };
}

describe("contrastive divergence of 3 + 2 Bernoulli units", () => {
  const exact = exactGradient();

  test("with 30 turns is the gradient of −log p(y), to within five standard errors", () => {
    const { mean, error } = estimate(30, 500, 20);
    for (const [i, wanted] of exact.entries()) {
      expect(Math.abs(mean[i] - wanted), `element ${i}: ${mean[i]} of ${wanted}`).toBeLessThan(5 * error[i]);
      expect(error[i]).toBeLessThan(0.01);
    }
  });

  test("with means in the positive phase is that gradient too, with smaller errors", () => {
    const [drawn, meant] = [estimate(30, 500, 20), estimate(30, 500, 20, "mean")];
    for (const [i, wanted] of exact.entries()) {
      expect(Math.abs(meant.mean[i] - wanted), `element ${i}`).toBeLessThan(5 * meant.error[i]);
    }
    const ofHidden = [...V_BY_H, ...H_BIASES]; // what the draw of hidden units enters
    const sum = (errors: readonly number[]): number => ofHidden.reduce((s, i) => s + errors[i] ** 2, 0);
    expect(sum(meant.error)).toBeLessThan(0.9 * sum(drawn.error));
  });

  test("with one turn is biased, and less with five", () => {
    const distance = (turns: number): number =>
      Math.hypot(...estimate(turns, 500, 10).mean.map((m, i) => m - exact[i]));
    const [one, five] = [distance(1), distance(5)];
    expect(one).toBeGreaterThan(0.1);
    expect(five).toBeLessThan(one / 2);
  });
});

describe("the free energy", () => {
  const context = [0.4, -0.8];

  test.each([
    ["bernoulli", [1, 0, 1]],
    ["poisson", [4, 0, 2]],
  ] as const)("of %s units is minus the logarithm of the sum over hidden states", (family, v) => {
    const { freeEnergy } = machine(family);
    const rows = (name: string, n: number) => input(name, [axis("batch", 1), n]);
    const [found] = interpret([freeEnergy({ sensory: rows("v", V) }, rows("context", H))], { ...given, v, context });
    const heard = (x: readonly number[]): number => x.reduce((n, x, j) => n + x * context[j], 0);
    const mass = binary(H).reduce((n, x) => n + Math.exp(exponent(v, x) + heard(x)), 0);
    expect(found.data[0]).toBeCloseTo(-Math.log(mass), 12);
  });

  test.each(["bernoulli", "poisson"] as const)("of %s units has the statistics for its gradient", (family) => {
    const { freeEnergy, up, variables } = machine(family);
    const v = input("v", [axis("batch", 1), V]);
    const slopes = gradient(sum(freeEnergy({ sensory: v })), variables);
    const values = interpret([...slopes, up({ sensory: v }).mean], { ...given, v: y });
    const x = [...values[3].data];
    const wanted = [y.flatMap((v) => x.map((x) => -v * x)), y.map((v) => -v), x.map((x) => -x)];
    for (const [i, w] of wanted.entries())
      for (const [j, n] of w.entries()) expect(values[i].data[j]).toBeCloseTo(n, 12);
  });
});

test("conditionals are those of the joint distribution: Bernoulli both ways, Poisson with the exponential for its rate", () => {
  const [v, x] = [input("v", [axis("batch", 1), V]), input("x", [axis("batch", 1), axis("hidden", H)])];
  const [bernoulli, poisson] = [machine("bernoulli"), machine("poisson")];
  const [up, down, rates] = interpret(
    [bernoulli.up({ sensory: v }).mean, bernoulli.down(x)["sensory"].mean, poisson.down(x)["sensory"].mean],
    { ...given, v: y, x: [1, 0] },
  );
  const p = (on: readonly [number[], number[]], off: readonly [number[], number[]]): number =>
    1 / (1 + Math.exp(exponent(...off) - exponent(...on)));
  for (let j = 0; j < H; j++) {
    const unit = (value: number) => [0, 1].map((k) => (k === j ? value : 0));
    expect(up.data[j]).toBeCloseTo(p([y, unit(1)], [y, unit(0)]), 12);
  }
  for (let i = 0; i < V; i++) {
    const unit = (value: number) => [0, 1, 2].map((k) => (k === i ? value : 0));
    expect(down.data[i]).toBeCloseTo(p([unit(1), [1, 0]], [unit(0), [1, 0]]), 12);
    expect(rates.data[i]).toBeCloseTo(Math.exp(exponent(unit(1), [1, 0]) - exponent(unit(0), [1, 0])), 12);
  }
});

test.each([
  ["bernoulli", 0.136],
  ["poisson", 2.5],
] as const)("%s units start at the mean they are given, where they hear nothing", (family, mean) => {
  const visible = { sensory: { units: axis("unit", V), family, mean } };
  const { down, variables } = harmonium({ hidden: axis("hidden", H), visible, init: "zeros" });
  const first = variables.map((v) => {
    const out = new Float32Array(sizeOf(v.shape));
    if (v.node.leaf?.kind === "variable") v.node.leaf.initial(out, stream(1, leafName(v)));
    return [leafName(v), out];
  });
  const x = input("x", [axis("batch", 1), axis("hidden", H)]);
  const [found] = interpret([down(x)["sensory"].mean], { ...Object.fromEntries(first), x: [1, 0] });
  for (const p of found.data) expect(p).toBeCloseTo(mean, 6);
});
