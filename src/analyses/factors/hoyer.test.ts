import { expect, test } from "vitest";
import { hoyerSparsity } from "./hoyer.ts";

test("one number that is not 0 is fully sparse, equal sizes not at all", () => {
  expect(hoyerSparsity([0, 0, -7, 0])).toBeCloseTo(1, 14);
  expect(hoyerSparsity([3, -3, 3])).toBeCloseTo(0, 14);
  expect(hoyerSparsity([3, -3, 3])).toBeGreaterThanOrEqual(0);
  expect(hoyerSparsity([0, 0, 0])).toBe(0);
});

test("3 and 4 have (√2 − 7/5)/(√2 − 1)", () => {
  expect(hoyerSparsity([3, 4])).toBeCloseTo((Math.SQRT2 - 1.4) / (Math.SQRT2 - 1), 14);
  expect(hoyerSparsity([-0.4, 0.3])).toBeCloseTo(hoyerSparsity([3, 4]), 12);
});

test("m ones among n numbers have (√n − √m)/(√n − 1)", () => {
  expect(hoyerSparsity([1, 0, 1, 0, 1, 0, 0])).toBeCloseTo((Math.sqrt(7) - Math.sqrt(3)) / (Math.sqrt(7) - 1), 13);
});
