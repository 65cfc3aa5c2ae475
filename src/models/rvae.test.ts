import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { axis, sizeOf } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { reachable, type Value } from "../graph/value.ts";
import { variableUpdates } from "../nn/phase.ts";
import type { Model } from "./model.ts";
import { type RvaeConfig, rvae } from "./rvae.ts";
import { tvae } from "./tvae.ts";

const [σx, σy] = [0.6, 0.8];
const config: RvaeConfig = {
  units: 3,
  family: "poisson",
  frameStd: σy,
  hidden: 4,
  latent: 1,
  activation: "tanh",
  init: "glorot-uniform",
  state: "mean",
  stateStd: σx,
};

type Numbers = Record<string, Float64Array>;
type Kind = "rvae" | "tvae";
const make = { rvae: (c: RvaeConfig) => rvae(c), tvae: (c: RvaeConfig) => tvae(c) };

/** Numbers of a model's parameters, normal × 0.7. */
function parametersOf(model: Model): Numbers {
  return Object.fromEntries(
    model.variables.map((v) => {
      const out = new Float64Array(sizeOf(v.shape));
      stream(3, leafName(v)).normal(0, out);
      return [leafName(v), out.map((x) => 0.7 * x)];
    }),
  );
}

/** A training step: terms, gradients and the state it leaves, by name. */
function stepOf(model: Model, rows: number) {
  const updates = variableUpdates();
  const { gradients, terms } = model.learn!(
    { x: input("x", [axis("batch", rows), ...model.observation.shape]), begins: input("begins", []) },
    updates,
  );
  const slopes = Object.fromEntries([...gradients].map(([v, g]) => [`d/${leafName(v)}`, g]));
  const after = Object.fromEntries(updates.pairs.map(([v, next]) => [leafName(v), next]));
  return { terms, slopes, after, updates };
}

function numbersOf(values: Readonly<Record<string, Value>>, given: Record<string, ArrayLike<number>>) {
  const found = interpret(Object.values(values), given);
  return Object.fromEntries(Object.keys(values).map((name, i) => [name, [...found[i].data]]));
}

const near = (found: readonly number[], wanted: readonly number[], what: string, digits = 11): void => {
  expect(found.length, what).toBe(wanted.length);
  found.forEach((f, i) => void expect(f, `${what}[${i}]`).toBeCloseTo(wanted[i], digits));
};

/** The networks, written out for one row. */
function written(p: Numbers) {
  const dense = (name: string, x: readonly number[]): number[] => {
    const [W, b] = [p[`${name}/weight`], p[`${name}/bias`]];
    return [...b].map((bias, j) => x.reduce((s, v, i) => s + v * W[i * b.length + j], bias));
  };
  const net = (name: string, x: readonly number[]): number[] =>
    dense(`${name}/out`, dense(`${name}/hidden`, x).map(Math.tanh));
  const gaussian = (both: number[]) => {
    const n = both.length / 2;
    return { mean: both.slice(0, n), std: both.slice(n).map((v) => Math.exp(v / 2)) };
  };
  return {
    recognize: (u: readonly number[], y: readonly number[]) =>
      gaussian(net("recognition", [...dense("recognition/frame", y).map(Math.tanh), ...u])),
    frame: (x: readonly number[]) => net("generation/frame", x),
    state: (x: readonly number[]) => net("generation/state", x),
    transition: (u: readonly number[]) => gaussian(net("transition", u)),
  };
}

const logNormal = (x: number, mean: number, std: number): number =>
  -0.5 * (((x - mean) / std) ** 2 + Math.log(2 * Math.PI)) - Math.log(std);
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const logFactorial = (k: number): number => sum(Array.from({ length: k }, (_, i) => Math.log(i + 1)));
const logFrame = {
  gaussian: (y: number, a: number) => logNormal(y, a, σy),
  bernoulli: (y: number, a: number) => y * a - Math.log(1 + Math.exp(a)),
  poisson: (y: number, a: number) => y * a - Math.exp(a) - logFactorial(y),
};
const meanFrame = {
  gaussian: (a: number) => a,
  bernoulli: (a: number) => 1 / (1 + Math.exp(-a)),
  poisson: (a: number) => Math.exp(a),
};
const frames = { gaussian: [0.3, -1.2, 2], bernoulli: [1, 0, 1], poisson: [2, 0, 3] } as const;
const families = ["gaussian", "bernoulli", "poisson"] as const;

/** Midpoints of cells of [−n, n]. */
const WIDTH = 1 / 50;
const midpoints = (n: number): Float64Array =>
  Float64Array.from({ length: (2 * n) / WIDTH }, (_, i) => -n + (i + 0.5) * WIDTH);
