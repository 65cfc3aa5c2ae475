import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { input, variable } from "../leaves.ts";
import * as ops from "../ops/index.ts";
import { print } from "../print.ts";
import { reachable, type Value } from "../value.ts";
import { hoist } from "./hoist.ts";

const { add, concat, conv, convTranspose, matmul, mul, split, tanh, transpose } = ops;

const zero = (out: Float32Array): void => void out.fill(0);
const [W, U] = ["W", "U"].map((name) => variable(name, [8, 8], zero));
const inputs = (name: string, count: number, dims: readonly number[]): Value[] =>
  Array.from({ length: count }, (_, t) => input(`${name}${t}`, dims));
const count = (op: string, values: readonly Value[]): number =>
  reachable(values).filter((n) => n.op.name === op).length;

/** Runs the pass, which must leave the numbers as they are. */
function run(...before: Value[]): Value[] {
  const after = hoist.run(before);
  expectSameNumbers(after, before);
  return after;
}

const xs = inputs("x", 3, [1, 8]);

/** h′ = tanh(x·W + h·U) from step to step. */
function rnn(steps: readonly Value[], w = W, u = U): Value[] {
  const out: Value[] = [];
  let h = input("start", [1, 8]);
  for (const x of steps) out.push((h = tanh(add(matmul(x, w), matmul(h, u)))));
  return out;
}

test("the inputs' products leave the loop; those of the state stay", () => {
  expect(print(run(rnn(xs)[2]))).toMatchInlineSnapshot(`
    "x2 = Input  # f32(1, 8)
    x1 = Input  # f32(1, 8)
    x0 = Input  # f32(1, 8)
    %1 = Concat(x2, x1, x0, axis: 0)  # f32(3, 8)
    W = Variable  # f32(8, 8)
    %2 = MatMul(%1, W)  # f32(3, 8)
    %3, %4, %5 = Split(%2, axis: 0, sizes: [1 1 1])  # f32(1, 8), f32(1, 8), f32(1, 8)
    start = Input  # f32(1, 8)
    U = Variable  # f32(8, 8)
    %6 = MatMul(start, U)  # f32(1, 8)
    %7 = Add(%5, %6)  # f32(1, 8)
    %8 = Tanh(%7)  # f32(1, 8)
    %9 = MatMul(%8, U)  # f32(1, 8)
    %10 = Add(%4, %9)  # f32(1, 8)
    %11 = Tanh(%10)  # f32(1, 8)
    %12 = MatMul(%11, U)  # f32(1, 8)
    %13 = Add(%3, %12)  # f32(1, 8)
    %14 = Tanh(%13)  # f32(1, 8)
    out0: %14"
  `);
});

test("layer upon layer: each layer's input products are one, whatever lies below", () => {
  const [V, O] = ["V", "O"].map((name) => variable(name, [8, 8], zero));
  const second = inputs("y", 3, [1, 8]);
  const after = run(
    ...rnn(
      rnn(xs).map((h, t) => add(h, second[t])),
      V,
      O,
    ),
  );
  expect(count("MatMul", after)).toBe(1 + 3 + 1 + 3);
});

test("where every input depends on the state before, nothing can leave", () => {
  let h = input("start", [1, 8]);
  for (let t = 0; t < 4; t++) h = tanh(matmul(tanh(matmul(h, W)), U));
  expect(count("MatMul", run(h))).toBe(8);
});

test("levels: of products two deep, the first and the second of each chain are joined", () => {
  const chain = (x: Value): Value => matmul(tanh(matmul(x, W)), W);
  expect(count("MatMul", run(...xs.map(chain)))).toBe(2);
  const uneven = run(chain(xs[0]), chain(tanh(chain(xs[1]))));
  expect(count("MatMul", uneven)).toBe(4);
});

test("two weights crosswise: joining the first one's products keeps those of the second apart", () => {
  // a₀ needs b₀, and b₁ needs a₁: a₀ and a₁ together come after b₀ and before b₁.
  const [x, y] = xs;
  const [b0, a1] = [matmul(x, U), matmul(y, W)];
  const [a0, b1] = [matmul(tanh(b0), W), matmul(tanh(a1), U)];
  const after = run(a0, b1);
  expect(count("MatMul", after)).toBe(3);
});

test("both operands must be read the same way", () => {
  const after = run(
    matmul(xs[0], W),
    matmul(xs[1], W, false, true),
    matmul(xs[2], W),
    matmul(mul(xs[0], 2), W, false, true),
  );
  expect(count("MatMul", after)).toBe(2);
});

test("a transposed left operand, whose rows are columns, is left alone", () => {
  const after = run(...xs.map((x) => matmul(transpose(x), W, true)));
  expect(count("MatMul", after)).toBe(3);
});

test("operands of other sizes are joined among themselves, so that a batch of any size can be cut into equal parts", () => {
  const two = inputs("two", 2, [2, 8]);
  expect(count("MatMul", run(...[...xs, ...two].map((x) => matmul(x, W))))).toBe(2);
});

test("the parts of a split are joined in their order, other values as they are joined elsewhere", () => {
  const parts = split(input("x", [3, 8]), 0, 3);
  const after = run(...[2, 0, 1].map((t) => matmul(parts[t], W)));
  expect(
    reachable(after)
      .find((n) => n.op.name === "Concat")
      ?.inputs.map((v) => v.slot),
  ).toEqual([0, 1, 2]);
  const [x, y, z] = xs;
  const joined = run(concat([z, x, y], 0), ...xs.map((v) => matmul(v, W)));
  const orders = reachable(joined)
    .filter((n) => n.op.name === "Concat")
    .map((n) => n.inputs);
  expect(orders).toEqual([
    [z, x, y],
    [z, x, y],
  ]);
});

test("convolutions of small images with one kernel are one, along the batch", () => {
  const images = inputs("image", 4, [2, 1, 5]);
  const w = variable("w", [3, 1, 3], zero);
  expect(count("Conv", run(...images.map((x) => conv(x, w, { pads: 1 }))))).toBe(1);
  expect(count("Conv", run(...images.map((x, t) => conv(x, w, { pads: t % 2 }))))).toBe(4);
  const back = inputs("back", 4, [2, 3, 5]);
  expect(count("ConvTranspose", run(...back.map((x) => convTranspose(x, w))))).toBe(1);
});

const worth: readonly (readonly [string, number, number, number])[] = [
  ["few rows of a large weight: joined", 2, 4, 1],
  ["two products of many rows: not joined", 2, 5, 2],
  ["many small products: joined", 4, 5, 1],
  ["many large products: not joined", 4, 65, 4],
];

test.each(worth)("%s", (_name, products, rows, left) => {
  const w = variable("w", [16, 16], zero);
  const after = run(...inputs("x", products, [rows, 16]).map((x) => matmul(x, w)));
  expect(count("MatMul", after)).toBe(left);
});

test("a thousand steps are hoisted without recursion", () => {
  const after = hoist.run(rnn(inputs("x", 1000, [1, 8])).slice(-1));
  expect(count("MatMul", after)).toBe(1001);
});
