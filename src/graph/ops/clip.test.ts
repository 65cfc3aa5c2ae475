import { expect, test } from "vitest";
import { UsageError } from "../../base/errors.ts";
import { gradient } from "../gradient.ts";
import { interpret } from "../interpret.ts";
import { input } from "../leaves.ts";
import { sum } from "./broadcast.ts";
import { clip } from "./clip.ts";

test("numbers beyond a limit become the limit; the gradient is 1 between the limits and on them, 0 beyond", () => {
  const x = input("x", [5]);
  const y = clip(x, -1, 2);
  const [value, slope] = interpret([y, ...gradient(sum(y), [x])], { x: [-1.5, -1, 0.5, 2, 7] });
  expect([...value.data]).toEqual([-1, -1, 0.5, 2, 2]);
  expect([...slope.data]).toEqual([0, 1, 1, 1, 0]);
});

test.each([
  [1, -1],
  [0, Number.NaN],
])("limits %d and %d are refused", (low, high) => {
  expect(() => clip(input("x", [1]), low, high)).toThrow(UsageError);
  expect(() => clip(input("x", [1]), low, high)).toThrow(
    "Clip: expected a lower limit that is not above the upper one",
  );
});
