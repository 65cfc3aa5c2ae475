import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { axis, sizeOf } from "../base/shape.ts";
import { compile } from "../graph/compile.ts";
import { gradient } from "../graph/gradient.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { reachable, type Value } from "../graph/value.ts";
import { filled, gaussian } from "../nn/initializers.ts";
import { variableUpdates } from "../nn/phase.ts";
import { contexts, contrast, rtrbm } from "./rtrbm.ts";
import { trbm, trbmParts } from "./trbm.ts";

const [T, Y, X] = [3, 2, 2];
const config = { units: Y, family: "bernoulli", hidden: X, turns: 2, state: "mean", init: gaussian(1) } as const;
const names = ["recurrent/weight", "sensory/weight", "sensory/bias", "hidden/bias"];

const given: Record<string, number[]> = {
  "recurrent/weight": [0.8, -1.1, 0.6, 1.3],
  "sensory/weight": [1.1, -0.7, 0.5, 0.9],
  "sensory/bias": [0.2, -0.4],
  "hidden/bias": [-0.1, 0.3],
};
const y = [1, 0, 1, 1, 0, 1]; // (time, unit)

const binary = (n: number): number[][] =>
  Array.from({ length: 2 ** n }, (_, k) => Array.from({ length: n }, (_, i) => (k >> i) & 1));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

interface Parameters {
  readonly Wu: number[];
  readonly Wy: number[];
  readonly by: number[];
  readonly bx: number[];
}
const parametersOf = (p: Record<string, number[]>): Parameters => ({
  Wu: p["recurrent/weight"],
  Wy: p["sensory/weight"],
  by: p["sensory/bias"],
  bx: p["hidden/bias"],
});

/** Inputs of the hidden units. */
const heard = ({ Wu, Wy, bx }: Parameters, r: readonly number[], v: readonly number[]): number[] =>
  bx.map((b, j) => {
    let a = b;
    for (let i = 0; i < X; i++) a += r[i] * Wu[i * X + j];
    for (let i = 0; i < Y; i++) a += v[i] * Wy[i * X + j];
    return a;
  });

/** p(v | r), up to its normaliser. */
const mass = (p: Parameters, r: readonly number[], v: readonly number[]): number =>
  Math.exp(v.reduce((n, v, i) => n + p.by[i] * v, 0)) * heard(p, r, v).reduce((n, a) => n * (1 + Math.exp(a)), 1);

/** r_0 … r_{T−1} */
function pasts(p: Parameters): number[][] {
  const r = [[0, 0]];
  for (let t = 0; t < T - 1; t++) r.push(heard(p, r[t], y.slice(t * Y, (t + 1) * Y)).map(sigmoid));
  return r;
}

/** Σ_t log p(y_t | r_{t−1}) / T, by enumeration of all frames. */
function logLikelihood(p: Parameters): number {
  const r = pasts(p);
  const all = (t: number): number => binary(Y).reduce((n, v) => n + mass(p, r[t], v), 0);
  return r.reduce((n, r, t) => n + Math.log(mass(p, r, y.slice(t * Y, (t + 1) * Y)) / all(t)), 0) / T;
}

/** Central differences of a function of the parameters. */
function differences(f: (p: Parameters) => number): number[] {
  const h = 1e-5;
  return names.flatMap((name) =>
    given[name].map((value, i) => {
      const at = (moved: number): number => f(parametersOf({ ...given, [name]: given[name].with(i, moved) }));
      return (at(value + h) - at(value - h)) / (2 * h);
    }),
  );
}

/** The rule's gradients for given chain ends (time, unit). */
function ruleFor(fantasy: readonly number[]): number[] {
  const machine = trbmParts(config);
  const frames = input("y", [axis("time", T), axis("batch", 1), axis("unit", Y)]);
  const context = contexts(machine, frames);
  const rows = (name: string) => input(name, [T, axis("unit", Y)]);
  const loss = contrast(machine, rows("rows"), rows("fantasy"), context);
  const parameters = names.map((name) => machine.variables.find((v) => leafName(v) === name)!);
  return interpret(gradient(loss, parameters), { ...given, y, rows: y, fantasy }).flatMap(({ data }) => [...data]);
}

describe("the gradient through time", () => {
  // The rule is linear in the chain's ends. Weighed with p(ỹ | r), which a long chain draws from, it is the exact gradient.
  test("in expectation over frames that the model draws is that of −log p(y_1…T) / T", () => {
    const p = parametersOf(given);
    const r = pasts(p);
    const total = r.map((r) => binary(Y).reduce((n, v) => n + mass(p, r, v), 0));
    const expected = new Array(12).fill(0);
    for (const fantasy of binary(T * Y)) {
      const weight = r.reduce((n, r, t) => n * (mass(p, r, fantasy.slice(t * Y, (t + 1) * Y)) / total[t]), 1);
      ruleFor(fantasy).forEach((g, i) => void (expected[i] += weight * g));
    }
    const wanted = differences((p) => -logLikelihood(p));
    expected.forEach((e, i) => void expect(e, `element ${i}`).toBeCloseTo(wanted[i], 8));
  });

  test("for given ends of the chain is that of the mean difference of free energies", () => {
    const fantasy = [0, 1, 1, 0, 0, 0];
    const wanted = differences((p) => {
      const frame = (of: readonly number[], t: number) => of.slice(t * Y, (t + 1) * Y);
      const r = pasts(p);
      return r.reduce((n, r, t) => n + Math.log(mass(p, r, frame(fantasy, t)) / mass(p, r, frame(y, t))), 0) / T;
    });
    ruleFor(fantasy).forEach((g, i) => void expect(g, `element ${i}`).toBeCloseTo(wanted[i], 8));
  });
});

