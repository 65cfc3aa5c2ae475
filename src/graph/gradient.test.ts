import { describe, expect, test } from "vitest";
import { HelmholtzError } from "../base/errors.ts";
import { axis } from "../base/shape.ts";
import { dense } from "../nn/dense.ts";
import { compile } from "./compile.ts";
import { gradient } from "./gradient.ts";
import { interpret } from "./interpret.ts";
import { input } from "./leaves.ts";
import {
  abs,
  equal,
  indicator,
  max,
  maximum,
  minimum,
  mul,
  relu,
  square,
  stopGradient,
  sub,
  sum,
} from "./ops/index.ts";
import { allPasses } from "./passes/index.ts";
import { print } from "./print.ts";
import type { Value } from "./value.ts";

const numbers = (values: readonly Value[], given: Record<string, number[]>): number[][] =>
  interpret(values, given).map((t) => [...t.data]);

test("the gradient of a dense layer's squared error is two matrix products' worth: xᵀ·dy and the column sums of dy", () => {
  const [batch, from, to] = [axis("batch", 5), axis("in", 3), axis("out", 2)];
  const layer = dense("layer", { from, to });
  const error = sub(layer(input("x", [batch, from])), input("target", [batch, to]));
  const [weight, bias] = gradient(sum(square(error)), layer.variables);
  const portable = allPasses.filter((pass) => !pass.target);
  const [dW, db] = portable.reduce<Value[]>((values, pass) => pass.run(values), [weight, bias]);
  expect(print({ dW, db })).toMatchInlineSnapshot(`
    "x = Input  # f32(batch=5, in=3)
    layer/weight = Variable  # f32(in=3, out=2)
    %1 = MatMul(x, layer/weight)  # f32(batch=5, out=2)
    layer/bias = Variable  # f32(out=2)
    %2 = Add(%1, layer/bias)  # f32(batch=5, out=2)
    target = Input  # f32(batch=5, out=2)
    %3 = Sub(%2, target)  # f32(batch=5, out=2)
    %4 = Add(%3, %3)  # f32(batch=5, out=2)
    %5 = MatMul(x, %4, transposeA: true)  # f32(in=3, out=2)
    %6 = Sum(%4, axes: [0])  # f32(out=2)
    dW: %5
    db: %6"
  `);
});

test("gradients along several ways add up: d(x² + 3x·x)/dx = 8x", () => {
  const x = input("x", []);
  const y = sub(square(x), mul(mul(-3, x), x));
  expect(numbers(gradient(y, [x]), { x: [1.5] })).toEqual([[12]]);
});

test("the fourth derivative of x⁴ is 24", () => {
  const x = input("x", []);
  let y = square(square(x));
  for (let k = 0; k < 4; k++) [y] = gradient(y, [x]);
  expect(numbers([y], { x: [0.7] })[0][0]).toBeCloseTo(24, 12);
});

test("the gradient with respect to an intermediate value stops there", () => {
  const x = input("x", [2]);
  const h = square(x);
  expect(numbers(gradient(sum(mul(h, h)), [h]), { x: [1, 2] })).toEqual([[2, 8]]);
});

test("what the scalar does not depend on has a gradient of zeros, of its shape", () => {
  const [x, other, lone] = [input("x", [2]), input("other", [2, 2]), input("lone", [])];
  const found = gradient(sum(x), [other, lone]);
  expect(numbers(found, {})).toEqual([[0, 0, 0, 0], [0]]);
});

test("no gradient flows through stopGradient: d(x·stop(x))/dx = x", () => {
  const x = input("x", []);
  expect(numbers(gradient(mul(x, stopGradient(x)), [x]), { x: [3] })).toEqual([[3]]);
});

describe("at a kink", () => {
  const [a, b] = [input("a", [3]), input("b", [3])];
  const given = { a: [1, 2, 2], b: [2, 2, 1] };

  test.each([
    ["maximum", maximum, [0, 0.5, 1], [1, 0.5, 0]],
    ["minimum", minimum, [1, 0.5, 0], [0, 0.5, 1]],
  ] as const)("%s gives each of two equal operands half", (_name, f, da, db) => {
    expect(numbers(gradient(sum(f(a, b)), [a, b]), given)).toEqual([da, db]);
  });

  test("max shares among the largest in equal parts", () => {
    expect(numbers(gradient(max(a), [a]), given)).toEqual([[0, 0.5, 0.5]]);
  });

  test.each([
    ["|x|", abs],
    ["relu", relu],
  ] as const)("the gradient of %s at 0 is 0", (_name, f) => {
    expect(numbers(gradient(sum(f(a)), [a]), { a: [0, 0, 0] })).toEqual([[0, 0, 0]]);
  });
});

test("a value with axes has no gradient, and the error says what was given", () => {
  const x = input("x", [axis("batch", 2)]);
  expect(() => gradient(x, [x])).toThrow(HelmholtzError);
  expect(() => gradient(x, [x])).toThrow(/expected a scalar to differentiate, got f32\(batch=2\); sum or average/);
});

test("a truth value has no gradient", () => {
  const x = input("x", []);
  expect(() => gradient(equal(x, 1), [x])).toThrow(HelmholtzError);
  expect(numbers(gradient(indicator(equal(x, 1)), [x]), {})).toEqual([[0]]);
});

test("nodes of the gradient carry the path of the layer that they belong to", () => {
  const [batch, from, to] = [axis("batch", 5), axis("in", 3), axis("out", 2)];
  const layer = dense("layer", { from, to });
  const loss = sum(square(layer(input("x", [batch, from]))));
  const { model } = compile({ name: "g", outputs: { dW: gradient(loss, layer.variables)[0] } });
  expect(model.graph.nodes.map((n) => n.name)).toMatchInlineSnapshot(`
    [
      "layer/MatMul",
      "layer/Add",
      "Add",
      "gradient/layer/Gemm",
    ]
  `);
});
