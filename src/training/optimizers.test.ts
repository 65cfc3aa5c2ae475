import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile } from "../graph/compile.ts";
import { gradient } from "../graph/gradient.ts";
import { interpret } from "../graph/interpret.ts";
import { constant, input, variable } from "../graph/leaves.ts";
import { add, mul, square, sub, sum } from "../graph/ops/index.ts";
import type { Value } from "../graph/value.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { adam, clipByGlobalNorm, momentum, type Optimizer, sgd } from "./optimizers.ts";
import { piecewise } from "./schedules.ts";

/** f(θ) = ½ Σ a(θ − b)², whose gradient is a(θ − b). */
interface Quadratic {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly start: readonly number[];
}

interface Fixture {
  readonly problem: Quadratic;
  readonly rates: readonly number[];
  readonly stepsPerRate: number;
  readonly adam: number[][];
  readonly "adam with other constants": number[][];
  readonly sgd: number[][];
  readonly "sgd with momentum": number[][];
}

/** Made by test/fixtures/make-torch-fixtures.py. */
const torch = JSON.parse(
  readFileSync(new URL("../../test/fixtures/torch-optimizers.json", import.meta.url), "utf8"),
) as Fixture;
const torchRate = piecewise(
  torch.rates,
  torch.rates.map(() => torch.stepsPerRate),
);

/** θ after every step, in float32 on ONNX Runtime. */
async function descend(optimizer: Optimizer, { a, b, start }: Quadratic, steps: number): Promise<number[][]> {
  const n = start.length;
  const θ = variable("θ", [n], (out) => void out.set(start));
  const loss = mul(0.5, sum(mul(constant(a, [n]), square(sub(θ, constant(b, [n]))))));
  const updates = optimizer.updates([θ], gradient(loss, [θ]));
  const session = await cpu.open(compile({ name: "descent", outputs: { loss }, updates }), { threads: 1 });
  const path: number[][] = [];
  for (let step = 0; step < steps; step++) {
    const scalars = Object.entries(optimizer.scalars(step)).map(([name, v]) => [name, Float32Array.of(v)]);
    await session.run([Object.fromEntries(scalars)]);
    path.push([...(await session.read())["θ"]]);
  }
  await session.dispose();
  return path;
}

/** Kingma & Ba 2015, algorithm 1, as it is printed, in float64. */
function adamByTheBook({ a, b, start }: Quadratic, steps: number, α: number, β1: number, β2: number, ε: number) {
  const θ = [...start];
  const m = θ.map(() => 0);
  const v = θ.map(() => 0);
  const path: number[][] = [];
  for (let t = 1; t <= steps; t++) {
    for (let i = 0; i < θ.length; i++) {
      const g = a[i] * (θ[i] - b[i]);
      m[i] = β1 * m[i] + (1 - β1) * g;
      v[i] = β2 * v[i] + (1 - β2) * g * g;
      const mHat = m[i] / (1 - β1 ** t);
      const vHat = v[i] / (1 - β2 ** t);
      θ[i] -= (α * mHat) / (Math.sqrt(vHat) + ε);
    }
    path.push([...θ]);
  }
  return path;
}

/** Every number within 1e-5 of itself (of 0.1, where a path crosses 0): float32 rounds at 6e-8, some fifty times over. */
function expectNear(path: readonly number[][], truth: readonly number[][]): void {
  expect(path.map((row) => row.length)).toEqual(truth.map((row) => row.length));
  const far = path.flatMap((row, step) =>
    row.flatMap((got, i) => {
      const wanted = truth[step][i];
      return Math.abs(got - wanted) <= 1e-5 * Math.max(Math.abs(wanted), 0.1) ? [] : [{ step, i, got, wanted }];
    }),
  );
  expect(far).toEqual([]);
}

describe("Adam", () => {
  const quadratic: Quadratic = { a: [1, 0.3, 20, 4], b: [10, -10, 30, -20], start: [1, -1, 2, -3] };

  test.each([
    [0.05, 0.9, 0.999, 1e-8],
    [0.1, 0.5, 0.9, 1e-8],
    [0.02, 0, 0.99, 0.5],
  ])("with α %d, β₁ %d, β₂ %d, ε %d is algorithm 1 of Kingma & Ba over 50 steps", async (α, beta1, beta2, epsilon) => {
    const found = await descend(
      adam(() => α, { beta1, beta2, epsilon }),
      quadratic,
      50,
    );
    expectNear(found, adamByTheBook(quadratic, 50, α, beta1, beta2, epsilon));
  });

  test("leaves a parameter alone that has no gradient", async () => {
    const flat = { a: [0, 0], b: [5, 5], start: [1, 2] };
    expect((await descend(adam(torchRate), flat, 3)).at(-1)).toEqual([1, 2]);
  });

  test("moves each parameter by the rate in the first step, whatever the gradient's size", async () => {
    const steep = { a: [1e4, 1e-4], b: [0, 10], start: [1, 1] };
    const [first] = await descend(
      adam(() => 0.25),
      steep,
      1,
    );
    expect(first[0]).toBeCloseTo(0.75, 5);
    expect(first[1]).toBeCloseTo(1.25, 4);
  });

  test("keeps two moments a parameter, named after it", () => {
    const W = variable("layer/weight", [2], (out) => void out.fill(0));
    const names = adam(torchRate)
      .updates([W], [W])
      .map(([v]) => (v.node.leaf?.kind === "variable" ? v.node.leaf.name : ""));
    expect(names).toEqual(["layer/weight", "adam/m/layer/weight", "adam/v/layer/weight"]);
  });
});

