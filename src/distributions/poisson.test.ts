import { describe, expect, test } from "vitest";
import { averageOf, drawn } from "../../test/sampling.ts";
import { interpret } from "../graph/interpret.ts";
import { constant, input, noise } from "../graph/leaves.ts";
import { square, sub } from "../graph/ops/index.ts";
import type { Value } from "../graph/value.ts";
import { klPoisson, logFactorial, poisson } from "./poisson.ts";

const numbers = (v: Value): number[] => [...interpret([v])[0].data];
const vector = (...x: number[]): Value => constant(x, [x.length]);
const column = (n: number): Value =>
  constant(
    Float64Array.from({ length: n }, (_, i) => i),
    [n, 1],
  );

// k·log λ − λ − log Γ(k + 1) computed with 30 digits
test.each([
  [0, 0, -1],
  [3, 0.5, -1.9404807399281832],
  [7, 2, -1.9142174599960644],
  [0, -5, -0.006737946999085467],
  [40, 3.5, -3.436091673449709],
  [63, 1, -140.72759822774057],
])("log Poisson(%d | log λ = %d) = %d", (k, logRate, logMass) => {
  expect(Math.abs(numbers(poisson(vector(logRate)).logProb(vector(k)))[0] - logMass)).toBeLessThan(1e-9);
});

// log Γ(k + 1) computed with 30 digits
test.each([
  [0, 0],
  [1, 0],
  [2, Math.LN2],
  [5, 4.787491742782046],
  [10, 15.104412573075516],
  [20, 42.335616460753485],
  [50, 148.47776695177302],
  [170, 706.5730622457874],
])("log %d! = %d to 1e-9", (k, reference) => {
  expect(Math.abs(numbers(logFactorial(vector(k)))[0] - reference)).toBeLessThan(1e-9);
});

test("log k! grows by log k from k − 1, also between whole numbers", () => {
  const k = [1, 1.5, 2.25, 7.5, 30];
  const [above, below] = [k, k.map((x) => x - 1)].map((x) => numbers(logFactorial(vector(...x))));
  k.forEach((x, i) => void expect(Math.abs(above[i] - below[i] - Math.log(x))).toBeLessThan(1e-9));
});

describe("summed over the counts 0…199", () => {
  const [q, p] = [poisson(vector(1.2)), poisson(vector(2.5))];
  const [logQ, logP] = [q, p].map((d) => numbers(d.logProb(column(200))));
  const over = (f: (k: number) => number): number => logQ.reduce((s, _, k) => s + f(k), 0);

  test("the mass is one, its mean and variance λ", () => {
    const rate = Math.exp(1.2);
    expect(over((k) => Math.exp(logQ[k]))).toBeCloseTo(1, 8);
    expect(over((k) => Math.exp(logQ[k]) * k)).toBeCloseTo(rate, 8);
    expect(over((k) => Math.exp(logQ[k]) * (k - rate) ** 2)).toBeCloseTo(rate, 8);
    expect(numbers(q.mean)).toEqual([rate]);
  });

  test("Σ q (log q − log p) is the KL", () =>
    expect(numbers(klPoisson(q, p))[0]).toBeCloseTo(
      over((k) => Math.exp(logQ[k]) * (logQ[k] - logP[k])),
      8,
    ));
});

describe("draws", () => {
  test.each([0.5, 4, 25])("20,000 at rate %d have mean and variance λ within 5 standard errors", async (rate) => {
    const draws = poisson(vector(Math.log(rate))).sample(noise("u", "uniform", [20_000, 1]));
    const found = averageOf(await drawn(draws));
    expect(Math.abs(found.mean - rate)).toBeLessThan(5 * found.error);
    const spread = averageOf(await drawn(square(sub(draws, rate))));
    expect(Math.abs(spread.mean - rate)).toBeLessThan(5 * spread.error);
  });

  test("the count is where the distribution function passes u: at rate 1, F(0) = 0.368, F(1) = 0.736, F(2) = 0.920", async () => {
    const counts = poisson(input("logRate", [1])).sample(input("u", [7, 1]));
    const u = [0.01, 0.36, 0.37, 0.73, 0.74, 0.91, 0.93];
    expect([...(await drawn(counts, { logRate: [0], u }))]).toEqual([0, 0, 1, 1, 2, 2, 3]);
  });

  test.each([0.01, 1, 10, 29])(
    "the largest float32 below 1 draws a count in the tail of rate %d, not the largest there is",
    async (rate) => {
      const counts = poisson(input("logRate", [1])).sample(input("u", [1]));
      const [k] = await drawn(counts, { logRate: [Math.log(rate)], u: [1 - 2 ** -24] });
      expect(k).toBeGreaterThan(rate);
      expect(k).toBeLessThan(rate + 10 * Math.sqrt(rate) + 6);
    },
  );

  test.each([8, 20, 80])(
    "at a log rate of %d, far beyond the largest count, nearly all draws are that",
    async (logRate) => {
      const counts = poisson(vector(logRate), 31).sample(noise("u", "uniform", [2000, 1]));
      const found = await drawn(counts);
      expect(found.filter((k) => k < 24)).toHaveLength(0); // less than one in 10⁵ of a truncated Poisson of rate 160
      expect(found.filter((k) => k === 31).length).toBeGreaterThan(1500); // 1 − 31/160 of 2000
    },
  );

  test("no count exceeds the largest that was allowed, whatever the rate", async () => {
    const draws = await drawn(poisson(vector(Math.log(9)), 10).sample(noise("u", "uniform", [2000, 1])));
    expect(Math.max(...draws)).toBe(10);
  });
});
