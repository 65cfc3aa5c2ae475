import { expect, test } from "vitest";
import { geometricMean, spread } from "./statistics.ts";

test("the median of an odd and of an even number of values", () => {
  expect(spread([3, 1, 10])).toEqual({ min: 1, median: 3, max: 10 });
  expect(spread([4, 1, 10, 2])).toEqual({ min: 1, median: 3, max: 10 });
});

test("the geometric mean of a ratio and its inverse is 1, of 2, 4 and 8 it is 4", () => {
  expect(geometricMean([0.25, 4])).toBeCloseTo(1, 12);
  expect(geometricMean([2, 4, 8])).toBeCloseTo(4, 12);
  expect(geometricMean([])).toBeUndefined();
});
