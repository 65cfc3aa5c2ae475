import { describe, expect, test } from "vitest";
import { UsageError } from "../../base/errors.ts";
import { componentsFor, cumulativeContributions } from "./contributions.ts";

describe("contributions of components with variances 5, 3, 1.5, 0.5, 0", () => {
  const ratios = cumulativeContributions([5, 3, 1.5, 0.5, 0]);

  test("add up", () => {
    expect([...ratios]).toEqual([0.5, 0.8, 0.95, 1, 1]);
  });

  test.each([
    [0, 1],
    [0.5, 1],
    [0.501, 2],
    [0.7, 2],
    [0.8, 2],
    [0.95, 3],
    [0.99, 4],
    [1, 4],
  ])("reach %d with %d", (share, k) => {
    expect(componentsFor(ratios, share)).toBe(k);
  });
});

test("the last ratio is exactly 1 whatever the rounding", () => {
  for (let n = 1; n < 200; n++) {
    const ratios = cumulativeContributions(Float64Array.from({ length: n }, (_, i) => 1 / (i + 3)));
    expect(ratios[n - 1]).toBe(1);
    expect(componentsFor(ratios, 1)).toBe(n);
  }
});

test("of the power law λ_k = 2^−k the first k explain (1 − 2^−k)/(1 − 2^−n)", () => {
  const ratios = cumulativeContributions(Float64Array.from({ length: 20 }, (_, i) => 2 ** -(i + 1)));
  ratios.forEach((r, i) => void expect(r).toBeCloseTo((1 - 2 ** -(i + 1)) / (1 - 2 ** -20), 14));
});

test("nothing that varies, and shares above 1, are refused", () => {
  expect(() => cumulativeContributions([0, 0])).toThrow(UsageError);
  expect(() => cumulativeContributions([])).toThrow(UsageError);
  expect(() => componentsFor([0.5, 1], 1.01)).toThrow(UsageError);
  expect(() => componentsFor([0.5, 1], Number.NaN)).toThrow(UsageError);
});
