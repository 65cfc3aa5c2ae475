import { describe, expect, test } from "vitest";
import { stream } from "../../base/random.ts";
import { correlationMatrix, correlationRatio, pearson } from "./correlation.ts";

function normals(n: number, name: string): Float64Array {
  const out = new Float64Array(n);
  stream(1, name).normal(0, out);
  return out;
}

describe("Pearson's r", () => {
  test("of (1, 2), (2, 4), (3, 5), (4, 9) is 11/√130", () => {
    expect(pearson([1, 2, 3, 4], [2, 4, 5, 9])).toBeCloseTo(11 / Math.sqrt(130), 14);
    expect(pearson([1, 2, 3, 4], [-2, -4, -5, -9])).toBeCloseTo(-11 / Math.sqrt(130), 14);
  });

  test.each([-0.9, -0.3, 0, 0.5, 0.95])("of normals with ρ = %d is ρ, within 5 standard errors (1 − ρ²)/√n", (rho) => {
    const n = 20_000;
    const [a, b] = [normals(n, "a"), normals(n, "b")];
    const y = a.map((v, i) => rho * v + Math.sqrt(1 - rho * rho) * b[i]);
    expect(Math.abs(pearson(a, y) - rho)).toBeLessThan((5 * (1 - rho * rho)) / Math.sqrt(n));
    const moved = a.map((v) => 1e6 + 3 * v);
    expect(pearson(moved, y)).toBeCloseTo(pearson(a, y), 9);
  });

  test("is at most 1 and is 0 for a constant", () => {
    const x = [0.1, 0.2, 0.7];
    expect(pearson(x, x)).toBeLessThanOrEqual(1);
    expect(pearson(x, x)).toBeCloseTo(1, 14);
    expect([pearson(x, [2, 2, 2]), pearson([2, 2, 2], x)]).toEqual([0, 0]);
  });
});

describe("the correlation ratio", () => {
  test("of {1, 3} and {5, 7, 9} is √(30/40)", () => {
    // the mean is 5; between classes 2·3² + 3·2² = 30, in all 16 + 4 + 0 + 4 + 16 = 40
    expect(correlationRatio([8, -2, 8, -2, -2], [1, 9, 3, 5, 7])).toBeCloseTo(Math.sqrt(0.75), 14);
  });

  test("of two classes is |r|", () => {
    const y = normals(50, "y");
    const classes = y.map((_, i) => (i % 3 === 0 ? 1 : 0));
    expect(correlationRatio(classes, y)).toBeCloseTo(Math.abs(pearson(classes, y)), 12);
  });

  test("is 1 where classes tell the value, and 0 for a constant", () => {
    expect(correlationRatio([1, 2, 3, 1], [5, 9, 2, 5])).toBeCloseTo(1, 14);
    expect(correlationRatio([1, 2, 3, 1], [4, 4, 4, 4])).toBe(0);
  });

  test("sees a class in the middle, which r does not", () => {
    expect(correlationRatio([-1, 0, 1], [1, -2, 1])).toBeCloseTo(1, 14);
    expect(pearson([-1, 0, 1], [1, -2, 1])).toBeCloseTo(0, 14);
  });
});

describe("the matrix", () => {
  const latents = { data: Float32Array.of(1, 1, 2, -2, 3, 1), width: 2 };
  const values = [-1, 0, 1];

  test("is latents × factors, |r| or η by the kind of factor", () => {
    const matrix = correlationMatrix(latents, [
      { name: "a", kind: "continuous", values: [3, 2, 1] },
      { name: "b", kind: "discrete", values },
      { name: "c", kind: "continuous", values },
    ]);
    expect(matrix).toHaveLength(2);
    [
      [1, 1, 1],
      [0, 1, 0],
    ].forEach((row, i) => {
      expect(matrix[i]).toHaveLength(3);
      row.forEach((v, j) => void expect(matrix[i][j]).toBeCloseTo(v, 12));
    });
  });

  test("is refused for factors of other rows or with NaN", () => {
    const of = (v: number[]) => () => correlationMatrix(latents, [{ name: "speed", kind: "continuous", values: v }]);
    expect(of([1, 2])).toThrow(/factor speed: expected 3 values, one a row, got 2/);
    expect(of([1, 2, Number.NaN])).toThrow(/factor speed: expected finite numbers/);
  });
});
