import { describe, expect, test } from "vitest";
import { ShapeError } from "../../base/errors.ts";
import { axis, dimsOf, showShape } from "../../base/shape.ts";
import { compile } from "../compile.ts";
import { gradient } from "../gradient.ts";
import { interpret } from "../interpret.ts";
import { constant, input } from "../leaves.ts";
import { named, type Value } from "../value.ts";
import { sum } from "./broadcast.ts";
import { flip, pad, slice } from "./slice.ts";

const numbers = (v: Value): number[] => [...interpret([v])[0].data];
const digits = constant([0, 1, 2, 3, 4, 5, 6], [axis("time", 7)]);
const grid = constant([0, 1, 2, 3, 4, 5], [2, 3]);

describe("slices", () => {
  test.each([
    ["from 2 to the end", slice(digits, "time", 2), [2, 3, 4, 5, 6]],
    ["from 1 up to 4", slice(digits, 0, 1, 4), [1, 2, 3]],
    ["the last two", slice(digits, 0, -2), [5, 6]],
    ["all but the ends", slice(digits, -1, 1, -1), [1, 2, 3, 4, 5]],
    ["every second, the last included", slice(digits, 0, 0, 7, 2), [0, 2, 4, 6]],
    ["every second, the last left out", slice(digits, 0, 0, 6, 2), [0, 2, 4]],
    ["every third from 2", slice(digits, 0, 2, undefined, 3), [2, 5]],
    ["backwards", flip(digits), [6, 5, 4, 3, 2, 1, 0]],
    ["backwards along columns", flip(grid, [1]), [2, 1, 0, 5, 4, 3]],
    ["backwards along both axes", flip(grid), [5, 4, 3, 2, 1, 0]],
  ])("%s", (_name, v, wanted) => expect(numbers(v)).toEqual(wanted));

  test("an axis keeps its name", () => expect(showShape(slice(digits, 0, 2).shape)).toBe("(time=5)"));

  test("all elements in order are the value itself", () => {
    expect(slice(digits, 0, 0)).toBe(digits);
    expect(slice(digits, 0, -7, 7)).toBe(digits);
    expect(flip(digits, [])).toBe(digits);
    const column = input("column", [1, 3]);
    expect(flip(column, [0])).toBe(column);
  });

  test.each([
    ["empty", [3, 3]],
    ["backwards", [4, 2]],
    ["beyond the end", [0, 8]],
    ["before the start", [-8, 3]],
    ["between elements", [0.5, 3]],
    ["with step 0", [0, 3, 0]],
    ["with a negative step", [0, 3, -1]],
  ] as const)("a range that is %s is refused", (_name, [start, end, step]) => {
    const build = () => named("decoder", () => slice(digits, "time", start, end, step));
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(/Slice in decoder: expected a range inside 0…7, .*\(time=7\)/);
  });

  test("an axis of free size is not cut at a size of this graph", () => {
    const x = input("x", [axis("batch", 4), 3]);
    expect(() => compile({ name: "p", outputs: { y: slice(x, 0, 1) } }, { freeAxes: ["batch"] })).toThrow(ShapeError);
    expect(() => compile({ name: "p", outputs: { y: slice(x, 1, 1) } }, { freeAxes: ["batch"] })).not.toThrow();
  });
});

describe("pads", () => {
  test("zeros come before and after, axis by axis", () => {
    const y = pad(grid, [
      [1, 0],
      [2, 1],
    ]);
    expect(dimsOf(y.shape)).toEqual([3, 6]);
    expect(numbers(y)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3, 4, 5, 0]);
  });

  test("no zeros are the value itself", () => {
    const nothing = [
      [0, 0],
      [0, 0],
    ] as const;
    expect(pad(grid, nothing)).toBe(grid);
  });

  test("the gradient of a slice with a step puts zeros between: 1 where an element was taken", () => {
    const x = input("x", [7]);
    expect(numbers(gradient(sum(slice(x, 0, 1, 6, 3)), [x])[0])).toEqual([0, 1, 0, 0, 1, 0, 0]);
  });

  test.each([
    [
      "a negative width",
      [
        [0, 0],
        [-1, 0],
      ],
    ],
    [
      "a width between pixels",
      [
        [0, 0],
        [0.5, 0],
      ],
    ],
    ["too few pairs", [[1, 1]]],
  ] as [string, [number, number][]][])("%s is refused", (_name, widths) => {
    expect(() => pad(grid, widths)).toThrow(ShapeError);
    expect(() => pad(grid, widths)).toThrow("Pad: expected a pair of whole widths, 0 or more, for each axis of (2, 3)");
  });
});
