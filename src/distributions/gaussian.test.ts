import { describe, expect, test } from "vitest";
import { averageOf, drawn } from "../../test/sampling.ts";
import { interpret } from "../graph/interpret.ts";
import { constant, noise, valueOf } from "../graph/leaves.ts";
import { square, sub } from "../graph/ops/index.ts";
import type { Value } from "../graph/value.ts";
import { gaussian, klGaussian } from "./gaussian.ts";

const numbers = (v: Value): number[] => [...interpret([v])[0].data];
const vector = (...x: number[]): Value => constant(x, [x.length]);
const normal = (mean: number, logVariance: number) => gaussian(vector(mean), vector(logVariance));

// −½[(x − μ)²/σ² + log σ² + log 2π] computed with 30 digits
test.each([
  [0, 0, 0, -0.9189385332046728],
  [1.5, -0.5, 0.8, -2.2175964614391157],
  [-3, 2, -2, -92.2821397698378],
  [0.25, 0.25, 10, -5.918938533204673],
  [40, 0, 0, -800.9189385332047],
])("log N(%d; μ = %d, log σ² = %d) = %d", (x, mean, logVariance, logDensity) => {
  expect(numbers(normal(mean, logVariance).logProb(vector(x)))[0]).toBeCloseTo(logDensity, 11);
});

/** Midpoints and width of n cells of [−15, 15]. */
const [n, h] = [3000, 30 / 3000];
const grid = Float64Array.from({ length: n }, (_, i) => -15 + (i + 0.5) * h);
const integral = (f: (i: number) => number): number => h * grid.reduce((s, _, i) => s + f(i), 0);
const logDensities = (mean: number, logVariance: number): number[] =>
  numbers(normal(mean, logVariance).logProb(constant(grid, [n, 1])));

test("the density integrates to one, with mean μ and variance σ²", () => {
  const p = logDensities(0.7, 0.6).map(Math.exp);
  expect(integral((i) => p[i])).toBeCloseTo(1, 10);
  expect(integral((i) => p[i] * grid[i])).toBeCloseTo(0.7, 10);
  expect(integral((i) => p[i] * (grid[i] - 0.7) ** 2)).toBeCloseTo(Math.exp(0.6), 10);
});

test("the entropy is −∫ p log p", () => {
  const logP = logDensities(0.7, 0.6);
  const [entropy] = numbers(normal(0.7, 0.6).entropy());
  expect(entropy).toBeCloseTo(
    integral((i) => -Math.exp(logP[i]) * logP[i]),
    10,
  );
});

describe("KL", () => {
  test("of two Gaussians is ∫ q (log q − log p)", () => {
    const [logQ, logP] = [logDensities(0.7, -0.6), logDensities(-0.4, 0.5)];
    const [kl] = numbers(klGaussian(normal(0.7, -0.6), normal(-0.4, 0.5)));
    expect(kl).toBeCloseTo(
      integral((i) => Math.exp(logQ[i]) * (logQ[i] - logP[i])),
      10,
    );
  });

  test("KL(N(1, 2²) ‖ N(0, 1)) = 2 − ln 2, with the standard normal named or left out", () => {
    const q = normal(1, Math.log(4));
    expect(numbers(klGaussian(q))[0]).toBeCloseTo(2 - Math.LN2, 12); // ½[σ² + μ² − 1 − log σ²]
    expect(numbers(klGaussian(q, normal(0, 0)))[0]).toBeCloseTo(2 - Math.LN2, 12);
  });

  test("is zero between equals", () => expect(numbers(klGaussian(normal(3, 1), normal(3, 1)))).toEqual([0]));
});

test("density, entropy and KL add over the event axis and keep the batch axes", () => {
  const q = gaussian(constant([0, 1, 2, 3, 4, 5], [3, 2]), constant([0, 0.5, 1, -1, 2, -2], [3, 2]));
  const alone = (i: number) => normal(i, [0, 0.5, 1, -1, 2, -2][i]);
  const sums = (f: (i: number) => Value): number[] => [0, 2, 4].map((i) => numbers(f(i))[0] + numbers(f(i + 1))[0]);
  expect(numbers(q.entropy())).toEqual(sums((i) => alone(i).entropy()));
  expect(numbers(klGaussian(q))).toEqual(sums((i) => klGaussian(alone(i))));
  const density = numbers(q.logProb(constant([1, -1], [2])));
  sums((i) => alone(i).logProb(vector(i % 2 === 0 ? 1 : -1))).forEach(
    (s, i) => void expect(density[i]).toBeCloseTo(s, 12),
  );
});

test("40,000 draws have mean μ and variance σ² within 5 standard errors", async () => {
  const [mean, logVariance] = [1.5, Math.log(0.25)];
  const draws = gaussian(valueOf(mean), valueOf(logVariance)).sample(noise("e", "normal", [40_000]));
  const found = averageOf(await drawn(draws));
  expect(Math.abs(found.mean - mean)).toBeLessThan(5 * found.error);
  const spread = averageOf(await drawn(square(sub(draws, mean))));
  expect(Math.abs(spread.mean - 0.25)).toBeLessThan(5 * spread.error);
});

test("the standard deviation is e^(½ log σ²)", () => expect(numbers(normal(0, Math.log(9)).std)[0]).toBeCloseTo(3, 14));
