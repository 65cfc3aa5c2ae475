import { expect, test } from "vitest";
import { drawn } from "../../../test/sampling.ts";
import { ShapeError } from "../../base/errors.ts";
import { axis, showShape } from "../../base/shape.ts";
import { gradient } from "../gradient.ts";
import { interpret } from "../interpret.ts";
import { constant, input } from "../leaves.ts";
import { sum } from "./broadcast.ts";
import { gather, oneHot } from "./gather.ts";

test("the gradient of a row counts how often it was taken", () => {
  const table = input("table", [3, 2]);
  const [d] = gradient(sum(gather(table, constant([2, 0, 2], [3]))), [table]);
  expect([...interpret([d])[0].data]).toEqual([1, 1, 0, 0, 2, 2]);
});

test("axes of the indices come first, then those of a row", () => {
  const [table, rows] = [input("table", [9, axis("features", 4)]), input("rows", [axis("batch", 2), 3])];
  expect(showShape(gather(table, rows).shape)).toBe("(batch=2, 3, features=4)");
  expect(showShape(oneHot(rows, 5).shape)).toBe("(batch=2, 3, 5)");
});

test("one-hot codes, and zeros only for what is no class", async () => {
  const indices = constant([2, 0, -1, 3, 0.5], [5]);
  const wanted = [0, 0, 1, 1, 0, 0, ...new Array<number>(9).fill(0)];
  expect([...interpret([oneHot(indices, 3)])[0].data]).toEqual(wanted);
  expect([...(await drawn(oneHot(input("indices", [5]), 3), { indices: [2, 0, -1, 3, 0.5] }))]).toEqual(wanted);
});

test("ONNX Runtime refuses an index beyond the last row", async () => {
  const rows = gather(constant([1, 2, 3], [3]), input("indices", [1]));
  await expect(drawn(rows, { indices: [3] })).rejects.toThrow(/out of data bounds/);
});

test("a scalar is no table", () => {
  expect(() => gather(input("x", []), input("rows", [2]))).toThrow(ShapeError);
  expect(() => gather(input("x", []), input("rows", [2]))).toThrow("Gather: expected a table of rows, got ()");
});
