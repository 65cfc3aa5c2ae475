import { describe, expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { gradient } from "../gradient.ts";
import { input } from "../leaves.ts";
import * as ops from "../ops/index.ts";
import { print } from "../print.ts";
import { reachable, type Value } from "../value.ts";
import { blockedLayout } from "./blocked-layout.ts";
import { fuseBlocked } from "./fuse-blocked.ts";
import { nominalShapes } from "./nominal-shapes.ts";
import { share } from "./share.ts";
import { simplify } from "./simplify.ts";

const { add, concat, conv, convTranspose, mul, sigmoid, split, square, sub, sum, tanh, where, greater } = ops;

const x = input("x", [2, 16, 4, 4]);
const w = input("w", [16, 16, 3, 3]);
const v = input("v", [32, 16, 3, 3]);
const same = { pads: 1 };

const blocked = (...values: Value[]): Value[] => fuseBlocked.run(share.run(simplify.run(blockedLayout.run(values))));

/** Op names of the graph, leaves left out, in order. */
function run(...values: Value[]): string[] {
  const before = blocked(...values);
  const after = nominalShapes.run(before);
  expectSameNumbers(after, before);
  return reachable(after).flatMap((n) => (n.leaf ? [] : [n.op.name]));
}

test("no shape changes between operators of the layout, nor at its borders", () => {
  expect(print(nominalShapes.run(blocked(conv(mul(conv(x, w, same), 2), w, same))))).toBe(
    `x = Input  # f32(2, 16, 4, 4)
%1 = ToBlocked(x, rows: 0, nominal: true)  # f32(2, 16, 4, 4)
w = Input  # f32(16, 16, 3, 3)
%2 = BlockedConv(%1, w, strides: [1 1], pads: [1 1 1 1], dilations: [1 1], groups: 1, activation: , slope: 0, kernel: , nominal: true)  # f32(2, 16, 4, 4)
%3 = Mul(%2, 2)  # f32(2, 16, 4, 4)
%4 = BlockedConv(%3, w, strides: [1 1], pads: [1 1 1 1], dilations: [1 1], groups: 1, activation: , slope: 0, kernel: , nominal: true)  # f32(2, 16, 4, 4)
%5 = FromBlocked(%4, to: [2 16 4 4])  # f32(2, 16, 4, 4)
out0: %5`,
  );
});

describe("stays in its nominal shape", () => {
  const between: readonly (readonly [string, Value])[] = [
    ["a function of several", mul(tanh(conv(x, w, same)), sigmoid(conv(x, w, same)))],
    ["a choice", where(greater(conv(x, w, same), 0), x, conv(x, w, same))],
    ["gates cut along the channels", mul(...(split(conv(x, v, same), 1, 2) as [Value, Value]))],
    ["channels joined", concat([x, ...split(conv(x, v, same), 1, 2)], 1)],
    ["the batch cut and joined", concat([...split(conv(x, v, same), 0, 2)].reverse(), 0)],
    ["a number per channel", sub(input("row", [16, 1, 1]), conv(x, w, same))],
    [
      "a transposed convolution",
      convTranspose(conv(x, w, { strides: 2, pads: 1 }), input("up", [16, 16, 4, 4]), { strides: 2, pads: 1 }),
    ],
    ["an image of few channels", conv(conv(input("gray", [2, 1, 4, 4]), input("first", [16, 1, 3, 3]), same), w, same)],
  ];
  test.each(between)("%s", (_name, value) => {
    const reshapes = run(value).filter((name) => name === "Reshape").length;
    expect(reshapes).toBe(value.node.op.name === "Sub" ? 1 : 0); // the numbers per channel themselves
  });
});

describe("has five axes where an op needs the blocks", () => {
  const apart: readonly (readonly [string, Value, number])[] = [
    ["a number per image", mul(conv(x, w, same), input("each", [2, 1, 1, 1])), 3],
    ["a sum over pixels", sum(conv(x, w, same), [2, 3]), 2],
  ];
  test.each(apart)("%s", (_name, value, reshapes) => {
    expect(run(value).filter((name) => name === "Reshape")).toHaveLength(reshapes);
  });
});

test("gradients have the same numbers", () => {
  const y = tanh(add(conv(x, w, same), conv(mul(x, 2), w, same)));
  run(...gradient(sum(square(conv(y, v, same))), [x, w, v]));
});
