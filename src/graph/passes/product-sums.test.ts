import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { input } from "../leaves.ts";
import { add, matmul, mul, neg, sub } from "../ops/index.ts";
import { reachable, type Value } from "../value.ts";
import { productSums } from "./product-sums.ts";

const [a, b] = [input("a", [4, 6]), input("b", [4, 5])];
const [c, row, column, s] = [input("c", [6, 5]), input("row", [5]), input("column", [6, 1]), input("s", [])];
const product = (): Value => matmul(a, b, true); // (6, 5), larger than either operand

/** Names of the operations, of a graph that keeps its numbers. */
function after(...values: Value[]): string[] {
  const found = productSums.run(values);
  expectSameNumbers(found, values);
  return reachable(found)
    .filter((n) => !n.leaf)
    .map((n) => n.op.name);
}

test.each<[string, Value]>([
  ["a matrix, on either side", add(product(), c)],
  ["a row", add(row, product())],
  ["a column", add(product(), column)],
  ["subtracted", sub(c, product())],
  ["negated, and multiplied by numbers that are known", sub(c, mul(0.5, neg(mul(product(), 3))))],
])("a product that is added to is one operation: %s", (_, value) => {
  expect(after(value)).toEqual(["MatMulAdd"]);
});

test("a factor that is not known goes to the smaller operand", () => {
  expect(after(sub(c, mul(product(), s)))).toEqual(["Mul", "MatMulAdd"]);
  const [{ node }] = productSums.run([sub(c, mul(product(), s))]);
  expect(node.inputs[1].node.op.name).toBe("Mul");
  expect(node.attributes["scale"]).toBe(-1);
});

test("of two products one takes in the other", () => {
  expect(after(add(product(), mul(2, product())))).toEqual(["MatMul", "MatMulAdd"]);
});

test.each<[string, Value[], string[]]>([
  ["used for something else as well", ((p) => [add(p, c), neg(p)])(product()), ["MatMul", "Add", "Neg"]],
  ["its multiple is", ((m) => [add(m, c), neg(m)])(mul(product(), 2)), ["MatMul", "Mul", "Add", "Neg"]],
  ["what it is taken from", [sub(product(), c)], ["MatMul", "Sub"]],
  ["smaller than the sum", [add(product(), input("more", [3, 6, 5]))], ["MatMul", "Add"]],
  ["a row that the sum repeats", [add(matmul(a, input("v", [4, 1]), true), c)], ["MatMul", "Add"]],
  ["of operands as they lie in memory", [add(matmul(c, input("d", [5, 2])), input("e", [6, 2]))], ["MatMul", "Add"]],
])("others stay: %s", (_, values, names) => {
  expect([...after(...values)].sort()).toEqual([...names].sort());
});

test("a factor that would cost more at the operands than at the product stays", () => {
  const small = matmul(input("long", [40, 2]), input("tall", [40, 3]), true); // (2, 3)
  expect(after(add(mul(small, s), input("g", [2, 3])))).toEqual(["MatMul", "Mul", "Add"]);
});
