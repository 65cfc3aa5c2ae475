import { describe, expect, test } from "vitest";
import { ShapeError } from "../../base/errors.ts";
import { axis, showShape } from "../../base/shape.ts";
import { compile } from "../compile.ts";
import { interpret } from "../interpret.ts";
import { constant, input } from "../leaves.ts";
import type { Value } from "../value.ts";
import { averagePool, upsampleNearest } from "./average-pool.ts";
import { full } from "./broadcast.ts";
import { maxPool } from "./max-pool.ts";
import { pixelShuffle, pixelUnshuffle } from "./pixel-shuffle.ts";

const numbers = (v: Value): number[] => [...interpret([v])[0].data];
const ones = full(input("x", [1, 1, 4, 4]).shape, 1);

describe("an average of ones", () => {
  const window = { kernel: 3, strides: 2, pads: 1 };
  test("is less where pads count", () =>
    expect(numbers(averagePool(ones, window)).map((v) => Math.round(9 * v))).toEqual([4, 6, 6, 9]));
  test("is one where they do not", () =>
    numbers(averagePool(ones, { ...window, countPads: false })).forEach((v) => void expect(v).toBeCloseTo(1, 14)));
});

test("pixels behind the last whole window are left out", () => {
  const x = constant([1, 3, 5, 7, 100], [1, 1, 5]);
  expect(numbers(averagePool(x, { kernel: 2 }))).toEqual([2, 6]);
});

test("averaging what was repeated gives back what was", () => {
  const x = constant([1, 2, 3, 4, 5, 6], [1, 1, 2, 3]);
  expect(numbers(upsampleNearest(x, [1, 2]))).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
  expect(numbers(averagePool(upsampleNearest(x, [2, 4]), { kernel: [2, 4] }))).toEqual([1, 2, 3, 4, 5, 6]);
});

test("factor 1 is the value itself; another factor keeps the names of batch and channels", () => {
  const x = input("x", [axis("batch", 2), axis("channel", 3), axis("width", 4)]);
  expect(upsampleNearest(x, 1)).toBe(x);
  expect(showShape(upsampleNearest(x, 2).shape)).toBe("(batch=2, channel=3, 8)");
});

test.each([[0], [1.5], [[2, 2]], [[]]])("the factor %j for one spatial axis is refused", (factor) => {
  const build = () => upsampleNearest(input("x", [2, 3, 4]), factor);
  expect(build).toThrow(ShapeError);
  expect(build).toThrow("UpsampleNearest: expected 1 whole factors of at least 1");
});

test("pooling, upsampling and shuffling leave the batch free to have any size", () => {
  const x = input("x", [axis("batch", 2), 4, 4, 4]);
  const outputs = {
    max: maxPool(x, { kernel: 2 }),
    average: averagePool(x, { kernel: 3, pads: 1, countPads: false }),
    up: upsampleNearest(x, 2),
    shuffled: pixelShuffle(x, 2),
    unshuffled: pixelUnshuffle(x, 2),
  };
  const { model } = compile({ name: "p", outputs }, { freeAxes: ["batch"] });
  expect(model.graph.outputs.map((o) => o.dims[0])).toEqual(["batch", "batch", "batch", "batch", "batch"]);
});
