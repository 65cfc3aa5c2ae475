import { describe, expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { axis } from "../../base/shape.ts";
import { gradient } from "../gradient.ts";
import { input, variable } from "../leaves.ts";
import * as ops from "../ops/index.ts";
import { print } from "../print.ts";
import { reachable, type Value } from "../value.ts";
import { share } from "./share.ts";
import { simplify } from "./simplify.ts";
import { sumProducts } from "./sum-products.ts";

const { add, conv, matmul, mul, reshape, split, sum, tanh, transpose } = ops;

const zero = (out: Float32Array): void => void out.fill(0);
const steps = [1, 2, 3];
const inputs = (name: string, dims: readonly number[]): Value[] => steps.map((t) => input(`${name}${t}`, dims));
const total = (terms: readonly Value[]): Value => terms.reduce((a, b) => add(a, b));
const count = (op: string, values: readonly Value[]): number =>
  reachable(values).filter((n) => n.op.name === op).length;

/** Runs the pass, which must leave the numbers as they are. */
function run(...before: Value[]): Value[] {
  const after = sumProducts.run(before);
  expectSameNumbers(after, before);
  return after;
}

const [a, b] = [inputs("a", [1, 3]), inputs("b", [1, 4])];
const gradients = steps.map((_, t) => matmul(a[t], b[t], true));

test("the gradients of a weight at three steps are one product", () => {
  expect(print(run(total(gradients)))).toMatchInlineSnapshot(`
    "a1 = Input  # f32(1, 3)
    a2 = Input  # f32(1, 3)
    a3 = Input  # f32(1, 3)
    %1 = Concat(a1, a2, a3, axis: 0)  # f32(3, 3)
    b1 = Input  # f32(1, 4)
    b2 = Input  # f32(1, 4)
    b3 = Input  # f32(1, 4)
    %2 = Concat(b1, b2, b3, axis: 0)  # f32(3, 4)
    %3 = MatMul(%1, %2, transposeA: true)  # f32(3, 4)
    out0: %3"
  `);
});

describe.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])("transposeA %s, transposeB %s", (ta, tb) => {
  test("matrices are joined along the axis that is summed over", () => {
    const [x, y] = [inputs("x", ta ? [1, 3] : [3, 1]), inputs("y", tb ? [4, 1] : [1, 4])];
    const after = run(total(steps.map((_, t) => matmul(x[t], y[t], ta, tb))));
    expect(count("MatMul", after)).toBe(1);
    expect(count("Add", after)).toBe(0);
  });

  test("so are the matrices of a batch", () => {
    const [x, y] = [inputs("x", ta ? [2, 1, 3] : [2, 3, 1]), inputs("y", tb ? [2, 4, 1] : [2, 1, 4])];
    expect(count("MatMul", run(total(steps.map((_, t) => matmul(x[t], y[t], ta, tb)))))).toBe(1);
  });
});

test("steps may have batches of different sizes", () => {
  const [x, y] = [[1, 2].map((n) => input(`x${n}`, [n, 6])), [1, 2].map((n) => input(`y${n}`, [n, 7]))];
  expect(count("MatMul", run(add(matmul(x[0], y[0], true), matmul(x[1], y[1], true))))).toBe(1);
});

test("other terms of the sum stay", () => {
  const other = input("other", [3, 4]);
  const after = run(add(add(gradients[0], other), add(gradients[1], mul(other, 2))));
  expect([count("MatMul", after), count("Add", after)]).toEqual([1, 2]);
});

test("a sum that is used elsewhere is one term of a longer one", () => {
  const part = add(gradients[0], gradients[1]);
  const after = run(add(part, gradients[2]), tanh(part));
  expect([count("MatMul", after), count("Add", after)]).toEqual([2, 1]);
});

test("a product that is used elsewhere is left alone", () => {
  const after = run(total(gradients), tanh(gradients[1]));
  const joined = reachable(after).filter((n) => n.op.name === "Concat");
  expect(joined.map((n) => n.inputs.length)).toEqual([2, 2]);
  expect(count("MatMul", after)).toBe(2);
});

test("a sum of one size that is broadcast into another is a term of it", () => {
  const row = input("row", [1, 4]);
  const after = run(add(total(gradients), add(row, row)));
  expect(count("MatMul", after)).toBe(1);
});

test("products of other layouts are joined among themselves", () => {
  const others = steps.map((_, t) => matmul(transpose(a[t]), b[t]));
  const after = run(total([gradients[0], others[0], gradients[1], others[1]]));
  expect(count("MatMul", after)).toBe(2);
});

test("long products are not copied to save adding short results", () => {
  const [x, y] = [inputs("x", [9, 3]), inputs("y", [9, 4])];
  expect(count("MatMul", run(total(steps.map((_, t) => matmul(x[t], y[t], true)))))).toBe(3);
});