/** Standard normal noise. */
const cells = midpoints(9);
const weights = cells.map((ε) => Math.exp(logNormal(ε, 0, 1)) * WIDTH);

describe.each(families.flatMap((family) => (["rvae", "tvae"] as const).map((kind) => [kind, family] as const)))(
  "the bound of the %s with %s frames",
  (kind, family) => {
    const model = make[kind]({ ...config, family });
    const p = parametersOf(model);
    const y = [...frames[family]];
    const u = 0.8;
    const { recognize, frame, state, transition } = written(p);
    const { terms } = stepOf(model, cells.length);
    const rows = (row: readonly number[]): number[] => Array.from(cells).flatMap(() => row);
    const found = (begins: number) =>
      numbersOf(terms, { ...p, x: rows(y), begins: [begins], "state/u": rows([u]), [`${kind}/x`]: cells });
    const expected = (values: readonly number[]): number => sum(values.map((v, i) => v * weights[i]));

    /** log p(x), log p(u | x), log p(y | x) at one x, of the formulas in the file's head. */
    const logs = (x: number, u: number) => {
      const told = kind === "rvae" ? { mean: [0], std: [1] } : transition([u]);
      return {
        prior: logNormal(x, told.mean[0], told.std[0]),
        recurrent: kind === "rvae" ? logNormal(u, state([x])[0], σx) : 0,
        frame: sum(frame([x]).map((a, i) => logFrame[family](y[i], a))),
      };
    };

    test("is, term by term, what the densities integrate to", () => {
      const q = recognize([u], y);
      const at = Array.from(cells, (ε) => q.mean[0] + q.std[0] * ε);
      const { reconstruction, recurrent, kl } = found(0);
      const kls = at.map((x) => logNormal(x, q.mean[0], q.std[0]) - logs(x, u).prior);
      expect(expected(kl)).toBeCloseTo(expected(kls), 8);
      near(
        reconstruction,
        at.map((x) => -logs(x, u).frame),
        "reconstruction",
        8,
      ); // draw by draw
      if (kind === "tvae") return expect(recurrent).toBeUndefined();
      near(
        recurrent,
        at.map((x) => -logs(x, u).recurrent),
        "recurrent",
        9,
      );
    });

    test("is the log-likelihood of the pair minus KL(q ‖ p(x | u, y))", () => {
      const q = recognize([u], y);
      const line = Array.from(midpoints(60));
      const joint = line.map((x) => sum(Object.values(logs(x, u))));
      const evidence = Math.log(sum(joint.map((l) => Math.exp(l) * WIDTH)));
      const gap = sum(
        line.map((x, i) => {
          const log = logNormal(x, q.mean[0], q.std[0]);
          return Math.exp(log) * (log - (joint[i] - evidence)) * WIDTH;
        }),
      );
      const all = Object.values(found(0));
      const bound = -expected(all[0].map((_, i) => sum(all.map((term) => term[i]))));
      expect(gap).toBeGreaterThan(0.01);
      expect(bound).toBeCloseTo(evidence - gap, 7);
    });

    test("at the first frame is that of a state of 0, of which nothing is told", () => {
      const q = recognize([0], y);
      const at = Array.from(cells, (ε) => q.mean[0] + q.std[0] * ε);
      const { reconstruction, recurrent, kl } = found(1);
      near(
        reconstruction,
        at.map((x) => -logs(x, 0).frame),
        "reconstruction",
        8,
      );
      expect(expected(kl)).toBeCloseTo(
        expected(at.map((x) => logNormal(x, q.mean[0], q.std[0]) - logs(x, 0).prior)),
        8,
      );
      if (kind === "rvae") expect(recurrent.map((r) => r + 0)).toEqual(Array.from(cells, () => 0));
    });
  },
);

