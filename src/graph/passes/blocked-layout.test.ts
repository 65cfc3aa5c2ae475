import { describe, expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { gradient } from "../gradient.ts";
import { input } from "../leaves.ts";
import * as ops from "../ops/index.ts";
import { print } from "../print.ts";
import { reachable, type Value } from "../value.ts";
import { blockedLayout, blockedLayoutUpTo } from "./blocked-layout.ts";
import { fuseBlocked } from "./fuse-blocked.ts";
import { share } from "./share.ts";
import { simplify } from "./simplify.ts";
import { sumProducts } from "./sum-products.ts";

const {
  add,
  concat,
  conv,
  convTranspose,
  div,
  greater,
  matmul,
  mul,
  neg,
  relu,
  reshape,
  sigmoid,
  split,
  square,
  sub,
  sum,
  tanh,
  where,
} = ops;

const x = input("x", [8, 16, 4, 4]);
const w = input("w", [16, 16, 3, 3]);
const v = input("v", [32, 16, 3, 3]);
const row = input("row", [16, 1, 1]);
const same = { pads: 1 };
const h = conv(x, w, same);
const perImage = input("gate", [8, 16, 1, 1]);

/** Op names of the graph, leaves left out, in order. */
const opsOf = (values: readonly Value[]): string[] => reachable(values).flatMap((n) => (n.leaf ? [] : [n.op.name]));
const blocked = (...values: Value[]): Value[] => share.run(simplify.run(blockedLayout.run(values)));
const fused = (...values: Value[]): Value[] => share.run(fuseBlocked.run(blocked(...values)));

test("a convolution is done in blocks, between a move there and one back", () => {
  expect(print(blocked(h))).toMatchInlineSnapshot(`
    "x = Input  # f32(8, 16, 4, 4)
    %1 = ToBlocked(x, rows: 0)  # f32(8, 1, 4, 4, 16)
    w = Input  # f32(16, 16, 3, 3)
    %2 = BlockedConv(%1, w, strides: [1 1], pads: [1 1 1 1], dilations: [1 1], groups: 1, activation: , slope: 0, kernel: )  # f32(8, 1, 4, 4, 16)
    %3 = FromBlocked(%2, to: [8 16 4 4])  # f32(8, 16, 4, 4)
    out0: %3"
  `);
});

describe("what comes between two convolutions stays in blocks: a single move each way around", () => {
  const between: readonly (readonly [string, (h: Value) => Value, readonly string[]])[] = [
    ["nothing", (a) => a, []],
    ["a function", (a) => tanh(a), ["Tanh"]],
    ["a product with itself", (a) => mul(a, sigmoid(a)), ["Sigmoid", "Mul"]],
    ["a scalar", (a) => mul(a, 2), ["Mul"]],
    ["a factor per channel", (a) => mul(a, row), ["Reshape", "BlockedAffine"]],
    ["a factor per channel, first", (a) => mul(row, a), ["Reshape", "BlockedAffine"]],
    ["a summand per channel", (a) => add(a, row), ["Reshape", "BlockedAffine"]],
    ["a difference from a number per channel", (a) => sub(row, a), ["Reshape", "BlockedAffine"]],
    ["a number per channel taken away", (a) => sub(a, row), ["Neg", "Reshape", "BlockedAffine"]],
    ["a divisor per channel", (a) => div(a, row), ["Div", "Reshape", "BlockedAffine"]],
    ["a number per image", (a) => sub(a, input("each", [8, 1, 1, 1])), ["Reshape", "Sub"]],
    ["a number per pixel", (a) => mul(a, input("mask", [4, 4])), ["Reshape", "Mul"]],
    ["a factor per image and channel", (a) => mul(a, perImage), ["Reshape", "BlockedAffine"]],
    ["a difference from a number per image and channel", (a) => sub(perImage, a), ["Reshape", "BlockedAffine"]],
    ["a choice", (a) => where(greater(a, 0), a, mul(a, 0.2)), ["Greater", "Mul", "Where"]],
    ["halves along the batch, joined again", (a) => concat([...split(a, 0, 2)].reverse(), 0), ["Split", "Concat"]],
  ];
  test.each(between)("%s", (_name, f, expected) => {
    const before = conv(f(h), w, same);
    const after = blocked(before);
    expect(opsOf(after).sort()).toEqual(["ToBlocked", "BlockedConv", ...expected, "BlockedConv", "FromBlocked"].sort());
    expectSameNumbers(after, [before]);
  });

  test("channels cut into gates and joined again", () => {
    const before = conv(concat([...split(conv(x, v, same), 1, 2)].reverse(), 1), input("u", [16, 32, 3, 3]), same);
    const after = blocked(before);
    expect(opsOf(after)).toEqual(["ToBlocked", "BlockedConv", "Split", "Concat", "BlockedConv", "FromBlocked"]);
    expectSameNumbers(after, [before]);
  });
});

describe("sums over pixels are taken in blocks", () => {
  test.each([[[2, 3]], [[0, 2, 3]], [[1, 2, 3]], [[0, 1, 2, 3]]])("over axes %j", (axes) => {
    for (const keep of [false, true]) {
      const before = sum(h, axes, keep);
      const after = blocked(before);
      expect(opsOf(after)).not.toContain("FromBlocked");
      expectSameNumbers(after, [before]);
    }
  });
  test("but not over one of the pixels' axes", () => {
    const before = sum(h, [3]);
    expect(opsOf(blocked(before))).toEqual(["ToBlocked", "BlockedConv", "FromBlocked", "Sum"]);
    expectSameNumbers(blocked(before), [before]);
  });
});

describe("stays plain", () => {
  const plain: readonly (readonly [string, Value])[] = [
    ["a convolution to channels that fill no block", conv(x, input("few", [8, 16, 3, 3]), same)],
    ["a convolution from them", conv(input("odd", [1, 24, 3, 3]), input("wide", [16, 24, 1, 1]))],
    ["a convolution in groups", conv(x, input("grouped", [16, 8, 3, 3]), { pads: 1, groups: 2 })],
    ["a transposed one that skips pixels", convTranspose(x, input("t", [16, 16, 2, 2]), { strides: 3 })],
  ];
  test.each(plain)("%s", (_name, before) => {
    expect(opsOf(blocked(before)).filter((n) => n.includes("Blocked"))).toEqual([]);
  });
  test("what is no image: a flattened one meets a matrix", () => {
    const before = matmul(reshape(h, [8, 256]), input("readout", [256, 3]));
    expect(opsOf(blocked(before))).toEqual(["ToBlocked", "BlockedConv", "FromBlocked", "Reshape", "MatMul"]);
    expectSameNumbers(blocked(before), [before]);
  });
});

describe("gradients", () => {
  const nets: readonly (readonly [string, Value, Value[]])[] = [
    ["two layers", conv(relu(add(h, row)), v, same), [x, w, v, row]],
    [
      "stride 2, down and up",
      convTranspose(
        relu(conv(x, input("down", [16, 16, 4, 4]), { strides: 2, pads: 1 })),
        input("up", [16, 16, 4, 4]),
        { strides: 2, pads: 1 },
      ),
      [x],
    ],
    ["an image of one channel", conv(input("gray", [4, 1, 8, 8]), input("first", [16, 1, 3, 3]), same), []],
    ["a row", conv(input("notes", [2, 16, 8]), input("taps", [16, 16, 3]), same), []],
    [
      "a transposed row",
      convTranspose(input("notes", [4, 16, 4]), input("taps", [16, 32, 4]), { strides: 2, pads: 1 }),
      [],
    ],
  ];
  test.each(nets)("of %s have the same numbers, all in blocks", (name, y, wrt) => {
    const leaves = wrt.length > 0 ? wrt : reachable([y]).flatMap((n) => (n.leaf ? n.outputs : []));
    const before = gradient(sum(mul(y, tanh(y))), leaves);
    const after = blocked(...before);
    // only the gradient of an image of a single channel has none to fill a block with
    const plain = name === "an image of one channel" ? ["ConvTranspose"] : [];
    expect(opsOf(after).filter((n) => /^Conv/.test(n))).toEqual(plain);
    expectSameNumbers(after, before);
    expectSameNumbers(fused(...before), before);
  });
});

test("the gradient of a kernel is taken piece by piece where its copies would fill the memory", () => {
  const wide = input("wide", [16, 16, 8, 8]);
  const down = input("down", [16, 16, 4, 4]);
  const [of] = gradient(sum(square(conv(wide, down, { strides: 2, pads: 1 }))), [down]);
  const counts = [1 << 23, 20_000].map((atOnce) => {
    const after = blockedLayoutUpTo(atOnce).run([of]);
    expectSameNumbers(after, [of]);
    return opsOf(after).filter((n) => n === "BlockedConvWeight").length;
  });
  expect(counts).toEqual([1, 2]);
});

describe("a recurrence of few rows", () => {
  const [W, U, b] = [input("W", [32, 64]), input("U", [32, 64]), input("b", [64])];
  const STEPS = 6;
  /** Sums of gates side by side, a state that is joined and cut, and a loss of the outputs of all steps. */
  const net = (rows: number): Value[] => {
    const hoisted = split(add(matmul(input("x", [STEPS * rows, 32]), W), b), 0, STEPS);
    let h: Value = input("h0", [rows, 32]);
    const outputs: Value[] = [];
    for (const fromX of hoisted) {
      const [gate, next] = split(add(fromX, matmul(h, U)), 1, 2);
      h = add(mul(sigmoid(gate), h), mul(tanh(next), input(`each${outputs.length}`, [rows, 1])));
      outputs.push(h);
    }
    const loss = sum(square(matmul(concat(outputs, 0), input("V", [32, 3]))));
    return [loss, ...gradient(loss, [W, U, b])];
  };

  test("stays in blocks from its first product to its last, and so does its gradient", () => {
    const before = net(5);
    const after = fused(...before);
    expectSameNumbers(after, before);
    const products = opsOf(after).filter((n) => n === "BlockedConv").length;
    expect(products).toBe(1 + STEPS + STEPS - 1);
    // the inputs, the first state and the outputs' gradient come in; outputs, states and gates' gradients go out
    expect(opsOf(after).filter((n) => n === "ToBlocked").length).toBeLessThanOrEqual(STEPS + 3);
    expect(opsOf(after).filter((n) => n === "FromBlocked").length).toBeLessThanOrEqual(3 * STEPS);
  });

  test("of whole blocks of rows has the gradients of its weights and biases in blocks, too", () => {
    const before = net(16);
    const after = fused(...sumProducts.run(before));
    expectSameNumbers(after, before);
    const names = opsOf(after);
    expect(names.filter((n) => n === "BlockedConv")).toHaveLength(1 + STEPS + STEPS - 1 + 2);
    expect(names.filter((n) => n === "MatMul")).toHaveLength(2); // those of the read-out, of three columns
    expect(names.filter((n) => n === "Concat" || n === "Transpose").length).toBeLessThanOrEqual(STEPS + 5);
    // what leaves the blocks: the outputs, the states that the weights' gradients meet, and these gradients
    expect(names.filter((n) => n === "FromBlocked").length).toBeLessThanOrEqual(4 + STEPS);
  });

  test("of many rows is left to products of matrices", () => {
    const before = net(65);
    expect(opsOf(blocked(...before)).filter((n) => /Blocked/.test(n))).toEqual([]);
  });

  test("with a weight that few products share is left to products of matrices", () => {
    const before = tanh(matmul(tanh(matmul(input("few", [4, 32]), input("A", [32, 32]))), input("B", [32, 32])));
    expect(blocked(before)).toEqual([before]);
  });
});

describe("fusing", () => {
  const y = input("y", [8, 16, 4, 4]);
  const pairs: readonly (readonly [string, Value, string])[] = [
    ["a bias", add(h, row), "BlockedConv"],
    ["a bias and a function", relu(add(h, row)), "BlockedConv"],
    [
      "a sum of two convolutions, with bias and tanh",
      tanh(add(add(h, conv(y, w, same)), row)),
      "BlockedConv,BlockedConv",
    ],
    ["a sum with a transposed one", add(tanh(h), convTranspose(y, w, same)), "BlockedConv,BlockedConvTranspose"],
    [
      "a factor and a summand",
      add(mul(tanh(neg(h)), row), input("shift", [1, 16, 1, 1])),
      "BlockedConv,Neg,Tanh,BlockedAffine",
    ],
    [
      "a factor per image and channel, and a summand",
      add(mul(tanh(neg(h)), perImage), row),
      "BlockedConv,Neg,Tanh,Expand,BlockedAffine",
    ],
    [
      "a factor, and a summand per image and channel",
      add(mul(tanh(neg(h)), row), perImage),
      "BlockedConv,Neg,Tanh,Expand,BlockedAffine",
    ],
    ["no bias of each image", add(h, perImage), "BlockedConv,BlockedAffine"],
  ];
  test.each(pairs)("%s", (_name, before, expected) => {
    const after = fused(before);
    const kept = opsOf(after).filter((n) => !/^(ToBlocked|FromBlocked|Reshape)$/.test(n));
    expect(kept.sort()).toEqual(expected.split(",").sort());
    expectSameNumbers(after, [before]);
  });
  test("a result that something else needs too is kept", () => {
    const before = add(relu(h), h);
    const after = fused(before);
    expect(opsOf(after)).toEqual(["ToBlocked", "BlockedConv", "Relu", "Add", "FromBlocked"]);
    expectSameNumbers(after, [before]);
  });
  test("a function is the last thing that a convolution does", () => {
    const before = add(relu(h), row);
    const after = fused(before);
    expect(opsOf(after)).toContain("BlockedAffine");
    expectSameNumbers(after, [before]);
  });
});
