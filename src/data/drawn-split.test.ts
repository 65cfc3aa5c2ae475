import { expect, test } from "vitest";
import { axis } from "../base/shape.ts";
import type { Field } from "./dataset.ts";
import { drawnSplit } from "./drawn-split.ts";

const fields: Field[] = [
  { name: "pair", shape: [axis("pixel", 2)], range: [0, 100], kind: "observation", doc: "10·index, and one more" },
  { name: "one", shape: [], range: [0, 10], kind: "factor", doc: "the index" },
];

const toy = (count: number) =>
  drawnSplit("toy", "train", count, fields, {
    pair: (i, out) => out.set([10 * i, 10 * i + 1]),
    one: (i, out) => out.set([i]),
  });

test("each example is drawn into its row, in the order of the indices", () => {
  const [pairs, ones] = [new Float32Array(6), new Float32Array(3)];
  toy(8).read("pair", [7, 0, 7], pairs);
  toy(8).read("one", [7, 0, 7], ones);
  expect([...pairs]).toEqual([70, 71, 0, 1, 70, 71]);
  expect([...ones]).toEqual([7, 0, 7]);
});

test("what does not fit is refused as in every data set", () => {
  expect(() => toy(8).read("one", [8], new Float32Array(1))).toThrow(/toy\/train, field one, indices\[0\]/);
  expect(() => toy(8).read("pair", [1], new Float32Array(1))).toThrow(/room for 1 × 2/);
  expect(() => toy(8).read("two", [1], new Float32Array(1))).toThrow(/a field \(pair, one\)/);
  expect(() => toy(0)).toThrow(/toy\/train: expected a whole number of examples/);
});
