import { describe, expect, test } from "vitest";
import { averageOf, drawn } from "../../test/sampling.ts";
import { interpret } from "../graph/interpret.ts";
import { constant, input, noise, valueOf } from "../graph/leaves.ts";
import type { Value } from "../graph/value.ts";
import { bernoulli, klBernoulli } from "./bernoulli.ts";

const numbers = (v: Value): number[] => [...interpret([v])[0].data];
const vector = (...x: number[]): Value => constant(x, [x.length]);

// x·l − log(1 + eˡ) computed with 30 digits; x between 0 and 1 is a pixel's intensity
test.each([
  [1, 0, -Math.LN2],
  [0, 0, -Math.LN2],
  [1, 2, -0.1269280110429725],
  [0, 2, -2.1269280110429727],
  [0.3, -1.5, -0.6514132779827524],
  [1, 90, 0],
  [0, 90, -90],
  [1, -90, -90],
  [0, -90, 0],
  [0.5, 90, -45],
])("log Bernoulli(%d | logit %d) = %d", (x, logit, logMass) => {
  expect(numbers(bernoulli(vector(logit)).logProb(vector(x)))[0]).toBeCloseTo(logMass, 13);
});

/** All eight vectors of three truth values, one a row. */
const outcomes = constant(
  Array.from({ length: 24 }, (_, i) => (Math.floor(i / 3) >> (i % 3)) & 1),
  [8, 3],
);
const [q, p] = [bernoulli(vector(0.5, -2, 3)), bernoulli(vector(-1, 0.3, 1))];

describe("summed over all outcomes", () => {
  const [logQ, logP] = [q, p].map((d) => numbers(d.logProb(outcomes)));
  const over = (f: (i: number) => number): number => logQ.reduce((s, _, i) => s + f(i), 0);

  test("the mass is one", () => expect(over((i) => Math.exp(logQ[i]))).toBeCloseTo(1, 14));

  test("−Σ q log q is the entropy", () =>
    expect(numbers(q.entropy())[0]).toBeCloseTo(
      over((i) => -Math.exp(logQ[i]) * logQ[i]),
      13,
    ));

  test("Σ q (log q − log p) is the KL", () =>
    expect(numbers(klBernoulli(q, p))[0]).toBeCloseTo(
      over((i) => Math.exp(logQ[i]) * (logQ[i] - logP[i])),
      13,
    ));
});

// q log q/p + (1 − q) log (1 − q)/(1 − p) computed with 30 digits
test.each([
  [0.5, -1, 0.272873700140898],
  [3, 3, 0],
  [-2, 4, 3.1760043847421318],
  [90, -90, 90], // log(1/σ(−90)), the other terms below 1e-37
])("KL between logits %d and %d is %d", (a, b, kl) => {
  expect(numbers(klBernoulli(bernoulli(vector(a)), bernoulli(vector(b))))[0]).toBeCloseTo(kl, 13);
});

// −q log q − (1 − q) log(1 − q) computed with 30 digits
test.each([
  [0, Math.LN2],
  [2, 0.3653338550872076],
  [20, 4.3284225984118455e-8],
  [-90, 0],
  [90, 0],
])("the entropy at logit %d is %d", (logit, entropy) => {
  expect(numbers(bernoulli(vector(logit)).entropy())[0]).toBeCloseTo(entropy, 13);
});

test("in float32 the density at logits ±90 is exact, and finite", async () => {
  const d = bernoulli(input("logits", [4, 1]));
  const found = await drawn(d.logProb(input("x", [4, 1])), { logits: [90, 90, -90, -90], x: [0, 1, 0, 1] });
  expect([...found].map((v) => v + 0)).toEqual([-90, 0, 0, -90]);
});

test.each([-2, 0, 0.7])(
  "40,000 draws at logit %d are 0 or 1 with mean σ(l) within 5 standard errors",
  async (logit) => {
    const draws = await drawn(bernoulli(valueOf(logit)).sample(noise("u", "uniform", [40_000])));
    expect(new Set(draws)).toEqual(new Set([0, 1]));
    const { mean, error } = averageOf(draws);
    expect(Math.abs(mean - 1 / (1 + Math.exp(-logit)))).toBeLessThan(5 * error);
  },
);
