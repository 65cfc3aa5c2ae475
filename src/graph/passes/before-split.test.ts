import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { constant, input, variable } from "../leaves.ts";
import * as ops from "../ops/index.ts";
import { print } from "../print.ts";
import { reachable, type Value } from "../value.ts";
import { beforeSplit } from "./before-split.ts";

const { add, concat, greater, matmul, mul, split, sub, tanh, where } = ops;

const zero = (out: Float32Array): void => void out.fill(0);
const x = input("x", [6, 4]);
const parts = split(x, 0, 3);
const b = variable("b", [4], zero);

const opsOf = (values: readonly Value[]): string[] => reachable(values).flatMap((n) => (n.leaf ? [] : [n.op.name]));

/** Runs the pass, which must leave the numbers as they are. */
function run(...before: Value[]): string[] {
  const after = beforeSplit.run(before);
  expectSameNumbers(after, before);
  return opsOf(after);
}

test("the bias of every part is added before the split", () => {
  expect(print(beforeSplit.run(split(matmul(x, variable("W", [4, 4], zero)), 0, 2).map((part) => add(part, b))))).toBe(
    `x = Input  # f32(6, 4)
W = Variable  # f32(4, 4)
%1 = MatMul(x, W)  # f32(6, 4)
b = Variable  # f32(4)
%2 = Add(%1, b)  # f32(6, 4)
%3, %4 = Split(%2, axis: 0, sizes: [3 3])  # f32(3, 4), f32(3, 4)
out0: %3
out1: %4`,
  );
});

test("operands keep their sides, constants and repeated rows included", () => {
  const [three, row, column] = [constant([3], []), variable("row", [1, 4], zero), variable("column", [6, 1], zero)];
  expect(run(...parts.map((part) => sub(b, part)))).toEqual(["Sub", "Split"]);
  expect(run(...parts.map((part) => sub(part, three)))).toEqual(["Sub", "Split"]);
  expect(run(...parts.map((part) => mul(row, part)))).toEqual(["Mul", "Split"]);
  expect(run(...split(x, 1, [1, 3]).map((part) => mul(part, column)))).toEqual(["Mul", "Split"]);
});

test("functions without other operands are, too", () => {
  expect(run(concat(parts.map(tanh), 1))).toEqual(["Tanh", "Split", "Concat"]);
});

test("truth values stay truth values", () => {
  const none = constant([0], []);
  const choices = parts.map((part) => where(greater(part, none), 1, 2));
  expect(run(...choices)).toEqual(["Greater", "Split", "Where", "Where", "Where"]);
});

test("parts that are treated differently are left", () => {
  const c = variable("c", [4], zero);
  const [p, q, r] = parts;
  const each: Value[][] = [
    [add(p, b), add(q, b)],
    [add(p, b), add(q, b), r],
    [add(p, b), add(q, b), add(r, c)],
    [add(p, b), add(q, b), sub(r, b)],
    [sub(p, b), sub(q, b), sub(b, r)],
    [add(p, b), add(q, b), mul(add(r, b), r)],
  ];
  for (const values of each) expect(run(...values)).toEqual(opsOf(values));
});

test("parts that meet each other are left", () => {
  const [p, q] = split(x, 0, 2);
  expect(run(mul(p, q))).toEqual(["Split", "Mul"]);
});

test("an operand that differs along the split is left", () => {
  const column = constant([1, 2, 3], [3, 1]);
  expect(run(...split(x, 0, 2).map((part) => add(part, column)))).toEqual(["Split", "Add", "Add"]);
});

test("an operand that waits for a part, or may, is left", () => {
  const y = input("y", [4]);
  expect(run(...parts.map((part) => add(part, y)))).toEqual(["Split", "Add", "Add", "Add"]);
});

test("an operand that makes the part larger is left", () => {
  const rows = split(input("rows", [2, 4]), 0, 2);
  const tall = variable("tall", [5, 4], zero);
  expect(run(...rows.map((row) => add(row, tall)))).toEqual(["Split", "Add", "Add"]);
});
