import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { shape } from "../../base/shape.ts";
import { gradient } from "../gradient.ts";
import { constant, input } from "../leaves.ts";
import * as ops from "../ops/index.ts";
import { print } from "../print.ts";
import { reachable, type Value } from "../value.ts";
import { zeros } from "./zeros.ts";

const {
  add,
  addAll,
  concat,
  conv,
  div,
  full,
  matmul,
  mul,
  neg,
  pad,
  relu,
  reshape,
  sigmoid,
  slice,
  split,
  square,
  sub,
  sum,
  tanh,
} = ops;

const x = input("x", [2, 3]);
const none = full(x.shape, 0);
const opsOf = (values: readonly Value[]): string[] => reachable(values).flatMap((n) => (n.leaf ? [] : [n.op.name]));

test("a recurrence from a state of zeros begins with its second step", () => {
  const [U, W] = [input("U", [3, 3]), input("W", [3, 3])];
  const step = (h: Value): Value => tanh(add(matmul(x, W), matmul(h, U)));
  const before = step(none);
  expect(print(zeros.run([before]))).toMatchInlineSnapshot(`
    "x = Input  # f32(2, 3)
    W = Input  # f32(3, 3)
    %1 = MatMul(x, W)  # f32(2, 3)
    %2 = Tanh(%1)  # f32(2, 3)
    out0: %2"
  `);
  const twice = step(before);
  const gradients = gradient(sum(square(twice)), [U, W]);
  const after = zeros.run([twice, ...gradients]);
  expectSameNumbers(after, [twice, ...gradients]);
  const products = (values: readonly Value[]): number => opsOf(values).filter((n) => n === "MatMul").length;
  expect(products([twice, ...gradients]) - products(after)).toBe(1); // forward; the gradient of U joins the other steps
});

const gone: readonly (readonly [string, Value])[] = [
  ["a product", mul(x, none)],
  ["a product, zeros first", mul(none, x)],
  ["a product with a row of zeros", mul(x, constant([0, 0, 0], [3]))],
  ["a product of matrices", matmul(x, constant(new Float64Array(6), [3, 2]))],
  ["a convolution", conv(full(shape(1, 1, 4, 4), 0), input("w", [2, 1, 3, 3]))],
  ["zeros joined", concat([none, none], 0)],
  ["a piece of zeros", split(none, 0, 2)[1]],
  ["a slice of zeros", slice(none, 0, 1)],
  [
    "padded zeros",
    pad(none, [
      [1, 0],
      [0, 0],
    ]),
  ],
  ["a sum of zeros", sum(none, [0])],
  ["what keeps zeros", relu(tanh(neg(reshape(none, [6]))))],
];
test.each(gone)("%s is zeros", (_name, before) => {
  const after = zeros.run([before]);
  expect(opsOf(after).filter((n) => n !== "Expand")).toEqual([]);
  expectSameNumbers(after, [before]);
});

const kept: readonly (readonly [string, Value])[] = [
  ["a sum", add(x, none)],
  ["a sum, zeros first", add(none, x)],
  ["a difference", sub(x, none)],
];
test.each(kept)("%s is the other operand", (_name, before) => expect(zeros.run([before])).toEqual([x]));

const computed: readonly (readonly [string, Value])[] = [
  ["zeros minus something", sub(none, x)],
  ["a function that is not 0 at 0", sigmoid(none)],
  ["a row plus zeros that repeat it", add(input("row", [3]), none)],
  ["numbers that are zeros but for one", mul(x, constant([0, 0, 1e-30], [3]))],
  ["zeros divided", div(none, x)],
];
test.each(computed)("%s is computed", (_name, before) => {
  expect(zeros.run([before])).toEqual([before]);
});

test("a long chain of sums with zeros is one value", () => {
  expect(zeros.run([addAll([x, ...new Array<Value>(50).fill(none)])])).toEqual([x]);
});
