import { describe, expect, test } from "vitest";
import { UsageError } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import { cosineSimilarities, offDiagonal } from "./cosine.ts";

describe("cosine similarity", () => {
  test("is the cosine of the angle between points", () => {
    const angles = [0, 0.4, 1.5, 3, 4.5];
    // Whatever their lengths.
    const points = angles.map((a, i) => [(i + 1) * Math.cos(a), (i + 1) * Math.sin(a)]);
    const C = cosineSimilarities(points);
    angles.forEach((a, i) => void angles.forEach((b, j) => void expect(C[i][j]).toBeCloseTo(Math.cos(a - b), 14)));
  });

  test("is 1 with itself and its multiples, −1 with its opposite, 0 at a right angle", () => {
    const C = cosineSimilarities([
      [1, 2, 2],
      [2, 4, 4],
      [-3, -6, -6],
      [2, -1, 0],
    ]);
    expect(C.map((row) => row[0])).toEqual([1, 1, -1, 0].map((c) => expect.closeTo(c, 15)));
    C.forEach((row, i) => void expect(row[i]).toBe(1));
  });

  test("is symmetric, and never beyond ±1", () => {
    const points = Array.from({ length: 12 }, (_, i) => {
      const point = new Float64Array(100);
      stream(1, "points").normal(i % 6, point); // each twice
      return point;
    });
    const C = cosineSimilarities(points);
    for (let i = 0; i < 12; i++) {
      for (let j = 0; j < 12; j++) {
        expect(C[i][j]).toBe(C[j][i]);
        expect(Math.abs(C[i][j])).toBeLessThanOrEqual(1);
        if (j % 6 === i % 6) expect(C[i][j]).toBeCloseTo(1, 14);
      }
    }
  });

  test("holds where squares would be too large or too small for a number", () => {
    const [[, c]] = cosineSimilarities([
      [3e200, 4e200],
      [4e-200, 3e-200],
    ]);
    expect(c).toBeCloseTo(24 / 25, 14);
  });

  test("of the origin is refused", () => {
    expect(() =>
      cosineSimilarities([
        [1, 0],
        [0, 0],
      ]),
    ).toThrow(UsageError);
    expect(() =>
      cosineSimilarities([
        [1, 0],
        [0, 0],
      ]),
    ).toThrow(/point 1/);
  });
});

describe("entries off the diagonal", () => {
  test("are summed up with and without their signs", () => {
    const C = [
      [1, 0.2, -0.6],
      [0.2, 1, 0.1],
      [-0.6, 0.1, 1],
    ];
    const { mean, meanAbsolute, maxAbsolute } = offDiagonal(C);
    expect(mean).toBeCloseTo(-0.1, 14);
    expect(meanAbsolute).toBeCloseTo(0.3, 14);
    expect(maxAbsolute).toBe(0.6);
  });

  test("of one point are none", () => {
    expect(() => offDiagonal([[1]])).toThrow(UsageError);
  });
});
