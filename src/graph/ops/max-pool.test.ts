import { describe, expect, test } from "vitest";
import { ShapeError } from "../../base/errors.ts";
import { axis, showShape } from "../../base/shape.ts";
import { gradient } from "../gradient.ts";
import { interpret } from "../interpret.ts";
import { constant, input } from "../leaves.ts";
import { named } from "../value.ts";
import { relu } from "./activations.ts";
import { square } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { maxPool } from "./max-pool.ts";

test("of several largest elements the first one, row by row, receives the whole gradient", () => {
  const x = input("x", [1, 1, 2, 4]);
  const [dx] = gradient(sum(maxPool(x, { kernel: 2 })), [x]);
  expect([...interpret([dx], { x: [1, 3, 0, 0, 3, 3, 0, 0] })[0].data]).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);
});

test("an element that is largest in several windows receives the sum of their gradients", () => {
  const x = input("x", [1, 1, 5]);
  const [dx] = gradient(sum(maxPool(x, { kernel: 3, strides: 1 })), [x]);
  expect([...interpret([dx], { x: [0, 1, 5, 1, 0] })[0].data]).toEqual([0, 0, 3, 0, 0]);
});

test("the second derivative of Σ max(x)² is 2 where x is largest", () => {
  const x = input("x", [1, 1, 4]);
  const [dx] = gradient(sum(square(maxPool(x, { kernel: 2 }))), [x]);
  const [ddx] = gradient(sum(dx), [x]);
  expect([...interpret([ddx], { x: [1, 3, 5, 4] })[0].data]).toEqual([0, 2, 2, 0]);
});

test("pads never win, not even over negative numbers", () => {
  const y = maxPool(constant([-3, -1, -2, -4], [1, 1, 2, 2]), { kernel: 2, strides: 2, pads: 1 });
  expect([...interpret([y])[0].data]).toEqual([-3, -1, -2, -4]);
});

test("a rectifier before or after pooling is the same", () => {
  const x = constant([-3, -1, 2, -4, -1, -1, 0, 5], [1, 1, 2, 4]);
  const [a, b] = interpret([relu(maxPool(x, { kernel: 2 })), maxPool(relu(x), { kernel: 2 })]);
  expect(a.data).toEqual(b.data);
});

test("batch and channels keep their names, a pooled axis loses its own", () => {
  const x = input("x", [axis("batch", 2), axis("channel", 3), axis("height", 7), axis("width", 5)]);
  const y = maxPool(x, { kernel: [3, 1], strides: [2, 1] });
  expect(showShape(y.shape)).toBe("(batch=2, channel=3, 3, width=5)");
});

describe("windows that do not fit are refused", () => {
  const x = input("x", [2, 3, 7, 5]);
  test.each([
    ["larger than the input", { kernel: 6 }],
    ["of size 0", { kernel: 0 }],
    ["that stand still", { kernel: 2, strides: 0 }],
    ["inside the pads", { kernel: 2, pads: 2 }],
    ["with pads for one side only", { kernel: 2, pads: [1, 1] }],
    ["of three axes", { kernel: [2, 2, 2] }],
    ["of half a pixel", { kernel: 1.5 }],
  ])("windows %s", (_name, settings) => {
    const build = () => named("encoder", () => maxPool(x, settings));
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(/MaxPool in encoder: .*2 whole numbers of at least 1.*\(2, 3, 7, 5\)/);
  });

  test("an input without channels", () =>
    expect(() => maxPool(input("x", [7, 5]), { kernel: 2 })).toThrow("got (7, 5)"));
});