/** Noise and parameters by their names. */
function numbers(values: readonly Value[]): Record<string, Float64Array> {
  return Object.fromEntries(
    reachable(values).flatMap(({ leaf, outputs: [v] }) => {
      if (leaf?.kind !== "noise") return [];
      const out = new Float64Array(sizeOf(v.shape));
      stream(3, leaf.name).uniform(0, out);
      return [[leaf.name, out]];
    }),
  );
}

describe("the model", () => {
  const model = rtrbm({ ...config, length: T });
  const batch = 2;
  const x = input("x", [axis("batch", batch), ...model.observation.shape]);
  const sequences = [...y, 0, 0, 1, 0, 1, 1]; // (batch, time, unit)

  test("runs its chain on all frames of all sequences, each given its own past", () => {
    const { gradients, terms } = model.learn!({ x }, variableUpdates());
    const values = [...gradients.values(), ...Object.values(terms)];
    const noise = numbers(values);
    const found = interpret(values, { ...given, ...noise, x: sequences });
    // By hand: frames in the order (time, sequence), CD-2 with these draws, then the contrast for these ends.
    const p = parametersOf(given);
    const { Wy, by } = p;
    const loss = (p: Parameters, ends?: number[][]): { loss: number; ends: number[][] } => {
      let total = 0;
      const reached: number[][] = [];
      const r = Array.from({ length: batch }, () => [0, 0]);
      for (let t = 0; t < T; t++) {
        for (let n = 0; n < batch; n++) {
          const frame = sequences.slice((n * T + t) * Y, (n * T + t + 1) * Y);
          const row = t * batch + n;
          const draw = (name: string, means: number[]): number[] =>
            means.map((m, i) => Number(m > noise[name][row * means.length + i]));
          const down = (x: number[]): number[] =>
            by.map((b, i) => sigmoid(b + x.reduce((s, x, j) => s + x * Wy[i * X + j], 0)));
          let end = ends?.[row];
          if (!end) {
            const x0 = draw("gibbs/hidden/0", heard(p, r[n], frame).map(sigmoid));
            const y1 = draw("gibbs/sensory/1", down(x0));
            const x1 = draw("gibbs/hidden/1", heard(p, r[n], y1).map(sigmoid));
            end = draw("gibbs/sensory/2", down(x1));
          }
          reached[row] = end;
          total += Math.log(mass(p, r[n], end) / mass(p, r[n], frame)) / (T * batch);
          r[n] = heard(p, r[n], frame).map(sigmoid);
        }
      }
      return { loss: total, ends: reached };
    };
    const { ends } = loss(p);
    const wanted = differences((p) => loss(p, ends).loss);
    const order = [...gradients.keys()].map(leafName);
    const flat = names.flatMap((name) => [...found[order.indexOf(name)].data]);
    flat.forEach((g, i) => void expect(g, `element ${i}`).toBeCloseTo(wanted[i], 8));
    expect([...found[4].data]).toHaveLength(batch);
  });

  test("learns nothing of the past from a first frame, before which there is none", () => {
    const one = rtrbm({ ...config, length: 1 });
    const first = input("x", [axis("batch", 1), ...one.observation.shape]);
    const { gradients } = one.learn!({ x: first }, variableUpdates());
    const values = [...gradients].filter(([v]) => leafName(v) === "recurrent/weight").map(([, g]) => g);
    const [Wu] = interpret(values, { ...given, ...numbers(values), x: [1, 0] });
    expect([...Wu.data]).toEqual([0, 0, 0, 0]);
  });

  test("filters like the TRBM with the same parameters", () => {
    const [frame, u] = [input("y", [axis("batch", 1), axis("unit", Y)]), input("u", [axis("batch", 1), X])];
    const both = [model, trbm(config)].map(({ filter }) => {
      const { states, reconstruction } = filter!.step(frame, { u });
      return interpret([states["u"], reconstruction.mean], { ...given, y: [1, 0], u: [0.3, 0.8] }).map((t) => [
        ...t.data,
      ]);
    });
    expect(both[0]).toEqual(both[1]);
    const wanted = heard(parametersOf(given), [0.3, 0.8], [1, 0]).map(sigmoid);
    both[0][0].forEach((f, i) => void expect(f).toBeCloseTo(wanted[i], 12));
  });
});

test("weights start as the config says and biases at 0", () => {
  const { variables } = rtrbm({ ...config, init: filled(0.25), length: T });
  for (const v of variables) {
    const { leaf } = v.node;
    const out = new Float32Array(sizeOf(v.shape)).fill(7);
    if (leaf?.kind === "variable") leaf.initial(out, stream(1, leaf.name));
    expect(
      [...out].every((x) => x === (leafName(v).endsWith("bias") ? 0 : 0.25)),
      leafName(v),
    ).toBe(true);
  }
});

test("a step on a single sequence compiles for the CPU, where its rows look like numbers for each channel", () => {
  const model = rtrbm({ ...config, hidden: 240, units: 15, length: 4 });
  const x = input("x", [axis("batch", 1), ...model.observation.shape]);
  const { gradients } = model.learn!({ x }, variableUpdates());
  const outputs = Object.fromEntries([...gradients].map(([v, g]) => [`d/${leafName(v)}`, g]));
  const names = compile({ name: "rtrbm", outputs }, { target: "cpu" }).outputs.map((p) => p.name);
  expect(names.sort()).toEqual(Object.keys(outputs).sort());
});
