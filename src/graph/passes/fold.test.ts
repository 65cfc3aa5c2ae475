import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { constant, input } from "../leaves.ts";
import { add, exp, full, greater, indicator, log, mul, split, sum } from "../ops/index.ts";
import { print } from "../print.ts";
import type { Value } from "../value.ts";
import { fold } from "./fold.ts";

const x = input("x", [2]);

test("what depends on constants alone is computed ahead", () => {
  const before = mul(x, add(log(constant([1, 1], [2])), exp(0)));
  expect(print([before])).toMatchInlineSnapshot(`
    "x = Input  # f32(2)
    %2 = Log(const1)  # f32(2)
    %3 = Exp(0)  # f32()
    %4 = Add(%2, %3)  # f32(2)
    %5 = Mul(x, %4)  # f32(2)
    out0: %5"
  `);
  const after = fold.run([before]);
  expect(print(after)).toMatchInlineSnapshot(`
    "x = Input  # f32(2)
    %2 = Mul(x, const1)  # f32(2)
    out0: %2"
  `);
  expectSameNumbers(after, [before]);
});

test("folding is exact to float64: ½ log 2π has 15 digits", () => {
  const [v] = fold.run([mul(0.5, log(2 * Math.PI))]);
  const { leaf } = v.node;
  expect(leaf?.kind === "constant" && leaf.data[0]).toBeCloseTo(0.9189385332046727, 15);
});

test("several outputs of one op fold together", () => {
  const [a, b] = split(constant([1, 2, 3], [3]), 0, [1, 2]);
  const after = fold.run([a, b]);
  expect(after.map((v) => v.node.leaf?.kind)).toEqual(["constant", "constant"]);
  expectSameNumbers(after, [a, b]);
});

const kept: readonly (readonly [string, Value])[] = [
  ["a repetition, which costs less to repeat than to store", full([{ name: "", size: 3 }], 2)],
  ["a result of more than 4096 numbers", exp(constant(new Float64Array(4097), [4097]))],
  ["truth values, of which there are no constants", greater(constant([1], [1]), 0)],
  ["what depends on an input", sum(x)],
];

test.each(kept)("%s is not folded", (_name, v) => {
  expect(fold.run([v])).toEqual([v]);
});

test("numbers made from truth values are not folded either, and stay right", () => {
  const before = indicator(greater(constant([1, -1], [2]), 0));
  expectSameNumbers(fold.run([before]), [before]);
});
