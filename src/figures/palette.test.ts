import { describe, expect, test } from "vitest";
import { contrast, luminance, PALETTE } from "./palette.ts";

/** Deuteranopia and protanopia at full severity, on linear RGB: Machado, Oliveira and Fernandes 2009, table 1. */
const DEFICIENCIES = {
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
};

/** CIE L*a*b* (D65) of a colour as someone with the deficiency sees it. */
function seen(color: string, m: readonly number[]): number[] {
  const rgb = [1, 3, 5].map((i) => {
    const s = Number.parseInt(color.slice(i, i + 2), 16) / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  const times = (a: readonly number[], v: readonly number[]) =>
    [0, 3, 6].map((r) => a[r] * v[0] + a[r + 1] * v[1] + a[r + 2] * v[2]);
  const toXyz = [0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505];
  const clipped = times(m, rgb).map((v) => Math.min(1, Math.max(0, v)));
  const [x, y, z] = times(toXyz, clipped).map((v, i) => {
    const t = v / [0.9505, 1, 1.089][i];
    return t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

test("luminance and contrast agree with the guideline's fixed points", () => {
  expect(luminance("#ffffff")).toBeCloseTo(1, 6);
  expect(luminance("rgb(0, 0, 0)")).toBe(0);
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 6);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2); // the guideline's well-known near miss of 4.5
});

test("the first six colours have the contrast of 3 that graphics need on white", () => {
  for (const color of PALETTE.slice(0, 6)) expect(contrast(color, "#ffffff")).toBeGreaterThan(3);
});

describe.each(Object.entries(DEFICIENCIES))("under %s", (_, matrix) => {
  test("no two of the ten colours come nearer than several just noticeable differences", () => {
    for (const [i, a] of PALETTE.entries()) {
      for (const b of PALETTE.slice(i + 1)) {
        const [p, q] = [seen(a, matrix), seen(b, matrix)];
        // ΔE*ab = 2.3 is one just noticeable difference (Mahy et al. 1994).
        expect(Math.hypot(...p.map((v, c) => v - q[c])), `${a} ${b}`).toBeGreaterThan(3 * 2.3);
      }
    }
  });
});
