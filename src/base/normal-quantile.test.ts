import { expect, test } from "vitest";
import { normalQuantile, normalQuantile32 } from "./normal-quantile.ts";

// Φ⁻¹ computed with 30 digits, at the float64 nearest to p
test.each([
  [1e-10, -6.361340902404057],
  [1e-5, -4.264890793922825],
  [0.001, -3.0902323061678136],
  [0.025, -1.9599639845400543],
  [0.1, -1.2815515655446004],
  [0.25, -0.6744897501960817],
  [0.4, -0.2533471031357997],
  [0.5, 0],
  [0.6, 0.2533471031357997],
  [0.9, 1.2815515655446006],
  [0.975, 1.9599639845400538],
  [0.99999, 4.264890793923841],
])("the normal quantile of %d is %d", (p, x) => {
  expect(Math.abs(normalQuantile(p) - x)).toBeLessThanOrEqual(2e-15 * Math.abs(x));
});

test("quantiles of p and 1 − p are opposite", () => {
  for (const p of [2 ** -33, 2 ** -20, 1 / 1024, 0.07421875, 0.25])
    expect(normalQuantile(1 - p)).toBe(-normalQuantile(p));
});

test("the fast form agrees with the exact one to 2e-7 of its size at 20,000 points, tails included", () => {
  let worst = 0;
  for (let i = 1; i < 20_000; i++) {
    const p = i < 100 ? 10 ** (-i / 10) / 2 : i / 20_000;
    for (const point of [p, 1 - p]) {
      const exact = normalQuantile(point);
      worst = Math.max(worst, Math.abs(normalQuantile32(point) - exact) / Math.max(1e-3, Math.abs(exact)));
    }
  }
  expect(worst).toBeLessThan(2e-7);
});
