import { describe, expect, test } from "vitest";
import { ShapeError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { type Axis, axis, dimsOf, showShape, sizeOf } from "../base/shape.ts";
import { input, leafName } from "../graph/leaves.ts";
import type { Value } from "../graph/value.ts";
import { conv1d, conv2d } from "./conv.ts";
import { convTranspose1d, convTranspose2d } from "./conv-transpose.ts";

const c = (n: number): Axis => axis("channel", n);
const o = (n: number): Axis => axis("out", n);

/** Kernel, stride, dilation and input size along one axis. */
const geometries = [1, 2, 3, 4, 5].flatMap((kernel) =>
  [1, 2, 3].flatMap((stride) => [1, 2].flatMap((dilation) => [5, 6, 7].map((n) => ({ kernel, stride, dilation, n })))),
);

describe("pads “same”", () => {
  test("make the output ⌈input / stride⌉ large, for 90 geometries", () => {
    expect(geometries).toHaveLength(90);
    for (const { n, ...g } of geometries) {
      const y = conv1d("a", { from: c(1), to: o(1), pads: "same", ...g })(input("x", [1, c(1), n]));
      expect(y.shape[2].size, JSON.stringify({ n, ...g })).toBe(Math.ceil(n / g.stride));
    }
  });

  test("make the output of the transposed convolution input × stride large", () => {
    const wide = geometries.filter((g) => g.dilation * (g.kernel - 1) + 1 >= g.stride);
    expect(wide).toHaveLength(75);
    for (const { n, ...g } of wide) {
      const y = convTranspose1d("a", { from: c(1), to: o(1), pads: "same", ...g })(input("x", [1, c(1), n]));
      expect(y.shape[2].size, JSON.stringify({ n, ...g })).toBe(n * g.stride);
    }
  });
});

const layers = {
  conv2d: conv2d("a", { from: c(4), to: o(6), kernel: [3, 5], groups: 2 }),
  convTranspose2d: convTranspose2d("a", { from: c(4), to: o(6), kernel: [3, 5], groups: 2 }),
  conv1d: conv1d("a", { from: c(4), to: o(6), kernel: 3, bias: false }),
  convTranspose1d: convTranspose1d("a", { from: c(4), to: o(6), kernel: 3, bias: false }),
};

test.each([
  ["conv2d", ["a/weight (out=6, channel=2, 3, 5)", "a/bias (out=6)"]],
  ["convTranspose2d", ["a/weight (channel=4, out=3, 3, 5)", "a/bias (out=6)"]],
  ["conv1d", ["a/weight (out=6, channel=4, 3)"]],
  ["convTranspose1d", ["a/weight (channel=4, out=6, 3)"]],
] as const)("%s owns its variables by name", (name, variables) => {
  expect(layers[name].variables.map((v) => `${leafName(v)} ${showShape(v.shape)}`)).toEqual(variables);
});

test("the output names its axes, and its nodes carry the layer's name", () => {
  const x = input("x", [axis("batch", 2), c(4), axis("height", 7), axis("width", 7)]);
  const y = conv2d("encoder/first", { from: c(4), to: o(6), kernel: 3, pads: "same" })(x);
  expect([showShape(y.shape), y.node.path]).toEqual(["(batch=2, out=6, height=7, width=7)", "encoder/first"]);
  expect(dimsOf(layers.convTranspose2d(x).shape)).toEqual([2, 6, 9, 11]);
});

/** Mean square of a variable's first values. */
function spread(v: Value): number {
  const out = new Float32Array(sizeOf(v.shape));
  if (v.node.leaf?.kind === "variable") v.node.leaf.initial(out, stream(1, "a"));
  return out.reduce((s, w) => s + w * w, 0) / out.length;
}

test("first weights have the variance of their fans: channels of a group times taps", () => {
  const [from, to] = [c(32), o(64)];
  const inFan = (32 / 2) * 15;
  const outFan = (64 / 2) * 15;
  for (const layer of [conv2d, convTranspose2d]) {
    const he = layer("a", { from, to, kernel: [3, 5], groups: 2, init: "he-normal" });
    expect(spread(he.variables[0]) / (2 / inFan)).toBeCloseTo(1, 1); // 15 360 draws: 1 ± 0.011
    const glorot = layer("a", { from, to, kernel: [3, 5], groups: 2 });
    expect(spread(glorot.variables[0]) / (2 / (inFan + outFan))).toBeCloseTo(1, 1);
    expect(spread(glorot.variables[1])).toBe(0);
  }
});

test("orthogonal kernels have one orthonormal row per output", () => {
  const { variables } = conv2d("a", { from: c(2), to: o(3), kernel: 2, init: "orthogonal" });
  expect(spread(variables[0])).toBeCloseTo(1 / 8, 6); // rows of length 1 with 2·2·2 elements
  const { variables: transposed } = convTranspose2d("a", { from: c(2), to: o(3), kernel: 2, init: "orthogonal" });
  expect(spread(transposed[0])).toBeCloseTo(1 / 12, 6); // a row per input, 3·2·2 elements
});

/** [what is wrong, what builds it, what the error must say] */
const errors: readonly (readonly [string, () => unknown, string])[] = [
  [
    "other channels",
    () => conv2d("a", { from: c(3), to: o(2), kernel: 3 })(input("x", [1, 4, 5, 5])),
    "a: expected an input (batch, channel=3, 2 spatial axes), got (1, 4, 5, 5)",
  ],
  [
    "an image for a one-dimensional layer",
    () => convTranspose1d("a", { from: c(3), to: o(2), kernel: 3 })(input("x", [1, 3, 5, 5])),
    "a: expected an input (batch, channel=3, 1 spatial axis), got (1, 3, 5, 5)",
  ],
  [
    "groups that do not divide the outputs",
    () => conv2d("a", { from: c(4), to: o(3), kernel: 3, groups: 2 }),
    "expected channels divisible by 2, the number of groups, got 4 in and 3 out",
  ],
  [
    "groups that do not divide the inputs",
    () => convTranspose2d("a", { from: c(3), to: o(4), kernel: 3, groups: 2 }),
    "got 3 in and 4 out",
  ],
  ["a kernel of other rank", () => conv2d("a", { from: c(4), to: o(3), kernel: [3] }), "or 2 of them"],
  ["a stride of 0", () => conv1d("a", { from: c(4), to: o(3), kernel: 3, stride: 0 }), "a whole number above 0"],
];

test.each(errors)("%s is a ShapeError that says so", (_name, build, message) => {
  expect(build).toThrow(ShapeError);
  expect(build).toThrow(message);
});
