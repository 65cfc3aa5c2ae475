import { expect, test } from "vitest";
import { meanSquaredDistance, wrapped, wrappedDifference } from "./circle.ts";

test.each([
  [0, 0],
  [1.9, 1.9],
  [2, -2],
  [-2, -2],
  [2.5, -1.5],
  [-2.5, 1.5],
  [41, 1],
  [-43, 1],
])("on a circle of circumference 4, %d is %d", (x, image) => {
  expect(wrapped(x, 4)).toBe(image);
});

test("the short way from −1.75 to 1.5 leads backwards over the seam", () => {
  expect(wrappedDifference(1.5, -1.75, 4)).toBe(-0.75);
  expect(wrappedDifference(-1.75, 1.5, 4)).toBe(0.75);
  expect(wrappedDifference(1.5, 1.25, 4)).toBe(0.25);
});

test("an infinite circumference makes a line", () => {
  expect(wrapped(-7.5, Infinity)).toBe(-7.5);
  expect(wrappedDifference(1e9, -1e9, Infinity)).toBe(2e9);
});

test("squared distances are taken the short way, and pairs with a NaN are left out", () => {
  expect(meanSquaredDistance([1.5, NaN, 0, 0], [-1.5, 1, 2, NaN], 4)).toBe((1 ** 2 + 2 ** 2) / 2);
});
