import { expect, test } from "vitest";
import { ShapeError } from "../../base/errors.ts";
import { axis, showShape } from "../../base/shape.ts";
import { interpret } from "../interpret.ts";
import { constant, input } from "../leaves.ts";
import { pixelShuffle, pixelUnshuffle } from "./pixel-shuffle.ts";

test("a pixel's four channels become the rows of a block", () => {
  const y = pixelShuffle(constant([1, 2, 3, 4], [1, 4, 1, 1]), 2);
  expect([...interpret([y])[0].data]).toEqual([1, 2, 3, 4]);
  expect(showShape(y.shape)).toBe("(1, 1, 2, 2)");
});

test("each undoes the other", () => {
  const numbers = Float64Array.from({ length: 2 * 18 * 2 * 3 }, (_, i) => i);
  const x = constant(numbers, [2, 18, 2, 3]);
  const back = pixelUnshuffle(pixelShuffle(x, 3), 3);
  expect(interpret([back])[0]).toEqual({ dims: [2, 18, 2, 3], data: numbers });
});

test("the batch keeps its name, axes whose size changes lose theirs", () => {
  const x = input("x", [axis("batch", 2), axis("channel", 8), axis("height", 2), axis("width", 3)]);
  expect(showShape(pixelShuffle(x, 2).shape)).toBe("(batch=2, 2, 4, 6)");
  expect(showShape(pixelShuffle(x, 1).shape)).toBe("(batch=2, channel=8, height=2, width=3)");
});

test.each([
  [
    "channels that the square does not divide",
    () => pixelShuffle(input("x", [1, 6, 2, 2]), 2),
    /divisible by 4, got \(1, 6, 2, 2\)/,
  ],
  [
    "a width that the factor does not divide",
    () => pixelUnshuffle(input("x", [1, 1, 4, 3]), 2),
    /divisible by 2, got \(1, 1, 4, 3\)/,
  ],
  [
    "one spatial axis",
    () => pixelShuffle(input("x", [1, 4, 2]), 2),
    /PixelShuffle: expected \(batch, channels, height, width\)/,
  ],
  ["a factor of 0", () => pixelUnshuffle(input("x", [1, 4, 2, 2]), 0), /and factor 0/],
])("%s: refused", (_name, build, message) => {
  expect(build).toThrow(ShapeError);
  expect(build).toThrow(message);
});