test("products with a weight that others share are left to be hoisted", () => {
  const [W, U] = [variable("W", [1, 9], zero), variable("U", [1, 9], zero)];
  const [x, h] = [inputs("x", [9, 1]), inputs("h", [9, 1])];
  const once = add(matmul(x[0], W), matmul(h[0], U));
  expect(count("MatMul", run(once))).toBe(1);
  expect(count("MatMul", run(once, tanh(matmul(x[1], W))))).toBe(3);
});

test("the gradients of a kernel are joined along the batch", () => {
  const w = variable("w", [2, 1, 3], zero);
  const loss = total(inputs("x", [2, 1, 5]).map((x) => sum(tanh(conv(x, w, { pads: 1 })))));
  expect(print(run(...share.run(gradient(loss, [w]))))).toContain("ConvWeight");
  const after = run(...share.run(gradient(loss, [w])));
  expect([count("ConvWeight", after), count("Add", after)]).toEqual([1, 0]);
});

test("the gradients of a kernel from large images are left apart", () => {
  const w = variable("w", [2, 1, 3], zero);
  const loss = total(inputs("x", [64, 1, 8192]).map((x) => sum(tanh(conv(x, w, { pads: 1 })))));
  const before = share.run(gradient(loss, [w]));
  expect(count("ConvWeight", run(...before))).toBe(count("ConvWeight", before));
});

test("gradients of kernels with other settings are not joined", () => {
  const w = variable("w", [2, 1, 3], zero);
  const [x, y] = inputs("x", [2, 1, 5]);
  const loss = add(sum(tanh(conv(x, w, { pads: 1 }))), sum(tanh(conv(y, w))));
  expect(count("ConvWeight", run(...gradient(loss, [w])))).toBe(2);
});

test("the gradient of a bias uses what the weight's gradient joined, in its order", () => {
  const [W, bias] = [variable("W", [6, 4], zero), variable("bias", [4], zero)];
  const loss = total(inputs("x", [1, 6]).map((x) => sum(tanh(add(matmul(x, W), bias)))));
  const before = simplify.run(gradient(loss, [W, bias]));
  const after = share.run(run(...before));
  expect([count("MatMul", after), count("Sum", after), count("Add", after)]).toEqual([4, 1, 3]);
  expect(count("Concat", after)).toBe(2);
});

test("sums over the batch alone are not joined: nothing else needs the concatenation", () => {
  expect(count("Sum", run(total(a.map((x) => sum(tanh(x), [0])))))).toBe(3);
});

test("sums that keep axis 0 cannot be joined along it", () => {
  const after = run(total(gradients), total(b.map((x) => sum(x, [1]))));
  expect(count("Sum", after)).toBe(3);
});

test("the parts of a split are joined in their own order, whatever the order of the sum", () => {
  const x = split(input("x", [3, axis("in", 3)]), 0, 3);
  const after = run(total([2, 0, 1].map((t) => matmul(x[t], b[t], true))));
  expect(print(after)).toMatchInlineSnapshot(`
    "x = Input  # f32(3, in=3)
    %1, %2, %3 = Split(x, axis: 0, sizes: [1 1 1])  # f32(1, in=3), f32(1, in=3), f32(1, in=3)
    %4 = Concat(%1, %2, %3, axis: 0)  # f32(3, in=3)
    b1 = Input  # f32(1, 4)
    b2 = Input  # f32(1, 4)
    b3 = Input  # f32(1, 4)
    %5 = Concat(b1, b2, b3, axis: 0)  # f32(3, 4)
    %6 = MatMul(%4, %5, transposeA: true)  # f32(in=3, 4)
    out0: %6"
  `);
});

test("a second weight's gradient joins what the two share in the first one's order", () => {
  const c = inputs("c", [1, 5]);
  const first = total([0, 1, 2].map((t) => matmul(a[t], b[t], true)));
  const second = total([1, 2, 0].map((t) => matmul(c[t], b[t], true)));
  const after = share.run(run(first, second));
  expect(count("Concat", after)).toBe(3);
});

test("one operand may stand in several terms", () => {
  const after = run(add(matmul(a[0], b[0], true), matmul(a[0], b[1], true)));
  expect(count("MatMul", after)).toBe(1);
});

test("reshaped products are joined before they are reshaped", () => {
  const after = run(total(gradients.map((g) => reshape(g, [12]))));
  expect([count("MatMul", after), count("Reshape", after)]).toEqual([1, 1]);
});

test("sums of thousands of terms are taken apart without recursion", () => {
  const [x, y] = [input("x", [1, 2]), input("y", [1, 3])];
  const terms = Array.from({ length: 5000 }, (_, t) => matmul(mul(x, t / 5000), y, true));
  expect(count("MatMul", sumProducts.run([total(terms)]))).toBe(1);
});
