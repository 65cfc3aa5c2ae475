import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { axis } from "../../base/shape.ts";
import { input } from "../leaves.ts";
import { add, concat, mul, split, sum, tanh } from "../ops/index.ts";
import { print } from "../print.ts";
import { named, type Value } from "../value.ts";
import { type Group, regroup } from "./regroup.ts";

const [a, b] = ["a", "b"].map((name) => input(name, [axis(name, 1), 2]));

/** tanh of several values at once. */
function together(...to: readonly Value[]): Group {
  const from = to.map((v) => v.node.inputs[0]);
  return { from, to, build: (parts) => split(tanh(concat(parts, 0)), 0, to.length) };
}

test("values far apart are computed at once, before everything that needs one of them", () => {
  const first = named("layer", () => tanh(a));
  const second = tanh(mul(b, 2));
  const before = [add(sum(first), second), second];
  const after = regroup(before, [together(first, second)]);
  expect(print(after)).toMatchInlineSnapshot(`
    "a = Input  # f32(a=1, 2)
    b = Input  # f32(b=1, 2)
    %1 = Mul(b, 2)  # f32(b=1, 2)
    %2 = Concat(a, %1, axis: 0)  # f32(a=2, 2)
    %3 = Tanh(%2)  # f32(a=2, 2)
    %4, %5 = Split(%3, axis: 0, sizes: [1 1])  # f32(a=1, 2), f32(b=1, 2)
    %6 = Sum(%4, axes: [0 1])  # f32()
    %7 = Add(%6, %5)  # f32(b=1, 2)
    out0: %7
    out1: %5"
  `);
  expectSameNumbers(after, before);
  expect(after[1].node.path).toBe("layer");
});

test("axes keep their names", () => {
  const [x, y] = [tanh(a), tanh(b)];
  const [p, q] = regroup([x, y], [together(x, y)]);
  expect([p.shape, q.shape]).toEqual([a.shape, b.shape]);
});

test("groups may start from each other", () => {
  const [x, y] = [tanh(a), tanh(b)];
  const [p, q] = [tanh(x), tanh(y)];
  const after = regroup([p, q], [together(p, q), together(x, y)]);
  expectSameNumbers(after, [p, q]);
});

test("without groups nothing is rebuilt", () => {
  const x = tanh(a);
  expect(regroup([x], [])[0]).toBe(x);
});

test("values that wait for each other cannot be computed at once", () => {
  const x = tanh(a);
  const y = tanh(x);
  expect(() => regroup([y], [together(x, y)])).toThrow("wait for each other");
});

test("what a group computes must have the sizes of what it stands for", () => {
  const x = tanh(a);
  expect(() => regroup([x], [{ from: [a], to: [x], build: ([v]) => [concat([v, v], 0)] }])).toThrow("turned");
});
