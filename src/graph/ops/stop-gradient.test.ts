import { expect, test } from "vitest";
import { gradient } from "../gradient.ts";
import { interpret } from "../interpret.ts";
import { input } from "../leaves.ts";
import { sigmoid } from "./activations.ts";
import { mul, square } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { greater, indicator } from "./compare.ts";
import { straightThrough } from "./stop-gradient.ts";

const x = [-2, 0.3, 4];
const s = x.map((v) => 1 / (1 + Math.exp(-v)));

test("a step with the gradient of a sigmoid: d/dx 3·step² = 6·step·σ(1 − σ)", () => {
  const leaf = input("x", [3]);
  const soft = sigmoid(leaf);
  const y = straightThrough(indicator(greater(soft, 0.5)), soft);
  const [value, slope] = interpret([y, ...gradient(sum(mul(3, square(y))), [leaf])], { x });
  expect([...value.data]).toEqual([0, 1, 1]);
  slope.data.forEach((d, i) => void expect(d).toBeCloseTo([0, 6, 6][i] * s[i] * (1 - s[i]), 14));
});

test("nothing flows to the hard value, all to the soft one", () => {
  const [hard, soft] = [input("hard", [3]), input("soft", [3])];
  const [toHard, toSoft] = interpret(gradient(sum(straightThrough(hard, soft)), [hard, soft]));
  expect([...toHard.data, ...toSoft.data]).toEqual([0, 0, 0, 1, 1, 1]);
});

test("the value is the hard one to the last bit, however large the soft one", () => {
  const given = { hard: [0.1, 1e-8, 3], soft: [12345.678, 1, -1e6] };
  const [{ data }] = interpret([straightThrough(input("hard", [3]), input("soft", [3]))], given);
  expect([...data]).toEqual(given.hard);
});
