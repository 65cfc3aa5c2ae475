import { describe, expect, test } from "vitest";
import { poissonQuantile } from "./poisson-quantile.ts";
import { stream } from "./random.ts";

// By summing the mass with 60 digits.
test.each([
  [1e-9, 5, 0],
  [0.5, 0.3, 0],
  [0.75, 0.3, 1],
  [0.5, 8, 8],
  [0.975, 8, 14],
  [1 - 2 ** -33, 9.6, 35],
  [2 ** -33, 60, 18],
  [0.5, 60, 60],
  [1 - 2 ** -33, 60, 115],
  [2 ** -33, 650, 495],
  [0.5, 650, 650],
  [0.999, 650, 730],
])("the quantile at %d of a Poisson count of mean %d is %d", (p, rate, k) => {
  expect(poissonQuantile(p, rate)).toBe(k);
});

test("it is the least count whose distribution function reaches p", () => {
  expect(poissonQuantile(Math.exp(-2), 2)).toBe(0);
  expect(poissonQuantile(Math.exp(-2) + 1e-12, 2)).toBe(1);
  expect(poissonQuantile(3 * Math.exp(-2) - 1e-12, 2)).toBe(1);
  expect(poissonQuantile(3 * Math.exp(-2) + 1e-12, 2)).toBe(2);
});

test("a rate of 0 gives no counts", () => {
  expect(poissonQuantile(1 - 2 ** -33, 0)).toBe(0);
});

/** k log λ − λ − log k!, exponentiated. */
function mass(k: number, rate: number): number {
  let log = -rate;
  for (let i = 1; i <= k; i++) log += Math.log(rate / i);
  return Math.exp(log);
}

test.each([0.3, 2.5, 9.6, 45])("evenly spaced p give each count its mass, at mean %d", (rate) => {
  const points = 2 ** 16;
  const seen = new Map<number, number>();
  for (let i = 0; i < points; i++) {
    const k = poissonQuantile((i + 0.5) / points, rate);
    seen.set(k, (seen.get(k) ?? 0) + 1);
  }
  for (let k = 0; k < 120; k++)
    expect(Math.abs((seen.get(k) ?? 0) / points - mass(k, rate))).toBeLessThanOrEqual(1 / points);
});

// Pearson's statistic of 10 cells stays below the quantile of χ² with 9 degrees of freedom but once in a million.
describe.each([
  ["a small mean", 0.9, [0, 1, 2, 3, 4]],
  ["a middling mean", 8, [2, 4, 5, 6, 7, 8, 9, 10, 12]],
  ["a large mean", 60, [45, 50, 54, 57, 60, 63, 66, 70, 76]],
])("uniform p of a stream, %s", (_, rate, lastOfCell) => {
  test("give counts as the mass function has them", () => {
    const draws = 100_000;
    const p = new Float64Array(draws);
    stream(2, "poisson").uniform(0, p);
    const cells = new Array<number>(lastOfCell.length + 1).fill(0);
    for (const u of p) {
      const k = poissonQuantile(u, rate);
      const cell = lastOfCell.findIndex((last) => k <= last);
      cells[cell < 0 ? lastOfCell.length : cell]++;
    }
    let statistic = 0;
    let rest = 1;
    for (let c = 0; c <= lastOfCell.length; c++) {
      let chance = 0;
      for (let k = (lastOfCell[c - 1] ?? -1) + 1; k <= lastOfCell[c]; k++) chance += mass(k, rate);
      if (c === lastOfCell.length) chance = rest;
      rest -= chance;
      expect(draws * chance).toBeGreaterThan(20);
      statistic += (cells[c] - draws * chance) ** 2 / (draws * chance);
    }
    expect(statistic).toBeLessThan(chiSquare[lastOfCell.length]);
  });
});

/** Quantiles at 1 − 10⁻⁶ of χ², by degrees of freedom. */
const chiSquare: Readonly<Record<number, number>> = { 5: 35.8881868796729, 9: 44.8109428 };

test.each([
  [0, 1],
  [1, 1],
  [0.5, -1],
  [0.5, 701],
  [0.5, NaN],
  [NaN, 1],
])("probability %d with rate %d is refused", (p, rate) => {
  expect(() => poissonQuantile(p, rate)).toThrow(/Poisson quantile: expected a probability in \(0, 1\)/);
});
