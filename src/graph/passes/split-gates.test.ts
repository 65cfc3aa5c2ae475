import { describe, expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { gradient } from "../gradient.ts";
import { input, variable } from "../leaves.ts";
import * as ops from "../ops/index.ts";
import { print } from "../print.ts";
import { reachable, type Value } from "../value.ts";
import { splitGates } from "./split-gates.ts";

const { add, matmul, mul, sigmoid, split, square, sum, tanh } = ops;

const zero = (out: Float32Array): void => void out.fill(0);
const STEPS = 5;
const [W, U, b] = [variable("W", [16, 64], zero), variable("U", [16, 64], zero), variable("b", [64], zero)];
const x = input("x", [STEPS * 2, 16]);

interface Variant {
  readonly u?: Value;
  /** What else is done with the input's part of a step. */
  readonly also?: (fromX: Value, t: number) => Value | undefined;
}

/** A gated recurrence whose inputs' products were joined. */
function net({ u = U, also }: Variant = {}): Value[] {
  let h: Value = input("h", [2, 16]);
  const more: Value[] = [];
  for (const [t, fromX] of split(add(matmul(x, W), b), 0, STEPS).entries()) {
    const gates = split(add(fromX, matmul(h, u, false, u !== U)), 1, [48, 16]);
    h = mul(split(sigmoid(gates[0]), 1, 3)[1], tanh(gates[1]));
    const other = also?.(fromX, t);
    if (other) more.push(other);
  }
  return [h, ...more];
}

const count = (values: readonly Value[], op: string): number =>
  reachable(values).filter((n) => n.op.name === op).length;

/** Runs the pass, which must leave the numbers as they are. */
function run(...before: Value[]): Value[] {
  const after = splitGates.run(before);
  expectSameNumbers(after, before);
  return after;
}

test("each gate is a product of its own, and so are those of the inputs", () => {
  const before = net();
  const after = run(...before);
  expect(count(before, "MatMul")).toBe(1 + STEPS);
  expect(count(after, "MatMul")).toBe(2 * (1 + STEPS));
  // three weights and biases are cut, the inputs' two products, and the gates that share a sigmoid
  expect(count(after, "Split")).toBe(3 + 2 + STEPS);
  expect(print(after).split("\n").slice(1, 10)).toEqual([
    "W = Variable  # f32(16, 64)",
    "%1, %2 = Split(W, axis: 1, sizes: [48 16])  # f32(16, 48), f32(16, 16)",
    "%3 = MatMul(x, %1)  # f32(10, 48)",
    "b = Variable  # f32(64)",
    "%4, %5 = Split(b, axis: 0, sizes: [48 16])  # f32(48), f32(16)",
    "%6 = Add(%3, %4)  # f32(10, 48)",
    "%7, %8, %9, %10, %11 = Split(%6, axis: 0, sizes: [2 2 2 2 2])  # f32(2, 48), f32(2, 48), f32(2, 48), f32(2, 48), f32(2, 48)",
    "h = Input  # f32(2, 16)",
    "U = Variable  # f32(16, 64)",
  ]);
});

test("so are those of a transposed weight", () => {
  const after = run(...net({ u: variable("V", [64, 16], zero) }));
  expect(count(after, "MatMul")).toBe(2 * (1 + STEPS));
});

test("gradients have the same numbers", () => {
  const [h] = net();
  run(...gradient(sum(square(h)), [W, U, b]));
});

describe("left whole", () => {
  const whole: readonly (readonly [string, Variant])[] = [
    ["what all of a step is needed for as well", { also: (fromX) => tanh(fromX) }],
    ["what all of a single step is needed for", { also: (fromX, t) => (t === 3 ? tanh(fromX) : undefined) }],
  ];
  test.each(whole)("%s", (_name, variant) => {
    const before = net(variant);
    expect(count(run(...before), "MatMul")).toBe(count(before, "MatMul"));
  });

  test("steps that are cut in different places", () => {
    const pieces = split(add(matmul(x, W), b), 0, STEPS);
    const h = input("h", [2, 16]);
    const products = pieces.map((piece, t) => split(add(piece, matmul(h, U)), 1, t === 0 ? [32, 32] : [48, 16])[0]);
    expect(count(run(...products), "MatMul")).toBe(1 + STEPS);
  });

  test("gates that fill no block", () => {
    const h = input("h", [2, 16]);
    const products = split(matmul(x, W), 0, STEPS).map((piece) => split(add(piece, matmul(h, U)), 1, [56, 8])[1]);
    expect(count(run(...products), "MatMul")).toBe(1 + STEPS);
  });

  test("a product outside of a recurrence", () => {
    const before = [tanh(split(matmul(input("one", [2, 16]), W), 1, 4)[2])];
    expect(run(...before)).toEqual(before);
  });
});
