import { describe, expect, test } from "vitest";
import { stream } from "../../base/random.ts";
import { foldsOfUnits, permutedUnits, rowsOfUnits } from "./units.ts";

test("rows of units keep their order, units the order of their first rows", () => {
  expect(rowsOfUnits([5, 5, 2, 5, 2, 9]).map((r) => [...r])).toEqual([[0, 1, 3], [2, 4], [5]]);
});

describe("folds", () => {
  const units = Float64Array.from({ length: 230 }, (_, i) => 100 - Math.floor(i / 10));

  test("never divide a unit and differ by at most one unit", () => {
    const fold = foldsOfUnits(units, 5, stream(1, "folds"));
    const ofUnits = rowsOfUnits(units).map((rows) => {
      expect(new Set(Array.from(rows, (r) => fold[r])).size).toBe(1);
      return fold[rows[0]];
    });
    expect([0, 1, 2, 3, 4].map((f) => ofUnits.filter((g) => g === f).length).sort()).toEqual([4, 4, 5, 5, 5]);
  });

  test("are dealt at random", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => foldsOfUnits(units, 5, stream(seed, "folds")));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  test.each([1, 24, Number.NaN])("%d of them for 23 units are refused", (folds) => {
    expect(() => foldsOfUnits(units, folds, stream(1, "folds"))).toThrow(/2 folds or more, at most the 23 units/);
  });
});

describe("permuted units", () => {
  test("exchange whole units, step by step", () => {
    const units = [4, 7, 4, 7, 1, 1];
    const lists = rowsOfUnits(units).map((r) => [...r]);
    const seen = new Set<string>();
    for (let step = 0; step < 60; step++) {
      const from = permutedUnits(units, stream(1, "null"), step);
      const taken = lists.map((rows) => rows.map((r) => from[r]));
      expect([...from].sort()).toEqual([0, 1, 2, 3, 4, 5]);
      for (const t of taken) expect(lists).toContainEqual(t);
      seen.add(JSON.stringify(taken));
    }
    expect(seen.size).toBe(6);
  });

  test("of different lengths are refused", () => {
    expect(() => permutedUnits([1, 1, 2], stream(1, "null"))).toThrow(/expected units of 2 rows each, got one of 1/);
  });
});
