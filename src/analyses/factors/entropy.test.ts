import { describe, expect, test } from "vitest";
import { millerMadowEntropy, plugInEntropy } from "./entropy.ts";

test("plug-in entropies of known shares", () => {
  expect(plugInEntropy([5, 5])).toBeCloseTo(Math.LN2, 14);
  expect(plugInEntropy([0, 7, 0])).toBeCloseTo(0, 14);
  expect(plugInEntropy([1, 3])).toBeCloseTo(2 * Math.LN2 - 0.75 * Math.log(3), 14);
  expect(plugInEntropy([2, 0, 6])).toBeCloseTo(plugInEntropy([1, 3]), 14);
  expect(plugInEntropy(new Float64Array(9).fill(4))).toBeCloseTo(Math.log(9), 14);
  expect([plugInEntropy([]), millerMadowEntropy([0, 0])]).toEqual([0, 0]);
});

describe.each([0.5, 0.3])("with p = %d and 40 draws, summed over all outcomes", (p) => {
  const n = 40;
  const exact = -p * Math.log(p) - (1 - p) * Math.log(1 - p);
  const expected = (entropy: (counts: number[]) => number): number => {
    let [sum, chance] = [0, (1 - p) ** n];
    for (let k = 0; k <= n; k++) {
      sum += chance * entropy([k, n - k]);
      chance *= ((n - k) / (k + 1)) * (p / (1 - p));
    }
    return sum;
  };

  test("the plug-in estimate is too low by about 1/2n, Miller's and Madow's by less than a twentieth of that", () => {
    expect(Math.abs((exact - expected(plugInEntropy)) * 2 * n - 1)).toBeLessThan(0.1);
    expect(Math.abs(exact - expected(millerMadowEntropy)) * 2 * n).toBeLessThan(0.05);
  });
});

test("classes that were not seen do not count", () => {
  expect(millerMadowEntropy([3, 0, 2, 5, 0])).toBeCloseTo(plugInEntropy([3, 2, 5]) + 2 / 20, 14);
});