describe.each(["rvae", "tvae"] as const)("a step of the %s", (kind: Kind) => {
  const B = 3;
  const wide = { ...config, latent: 2 };
  const model = make[kind](wide);
  const p = parametersOf(model);
  const draw = (name: string, n: number): Float64Array => {
    const out = new Float64Array(n);
    stream(5, name).normal(0, out);
    return out;
  };
  const given = (begins = 0) => ({
    ...p,
    x: [2, 0, 1, 3, 0, 1, 5, 2, 1],
    begins: [begins],
    "state/u": draw("u", B * 2),
    [`${kind}/x`]: draw("ε", B * 2),
  });
  const { terms, slopes, after, updates } = stepOf(model, B);
  const numbers = { x: given().x, u: [...given()["state/u"]], ε: [...(given()[`${kind}/x`] as Float64Array)] };
  const beliefs = [0, 1, 2].map((n) =>
    written(p).recognize(numbers.u.slice(2 * n, 2 * n + 2), numbers.x.slice(3 * n, 3 * n + 3)),
  );

  test("goes down the slope of the mean bound, the state before being held", () => {
    const loss = (changed: Numbers): number =>
      sum(Object.values(numbersOf(terms, { ...given(), ...changed })).flat()) / B;
    const found = numbersOf(slopes, given());
    expect(Object.keys(found).sort()).toEqual(model.variables.map((v) => `d/${leafName(v)}`).sort());
    for (const name of Object.keys(p)) {
      const way = draw(`way/${name}`, p[name].length);
      const h = 1e-5;
      const moved = (by: number): number => loss({ [name]: p[name].map((x, i) => x + by * way[i]) });
      const slope = sum(found[`d/${name}`].map((g, i) => g * way[i]));
      expect(slope, name).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 6);
      expect(Math.abs(slope), name).toBeGreaterThan(1e-4);
    }
  });

  test("has no way back into the step before: the state is a leaf, and only this frame is read", () => {
    const leaves = reachable(Object.values(slopes)).flatMap(({ leaf }) => (leaf && "name" in leaf ? [leaf] : []));
    const named = (kind: string) => leaves.flatMap((l) => (l.kind === kind ? [l.name] : [])).sort();
    expect(named("input")).toEqual(["begins", "x"]);
    expect(named("noise")).toEqual([`${kind}/x`]);
    expect(leaves.find((l) => l.name === "state/u")?.kind).toBe("variable");
    expect(updates.pairs.map(([v]) => leafName(v))).toEqual(["state/u"]);
    expect(Object.keys(slopes)).not.toContain("d/state/u");
  });

  test("leaves the mean of the recognition, or the draw from it", () => {
    near(
      numbersOf(after, given())["state/u"],
      beliefs.flatMap((q) => q.mean),
      "mean",
    );
    const drawing = stepOf(make[kind]({ ...wide, state: "sample" }), B).after;
    const drawn = beliefs.flatMap(({ mean, std }, n) => mean.map((m, k) => m + std[k] * numbers.ε[2 * n + k]));
    near(numbersOf(drawing, given())["state/u"], drawn, "sample");
  });

  test("starts from 0 where sequences begin, whatever was carried", () => {
    const all = { ...terms, ...slopes, ...after };
    const other = { "state/u": new Float64Array(B * 2).fill(0.9) };
    expect(numbersOf(all, { ...given(1), ...other })).toEqual(numbersOf(all, given(1)));
    expect(numbersOf(all, { ...given(0), ...other })).not.toEqual(numbersOf(all, given(0)));
  });

  test("filters as it learns: the same state, and the frame that its mean tells", () => {
    const [y, u] = [input("x", [axis("batch", B), 3]), input("u", [B, axis("latent", 2)])];
    const { states, reconstruction } = model.filter!.step(y, { u });
    const found = numbersOf({ u: states["u"], mean: reconstruction.mean }, { ...p, x: numbers.x, u: numbers.u });
    near(
      found["u"],
      beliefs.flatMap((q) => q.mean),
      "state",
    );
    near(
      found["mean"],
      beliefs.flatMap((q) => written(p).frame(q.mean).map(Math.exp)),
      "reconstruction",
    );
  });
});

describe("the next frame", () => {
  const batch = axis("batch", 1);
  const u = 0.8;
  const predicted = (model: Model, turns: number): number[] => {
    const p = model.filter!.predict!({ u: input("u", [batch, axis("latent", 1)]) }, { batch, turns });
    return numbersOf({ mean: p.mean }, { ...parametersOf(model), u: [u] })["mean"];
  };

  test.each(families)("of the rVAE is the state's own frame, inferred anew after that state (%s frames)", (family) => {
    const model = rvae({ ...config, family });
    const { recognize, frame } = written(parametersOf(model));
    const inferred = recognize([u], frame([u]).map(meanFrame[family])).mean;
    near(predicted(model, 4), frame(inferred).map(meanFrame[family]), "prediction", 9);
  });

  test("of the TVAE is told by the mean of its transition", () => {
    const model = tvae(config);
    const { transition, frame } = written(parametersOf(model));
    near(predicted(model, 4), frame(transition([u]).mean).map(Math.exp), "prediction");
  });
});

test("the rVAE generates from N(0, I)", () => {
  const model = rvae({ ...config, latent: 2 });
  const ε = [1, -2, 0.5, 0, 3, -0.25];
  const { x } = model.prior!(3);
  expect(numbersOf({ x: x.sample(input("ε", [3, 2])) }, { ε })["x"]).toEqual(ε);
  const p = parametersOf(model);
  const frame = numbersOf(
    { y: model.generate!({ x: input("x", [axis("batch", 1), 2]) }).mean },
    { ...p, x: [0.3, -1] },
  );
  near(frame["y"], written(p).frame([0.3, -1]).map(Math.exp), "frame");
});
