import { describe, expect, test } from "vitest";
import { ShapeError } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import { distances, distancesToEach, meanAndError, minOverTime, pairedDistances } from "./distances.ts";

const rows = { data: Float32Array.of(0, 0, 0, 3, 4, 0, 1, 2, 2), width: 3 };

describe("Euclidean distances", () => {
  test("to the origin are lengths", () => {
    expect([...distances(rows, [0, 0, 0])]).toEqual([0, 5, 3]);
  });

  test("to another point are lengths of differences", () => {
    expect([...distances(rows, [3, 4, 0])]).toEqual([5, 0, Math.sqrt(12)]);
  });

  test("to each of several points, one list a point", () => {
    const both = distancesToEach(rows, [
      [0, 0, 0],
      [1, 2, 2],
    ]);
    expect(both.map((d) => [...d])).toEqual([
      [0, 5, 3],
      [3, Math.sqrt(12), 0],
    ]);
  });

  test("to points of their own, row by row", () => {
    const points = { data: [0, 0, 12, 0, 4, 0, 1, 2, 0], width: 3 };
    expect([...pairedDistances(rows, points)]).toEqual([12, 3, 2]);
  });

  test("do not change where all is moved, and grow as all is stretched", () => {
    const [a, b] = [new Float64Array(40), new Float64Array(4)];
    stream(1, "rows").normal(0, a);
    stream(1, "point").normal(0, b);
    const [d, moved, stretched] = [
      distances({ data: a, width: 4 }, b),
      distances(
        { data: a.map((v, i) => v + (i % 4)), width: 4 },
        b.map((v, i) => v + i),
      ),
      distances(
        { data: a.map((v) => 3 * v), width: 4 },
        b.map((v) => 3 * v),
      ),
    ];
    d.forEach((v, i) => {
      expect(moved[i]).toBeCloseTo(v, 12);
      expect(stretched[i]).toBeCloseTo(3 * v, 12);
    });
  });

  test("are refused between points of other widths or numbers", () => {
    expect(() => distances(rows, [0, 0])).toThrow(ShapeError);
    expect(() => pairedDistances(rows, { data: [0, 0, 0], width: 1 })).toThrow(ShapeError);
    expect(() => pairedDistances(rows, { data: [0, 0, 0], width: 3 })).toThrow(ShapeError);
  });
});

test("the least over time is taken trial by trial", () => {
  const overTime = [
    [5, 1, 3],
    [4, 2, 9],
    [6, 8, 2],
  ];
  expect([...minOverTime(overTime)]).toEqual([4, 1, 2]);
  expect([...minOverTime([])]).toEqual([]);
});

describe("mean and error", () => {
  test("of 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 32, sd √(32/7), error sd/√8", () => {
    const { n, mean, sd, sem } = meanAndError([2, 4, 4, 4, 5, 5, 7, 9]);
    expect([n, mean]).toEqual([8, 5]);
    expect(sd).toBeCloseTo(Math.sqrt(32 / 7), 14);
    expect(sem).toBeCloseTo(Math.sqrt(32 / 7 / 8), 14);
  });

  test("far from 0 loses nothing", () => {
    expect(meanAndError([1e9 + 1, 1e9 + 2, 1e9 + 3])).toEqual({ n: 3, mean: 1e9 + 2, sd: 1, sem: 1 / Math.sqrt(3) });
  });

  test("of one value has no error, of none no mean", () => {
    expect(meanAndError([3])).toEqual({ n: 1, mean: 3, sd: Number.NaN, sem: Number.NaN });
    expect(meanAndError([])).toEqual({ n: 0, mean: Number.NaN, sd: Number.NaN, sem: Number.NaN });
  });
});
