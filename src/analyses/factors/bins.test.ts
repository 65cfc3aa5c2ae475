import { describe, expect, test } from "vitest";
import { binCount, classesOf, countsOf, equalCountBins } from "./bins.ts";

describe("bins of equal counts", () => {
  const x = [0.3, -5, 12, 7, 0.1, -0.2, 100, 2, 3, -9, 8, 1];

  test("follow the ranks", () => {
    const sorted = [...x].sort((a, b) => a - b);
    expect([...equalCountBins(x, 4).codes]).toEqual(x.map((v) => Math.floor(sorted.indexOf(v) / 3)));
    expect([...countsOf(equalCountBins(x, 4))]).toEqual([3, 3, 3, 3]);
    expect([...countsOf(equalCountBins(x, 5))].every((c) => c === 2 || c === 3)).toBe(true);
  });

  test("see only the order of values", () => {
    expect(equalCountBins(x.map(Math.atan), 5)).toEqual(equalCountBins(x, 5));
    expect([
      ...equalCountBins(
        x.map((v) => -v),
        4,
      ).codes,
    ]).toEqual([...equalCountBins(x, 4).codes].map((c) => 3 - c));
  });

  test("put equal values into one bin, that of their mean rank", () => {
    // ranks of the six zeros are 2…7, so (r̄ + ½)/10 = ½
    expect([...equalCountBins([0, 0, -1, 0, 5, 0, 0, -2, 0, 9], 5).codes]).toEqual([2, 2, 0, 2, 4, 2, 2, 0, 2, 4]);
    expect(new Set(equalCountBins([3, 3, 3], 7).codes).size).toBe(1);
  });

  test.each([
    [1, 2],
    [26, 2],
    [27, 3],
    [999, 9],
    [1000, 10],
    [8000, 20],
    [20_000, 27],
  ])("for %d rows there are %d", (n, bins) => {
    expect(binCount(n)).toBe(bins);
    if (n > 1) expect(equalCountBins(Array.from({ length: n }, (_, i) => i)).size).toBe(bins);
  });
});

test("classes are numbered by value", () => {
  const classes = classesOf([10, -1, 0.5, 10, -1, 9]);
  expect([...classes.codes]).toEqual([3, 0, 1, 3, 0, 2]);
  expect(classes.size).toBe(4);
  expect([...countsOf(classes)]).toEqual([2, 1, 1, 2]);
});
