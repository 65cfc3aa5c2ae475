import { describe, expect, test } from "vitest";
import { drawn } from "../../test/sampling.ts";
import { UsageError } from "../base/errors.ts";
import { gradient } from "../graph/gradient.ts";
import { interpret } from "../graph/interpret.ts";
import { constant, input } from "../graph/leaves.ts";
import { concat, full, sum } from "../graph/ops/index.ts";
import { dropout } from "./dropout.ts";

const n = 100_000;

describe.each([0.1, 0.5, 0.8])("dropout of ones at rate %d", (rate) => {
  test("keeps an element as 1 / (1 − rate), with probability 1 − rate within 5 standard errors", async () => {
    const y = await drawn(dropout(full([{ name: "", size: n }], 1), rate, "mask"));
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
    const kept = y.filter((v) => v > 0).length / n;
    expect(Math.abs(kept - (1 - rate))).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / n));
  });
});

test("the elements that stay are scaled, and their gradient with them", () => {
  const x = input("x", [4]);
  const y = dropout(x, 0.75, "mask");
  const given = { x: [1, -2, 3, 4], mask: [0.1, 0.75, 0.7499, 0.9] };
  const [value, slope] = interpret([y, ...gradient(sum(y), [x])], given);
  expect([...value.data]).toEqual([0, -8, 0, 16]);
  expect([...slope.data]).toEqual([0, 4, 0, 4]);
});

test("two calls with names of their own drop different elements", async () => {
  const ones = full([{ name: "", size: 1000 }], 1);
  const y = await drawn(concat([dropout(ones, 0.5, "a"), dropout(ones, 0.5, "b")], 0));
  expect(y.slice(0, 1000)).not.toEqual(y.slice(1000));
});

test("rate 0 is the value itself", () => {
  const x = constant([1, 2], [2]);
  expect(dropout(x, 0, "mask")).toBe(x);
});

test.each([-0.1, 1, Number.NaN])("a rate of %d is refused", (rate) => {
  expect(() => dropout(constant([1], [1]), rate, "hidden/dropout")).toThrow(UsageError);
  expect(() => dropout(constant([1], [1]), rate, "hidden/dropout")).toThrow(`hidden/dropout": expected a rate`);
});
