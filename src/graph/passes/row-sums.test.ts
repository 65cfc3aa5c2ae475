import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { input } from "../leaves.ts";
import { sum } from "../ops/index.ts";
import { reachable, type Value } from "../value.ts";
import { rowSums } from "./row-sums.ts";

/** Names of the operations, of a graph that keeps its numbers. */
function after(value: Value): string[] {
  const found = rowSums.run([value]);
  expectSameNumbers(found, [value]);
  return reachable(found)
    .filter((n) => !n.leaf)
    .map((n) => n.op.name);
}

const x = input("x", [5, 3]);

test("a sum over rows is a product with ones", () => {
  expect(after(sum(x, [0]))).toEqual(["VectorMatrix"]);
});

test.each<[string, Value]>([
  ["over columns", sum(x, [1])],
  ["over both", sum(x)],
  ["whose axis stays", sum(x, [0], true)],
  ["of more axes", sum(input("y", [2, 3, 2]), [0])],
  ["of a large matrix", sum(input("z", [1 << 12, 9]), [0])],
])("others stay: %s", (_, value) => {
  expect(after(value)).toEqual(["Sum"]);
});