describe("20 steps as PyTorch takes them, at a rate that changes every five", () => {
  test.each([
    ["adam", adam(torchRate)],
    ["adam with other constants", adam(torchRate, { beta1: 0.5, beta2: 0.9, epsilon: 1e-3 })],
    ["sgd", sgd(torchRate)],
    ["sgd with momentum", sgd(torchRate, { momentum: 0.9 })],
  ] as const)("%s", async (name, optimizer) => {
    expect(torch[name]).toHaveLength(20);
    expectNear(await descend(optimizer, torch.problem, 20), torch[name]);
  });
});

describe("gradients clipped to a joint norm", () => {
  const given = { g: [3, -4, 12], h: [0.5, 0, -2, 1] };
  const norm = Math.sqrt([...given.g, ...given.h].reduce((s, x) => s + x * x, 0));
  const clip = (largest: number, numbers: Record<string, number[]> = given) => {
    const clipped = clipByGlobalNorm([input("g", [3]), input("h", [2, 2])], largest);
    const [g, h, n] = interpret([...clipped.clipped, clipped.norm], numbers).map((t) => [...t.data]);
    return { all: [...g, ...h], norm: n[0] };
  };

  test.each([0.1, 1, norm / 2, norm * 0.999])("%d: are scaled together to that norm", (largest) => {
    const { all, norm: before } = clip(largest);
    expect(before).toBeCloseTo(norm, 12);
    expect(Math.hypot(...all)).toBeCloseTo(largest, 10);
    [...given.g, ...given.h].forEach((x, i) => void expect(all[i]).toBeCloseTo((x * largest) / norm, 10));
  });

  test.each([norm * 1.001, 1e6])("%d: are left as they are if they are shorter", (largest) => {
    expect(clip(largest).all).toEqual([...given.g, ...given.h]);
  });

  test("stay 0 where all are 0", () => {
    expect(clip(1, { g: [0, 0, 0], h: [0, 0, 0, 0] })).toEqual({ all: [0, 0, 0, 0, 0, 0, 0], norm: 0 });
  });
});

describe("momentum by part", () => {
  // v ← μv − α·rate·g, θ ← θ + v, in float64; sgd would scale the steps already begun when the rate falls.
  test("moves each parameter at its own rate, and keeps the speed it has when the rate falls", async () => {
    const [rates, schedule] = [{ θ: 0.2, φ: 0.05, "not there": 1 }, piecewise([1, 0.25], [5, 5])];
    const coefficient = (step: number): number => 0.5 + 0.04 * step;
    const optimizer = momentum(schedule, rates, coefficient);
    const start = [2, -1, 0.5];
    const parameters = ["θ", "φ"].map((name) => variable(name, [3], (out) => void out.set(start)));
    const loss = mul(0.5, sum(square(add(...(parameters as [Value, Value])))));
    const updates = optimizer.updates(parameters, gradient(loss, parameters));
    const session = await cpu.open(compile({ name: "descent", outputs: { loss }, updates }), { threads: 1 });
    const [wanted, speed] = [
      [[...start], [...start]],
      [start.map(() => 0), start.map(() => 0)],
    ];
    for (let step = 0; step < 10; step++) {
      const scalars = Object.entries(optimizer.scalars(step)).map(([name, v]) => [name, Float32Array.of(v)]);
      await session.run([Object.fromEntries(scalars)]);
      const slope = start.map((_, i) => wanted[0][i] + wanted[1][i]);
      for (const [k, rate] of [0.2, 0.05].entries()) {
        for (let i = 0; i < 3; i++) {
          speed[k][i] = coefficient(step) * speed[k][i] - schedule(step) * rate * slope[i];
          wanted[k][i] += speed[k][i];
        }
      }
      const found = await session.read();
      for (const [k, name] of ["θ", "φ"].entries()) {
        for (let i = 0; i < 3; i++) expect(found[name][i], `${name} at step ${step}`).toBeCloseTo(wanted[k][i], 5);
      }
    }
    await session.dispose();
  });

  test("wants a rate for every parameter", () => {
    const θ = variable("θ", [3], (out) => void out.fill(0));
    const optimizer = momentum(
      () => 1,
      { φ: 1 },
      () => 0.9,
    );
    expect(() => optimizer.updates([θ], [θ])).toThrow(/expected a rate for "θ", got φ/);
  });
});
