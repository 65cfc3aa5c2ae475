import { describe, expect, test } from "vitest";
import { UsageError } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import { principalComponents } from "../principal-components.ts";
import { activeLatents } from "./active-latents.ts";

describe("active latents", () => {
  // Columns 1…4, a constant, ±0.3 and ±0.05.
  const data = Float32Array.of(1, 7, 0.3, 0.05, 2, 7, -0.3, -0.05, 3, 7, 0.3, 0.05, 4, 7, -0.3, -0.05);
  const means = { data, width: 4 };

  test("have the variance of their means over rows, divided by rows − 1", () => {
    const { variances } = activeLatents(means);
    expect(variances[0]).toBeCloseTo(5 / 3, 14);
    expect(variances[1]).toBe(0);
    expect(variances[2]).toBeCloseTo((4 * 0.09) / 3, 7);
    expect(variances[3]).toBeCloseTo((4 * 0.0025) / 3, 8);
  });

  test("are those above 0.01, or another threshold", () => {
    expect(activeLatents(means).active).toEqual([0, 2]);
    expect(activeLatents(means, 0.003).active).toEqual([0, 2, 3]);
    expect(activeLatents(means, 1).active).toEqual([0]);
    expect(activeLatents(means, 0).active).toEqual([0, 2, 3]);
  });

  test("vary as much together as principal components do", () => {
    const rows = new Float32Array(500 * 6);
    stream(1, "rows").normal(0, rows);
    const moved = rows.map((v, i) => 1000 + v * (i % 6)); // the mean is far larger than the spread
    const total = activeLatents({ data: moved, width: 6 }).variances.reduce((a, b) => a + b);
    expect(total / principalComponents(moved, 6).variances.reduce((a, b) => a + b)).toBeCloseTo(1, 10);
  });

  test("of one row are refused", () => {
    expect(() => activeLatents({ data: [1, 2], width: 2 })).toThrow(UsageError);
  });
});
