import { describe, expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { axis } from "../../base/shape.ts";
import { constant, input } from "../leaves.ts";
import * as ops from "../ops/index.ts";
import { print } from "../print.ts";
import type { Value } from "../value.ts";
import { simplify } from "./simplify.ts";

const { add, div, equal, expand, full, greater, matmul, maximum, mul, neg, reshape, sub, sum, transpose, where } = ops;
const { stopGradient, straightThrough } = ops;
const [m, k] = [axis("m", 2), axis("k", 3)];
const x = input("x", [m, k]);
const y = input("y", [m, k]);
const row = input("row", [k]);

/** The lines of a printed graph that are ops, without their types. */
function steps(v: Value): string[] {
  const lines = print({ y: v }).split("\n");
  return lines.filter((l) => / = \w+\(/.test(l)).map((l) => l.split("  #")[0]);
}

/** [what, before, lines after]: nothing but these ops is left. */
const rules: readonly (readonly [string, Value, readonly string[]])[] = [
  ["x + 0 = x", add(x, 0), []],
  ["0 + x = x", add(0, x), []],
  ["x − 0 = x", sub(x, 0), []],
  ["0 − x is kept", sub(0, x), ["%1 = Sub(0, x)"]],
  ["x − x = 0", sub(x, x), ["%1 = Expand(0, to: [2 3])"]],
  ["1·x = x", mul(1, x), []],
  ["x·1 = x", mul(x, 1), []],
  ["x / 1 = x", div(x, 1), []],
  ["1 / x is kept", div(1, x), ["%1 = Div(1, x)"]],
  ["−(−x) = x", neg(neg(x)), []],
  ["x + (−y) = x − y", add(x, neg(y)), ["%1 = Sub(x, y)"]],
  ["x − (−y) = x + y", sub(x, neg(y)), ["%1 = Add(x, y)"]],
  ["−(x − y) = y − x", neg(sub(x, y)), ["%1 = Sub(y, x)"]],
  ["−x · −y = x·y", mul(neg(x), neg(y)), ["%1 = Mul(x, y)"]],
  [
    "Σ −x = −Σ x, over an axis that is kept",
    sum(neg(x), [1], true),
    ["%1 = Sum(x, axes: [1], keep: true)", "%2 = Neg(%1)"],
  ],
  ["−(2·x) = x·(−2)", neg(mul(2, x)), ["%1 = Mul(x, -2)"]],
  ["3·(−x) = x·(−3)", mul(3, neg(x)), ["%1 = Mul(x, -3)"]],
  ["2·(3·x) = x·6", mul(2, mul(3, x)), ["%1 = Mul(x, 6)"]],
  ["a reshape of a reshape is one", reshape(reshape(x, [6]), [3, 2]), ["%1 = Reshape(x, axes: [3 2])"]],
  ["a reshape to the same sizes is none", reshape(x, [m, k]), []],
  ["a reshape that takes a name off is kept", reshape(x, [2, k]), ["%1 = Reshape(x, axes: [2 3])"]],
  ["a stop of the gradient is none, once the gradient is taken", stopGradient(x), []],
  ["the numbers of one value with the gradient of another are the numbers alone", straightThrough(y, x), []],
  [
    "a transpose of a transpose is one",
    transpose(transpose(input("t", [2, 3, 4]), [2, 0, 1]), [2, 1, 0]),
    ["%1 = Transpose(t, order: [1 0 2])"],
  ],
  ["two transposes that undo each other are none", transpose(transpose(x)), []],
  ["a transposed operand is read transposed", matmul(transpose(x), y), ["%1 = MatMul(x, y, transposeA: true)"]],
  [
    "two transposed operands are read transposed",
    matmul(transpose(x), transpose(input("z", [4, 2]))),
    ["%1 = MatMul(x, z, transposeA: true, transposeB: true)"],
  ],
  [
    "a transposed operand that was read transposed is read plainly",
    matmul(x, transpose(input("z", [3, 4])), false, true),
    ["%1 = MatMul(x, z)"],
  ],
  ["a repeated row is broadcast by the sum", add(x, expand(row, [m, k])), ["%1 = Add(x, row)"]],
  ["a repeated scalar is broadcast by the product", mul(full([m, k], 2.5), x), ["%1 = Mul(2.5, x)"]],
  ["a repeated row is broadcast by the maximum", maximum(expand(row, [m, k]), x), ["%1 = Maximum(row, x)"]],
  [
    "a repeated row is broadcast by a comparison",
    where(greater(x, expand(row, [m, k])), x, y),
    ["%1 = Greater(x, row)", "%2 = Where(%1, x, y)"],
  ],
  [
    "a repeated branch is broadcast by the choice",
    where(equal(x, y), expand(row, [m, k]), y),
    ["%1 = Equal(x, y)", "%2 = Where(%1, row, y)"],
  ],
  [
    "a repetition moves past a scalar factor, then disappears",
    add(x, mul(expand(row, [m, k]), 2)),
    ["%1 = Mul(row, 2)", "%2 = Add(x, %1)"],
  ],
  [
    "a repetition that nothing else repeats is kept",
    mul(expand(row, [m, k]), 2),
    ["%1 = Mul(row, 2)", "%2 = Expand(%1, to: [2 3])"],
  ],
];

describe.each(rules)("%s", (_name, before, after) => {
  test("the rule leaves these ops and the same numbers", () => {
    const [v] = simplify.run(simplify.run([before])); // as compiling does: one rule may make room for another
    expect(steps(v)).toEqual(after);
    expectSameNumbers([v], [before]);
  });
});

test("a neutral element that gives the result its shape is kept", () => {
  const before = add(row, constant([0], [1, 1]));
  expect(steps(simplify.run([before])[0])).toEqual(["%1 = Add(row, 0)"]);
  expectSameNumbers(simplify.run([before]), [before]);
});

test("two repetitions of one operand each: the result keeps its shape", () => {
  const [a, b] = [input("a", [2, 1]), input("b", [1, 3])];
  const before = add(expand(a, [m, k]), expand(b, [m, k]));
  const after = simplify.run(simplify.run([before]));
  expect(steps(after[0])).toEqual(["%1 = Add(a, b)"]);
  expectSameNumbers(after, [before]);
});
