import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { constant, input, noise } from "../leaves.ts";
import { add, mul, reshape, split, sum, tanh } from "../ops/index.ts";
import { print } from "../print.ts";
import { reachable } from "../value.ts";
import { share } from "./share.ts";

const x = input("x", [2, 3]);

test("the same op on the same inputs is computed once", () => {
  const before = mul(tanh(add(x, 1)), sum(tanh(add(x, 1)), [0]));
  expect(print([before])).toMatchInlineSnapshot(`
    "x = Input  # f32(2, 3)
    %1 = Add(x, 1)  # f32(2, 3)
    %2 = Tanh(%1)  # f32(2, 3)
    %3 = Add(x, 1)  # f32(2, 3)
    %4 = Tanh(%3)  # f32(2, 3)
    %5 = Sum(%4, axes: [0])  # f32(3)
    %6 = Mul(%2, %5)  # f32(2, 3)
    out0: %6"
  `);
  const after = share.run([before]);
  expect(print(after)).toMatchInlineSnapshot(`
    "x = Input  # f32(2, 3)
    %1 = Add(x, 1)  # f32(2, 3)
    %2 = Tanh(%1)  # f32(2, 3)
    %3 = Sum(%2, axes: [0])  # f32(3)
    %4 = Mul(%2, %3)  # f32(2, 3)
    out0: %4"
  `);
  expectSameNumbers(after, [before]);
});

test("values asked for separately are shared too", () => {
  const [a, b] = share.run([tanh(x), tanh(x)]);
  expect(a).toBe(b);
});

test("other settings, other operands or another order make another value", () => {
  const before = [
    sum(x, [0]),
    sum(x, [1]),
    sum(x, [0], true),
    add(x, 1),
    add(1, x),
    reshape(x, [6]),
    reshape(x, [3, 2]),
  ];
  const after = share.run(before);
  expect(new Set(after).size).toBe(before.length);
  expectSameNumbers(after, before);
});

test("equal small constants become one; constants of other shapes do not", () => {
  const [a, b, c] = share.run([constant([1, 2], [2]), constant([1, 2], [2]), constant([1, 2], [2, 1])]);
  expect(a).toBe(b);
  expect(c).not.toBe(a);
});

test("large constants are shared only if they are the same object", () => {
  const big = constant(new Float64Array(65), [65]);
  const [a, b, c] = share.run([tanh(big), tanh(big), tanh(constant(new Float64Array(65), [65]))]);
  expect(a).toBe(b);
  expect(c).not.toBe(a);
});

test("two leaves are never one, even of the same kind and shape", () => {
  const [a, b] = share.run([noise("a", "normal", [2]), noise("b", "normal", [2])]);
  expect(a).not.toBe(b);
});

test("an op with several outputs is shared whole", () => {
  const before = [...split(x, 1, [1, 2]), ...split(x, 1, [1, 2])];
  const after = share.run(before);
  expect(after[0]).toBe(after[2]);
  expect(after[1]).toBe(after[3]);
  expect(reachable(after)).toHaveLength(2);
});
