import { describe, expect, test } from "vitest";
import { averageOf, drawn } from "../../test/sampling.ts";
import { interpret } from "../graph/interpret.ts";
import { constant, input, noise } from "../graph/leaves.ts";
import { sum } from "../graph/ops/index.ts";
import type { Value } from "../graph/value.ts";
import { categorical, klCategorical } from "./categorical.ts";

const numbers = (v: Value): number[] => [...interpret([v])[0].data];
const vector = (...x: number[]): Value => constant(x, [x.length]);
const identity = constant([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]);

// lᵢ − log Σ exp(l) computed with 30 digits
test.each([
  [0, [0.5, -1, 2], -1.7413112966571571],
  [2, [0.5, -1, 2], -0.24131129665715706],
  [0, [-90, 0, 90], -180],
  [2, [-90, 0, 90], 0],
])("log p of class %d under logits %j is %d", (i, logits, logMass) => {
  expect(numbers(categorical(vector(...logits)).logProb(identity))[i]).toBeCloseTo(logMass, 13);
});

describe("summed over the classes", () => {
  const [q, p] = [categorical(vector(0.5, -1, 2)), categorical(vector(1, 1.5, -0.5))];
  const [logQ, logP] = [q, p].map((d) => numbers(d.logProb(identity)));
  const over = (f: (i: number) => number): number => logQ.reduce((s, _, i) => s + f(i), 0);

  test("the mass is one, and the mean is the mass of each class", () => {
    expect(over((i) => Math.exp(logQ[i]))).toBeCloseTo(1, 14);
    numbers(q.mean).forEach((m, i) => void expect(m).toBeCloseTo(Math.exp(logQ[i]), 14));
  });

  test("the entropy is −Σ q log q", () => {
    expect(numbers(q.entropy())[0]).toBeCloseTo(0.6215846046792745, 13); // computed with 30 digits
    expect(over((i) => -Math.exp(logQ[i]) * logQ[i])).toBeCloseTo(0.6215846046792745, 13);
  });

  test("the KL is Σ q (log q − log p)", () =>
    expect(numbers(klCategorical(q, p))[0]).toBeCloseTo(
      over((i) => Math.exp(logQ[i]) * (logQ[i] - logP[i])),
      13,
    ));

  test("the KL is zero between logits that differ by a constant", () =>
    expect(numbers(klCategorical(q, categorical(vector(10.5, 9, 12))))[0]).toBeCloseTo(0, 13));
});

test("in float32 entropy and KL at logits ±90 are exact, and finite", async () => {
  const [a, b] = [categorical(input("a", [2])), categorical(input("b", [2]))];
  const logits = { a: [-90, 90], b: [90, -90] };
  expect((await drawn(a.entropy(), { a: logits.a }))[0]).toBeCloseTo(0, 12);
  expect([...(await drawn(klCategorical(a, b), logits))]).toEqual([180]);
  expect([...(await drawn(a.logProb(vector(1, 0)), { a: logits.a }))]).toEqual([-180]);
});

test("40,000 draws are one-hot, and the classes come with their frequencies within 5 standard errors", async () => {
  const q = categorical(vector(0.5, -1, 2));
  const draws = q.sample(noise("u", "uniform", [40_000, 3]));
  expect(new Set(await drawn(draws))).toEqual(new Set([0, 1]));
  expect(new Set(await drawn(sum(draws, [1])))).toEqual(new Set([1]));
  const all = await drawn(draws);
  numbers(q.mean).forEach((p, k) => {
    const { mean, error } = averageOf(Float32Array.from({ length: 40_000 }, (_, i) => all[3 * i + k]));
    expect(Math.abs(mean - p)).toBeLessThan(5 * error);
  });
});

test("among classes with equal logits, the one with the largest u is drawn", async () => {
  const draws = categorical(input("logits", [3])).sample(input("u", [2, 3]));
  const u = [0.1, 0.9, 0.5, 0.7, 0.01, 0.2];
  expect([...(await drawn(draws, { logits: [2, 2, 2], u }))]).toEqual([0, 1, 0, 1, 0, 0]);
});
