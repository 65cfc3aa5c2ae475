import { expect, test } from "vitest";
import { axis } from "../base/shape.ts";
import { constant, input, noise, variable } from "./leaves.ts";
import { add, concat, matmul, mean, mul, reshape, split, sum, tanh } from "./ops/index.ts";
import { print } from "./print.ts";

const zero = (out: Float32Array): void => void out.fill(0);

test("a layer prints as one line per leaf and op, with types, and the names of what was asked for", () => {
  const x = input("x", [axis("batch", 2), axis("in", 3)]);
  const W = variable("W", [axis("in", 3), axis("out", 4)], zero);
  const y = tanh(add(matmul(x, W), variable("b", [axis("out", 4)], zero)));
  expect(print({ y, loss: mean(y) })).toMatchInlineSnapshot(`
    "x = Input  # f32(batch=2, in=3)
    W = Variable  # f32(in=3, out=4)
    %1 = MatMul(x, W)  # f32(batch=2, out=4)
    b = Variable  # f32(out=4)
    %2 = Add(%1, b)  # f32(batch=2, out=4)
    %3 = Tanh(%2)  # f32(batch=2, out=4)
    %4 = Sum(%3, axes: [0 1])  # f32()
    %5 = Mul(%4, 0.125)  # f32()
    y: %3
    loss: %5"
  `);
});

test("settings that are set are printed, several outputs share a line, and constants are numbered", () => {
  const table = constant([1, 2, 3, 4], [2, 2]);
  const [a, b] = split(add(noise("e", "normal", [2, 2]), table), 1, [1, 1]);
  const y = sum(reshape(concat([a, mul(b, 2.5)], 0), [axis("row", 2), 2]), ["row"], true);
  expect(print([y])).toMatchInlineSnapshot(`
    "e = Noise  # f32(2, 2)
    %2 = Add(e, const1)  # f32(2, 2)
    %3, %4 = Split(%2, axis: 1, sizes: [1 1])  # f32(2, 1), f32(2, 1)
    %5 = Mul(%4, 2.5)  # f32(2, 1)
    %6 = Concat(%3, %5, axis: 0)  # f32(4, 1)
    %7 = Reshape(%6, axes: [2 2])  # f32(row=2, 2)
    %8 = Sum(%7, axes: [0], keep: true)  # f32(row=1, 2)
    out0: %8"
  `);
});

test("a value used twice is printed once", () => {
  const x = input("x", []);
  const y = mul(x, x);
  expect(print([add(y, y)])).toMatchInlineSnapshot(`
    "x = Input  # f32()
    %1 = Mul(x, x)  # f32()
    %2 = Add(%1, %1)  # f32()
    out0: %2"
  `);
});
