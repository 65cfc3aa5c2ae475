import { describe, expect, test } from "vitest";
import { sizeOf } from "../base/shape.ts";
import { fieldOf } from "./dataset.ts";
import { glyphs } from "./glyphs.ts";
import { movingDigit } from "./moving-digit.ts";

const SEQUENCES = 5000;
const source = glyphs();
const data = movingDigit(source);

function read(field: string): Float32Array {
  const out = new Float32Array(SEQUENCES * sizeOf(fieldOf(data, field).shape));
  data.splits.train.read(
    field,
    Array.from({ length: SEQUENCES }, (_, i) => i),
    out,
  );
  return out;
}

const [x, y, bounceX, bounceY, speed, label] = ["x", "y", "bounce-x", "bounce-y", "speed", "label"].map(read);

/** Pearson's χ² of numbers in [0, 1) in equal bins, against the uniform distribution. */
function chiSquare(values: readonly number[], bins: number): number {
  const counts = new Array(bins).fill(0);
  for (const value of values) counts[Math.floor(value * bins)]++;
  const expected = values.length / bins;
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

/** What χ² exceeds with a chance of 10⁻⁶, by degrees of freedom: the regularised gamma function Q(d/2, x/2), solved by bisection. */
const exceeded = { 4: 33.377, 9: 44.811, 15: 56.493 } as const;

test("14,000 sequences of 20 frames of 64 × 64 are the default", () => {
  expect([data.splits.train.count, data.splits.test.count]).toEqual([9000, 5000]);
  expect(fieldOf(data, "frames").shape.map((a) => a.size)).toEqual([20, 4096]);
  expect(data.classes).toEqual(source.classes);
  expect(data.picture).toEqual({ height: 64, width: 64, channels: 1 });
});

describe("chances, each test with a false-alarm rate of 10⁻⁶", () => {
  const sequences = Array.from({ length: SEQUENCES }, (_, s) => s);

  test("speeds are 2, 3, 4, 5, 6, each as often", () => {
    expect(new Set(speed)).toEqual(new Set([2, 3, 4, 5, 6]));
    expect(
      chiSquare(
        [...speed].map((v) => (v - 2) / 5),
        5,
      ),
    ).toBeLessThan(exceeded[4]);
  });

  test("directions are uniform, and the step is the speed", () => {
    const turns = sequences.map((s) => {
      // A bounce between the first two frames has turned the velocity; turned again, it is the first.
      const vx = (x[20 * s + 1] - x[20 * s]) * (bounceX[20 * s + 1] === 0 ? 1 : -1);
      const vy = (y[20 * s + 1] - y[20 * s]) * (bounceY[20 * s + 1] === 0 ? 1 : -1);
      expect(Math.hypot(vx, vy)).toBeCloseTo(speed[s], 4);
      return Math.min(Math.atan2(vy, vx) / (2 * Math.PI) + 0.5, 1 - 1e-9);
    });
    expect(chiSquare(turns, 16)).toBeLessThan(exceeded[15]);
  });

  test.each([
    ["x", x],
    ["y", y],
  ])("first %s are uniform where the digit lies on the canvas", (_, place) => {
    const starts = sequences.map((s) => (place[20 * s] - 14) / 36);
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...starts)).toBeLessThan(1);
    expect(chiSquare(starts, 10)).toBeLessThan(exceeded[9]);
  });

  test("digits are drawn evenly from the source, whose classes are equally large", () => {
    expect(
      chiSquare(
        [...label].map((l) => l / 10),
        10,
      ),
    ).toBeLessThan(exceeded[9]);
  });
});

test.each([
  ["x", x, bounceX],
  ["y", y, bounceY],
])("along %s, the velocity turns exactly where a bounce is marked, at the wall of that side", (_, place, bounce) => {
  let [turned, wrong] = [0, 0];
  for (let s = 0; s < SEQUENCES; s++) {
    if (bounce[20 * s] !== 0) wrong++; // the first frame has no frame before it
    for (let t = 2; t < 20; t++) {
      const k = 20 * s + t;
      const [before, after] = [place[k - 1] - place[k - 2], place[k] - place[k - 1]];
      const expected = before * after < 0 ? Math.sign(before) : 0;
      if (expected !== bounce[k]) wrong++;
      if (expected === 0) continue;
      turned++;
      // Gone on, the digit's edge would have been more than 2 px beyond the border.
      const edge = place[k - 1] + before + 14 * expected;
      if (expected === 1 ? edge < 66 - 1e-4 : edge > -2 + 1e-4) wrong++;
    }
  }
  expect(wrong).toBe(0);
  expect(turned).toBeGreaterThan(4000);
});

test("digits go beyond the border by up to two pixels", () => {
  for (const place of [x, y]) {
    const sorted = Float32Array.from(place).sort();
    expect(sorted[0]).toBeGreaterThanOrEqual(12);
    expect(sorted[0]).toBeLessThan(12.1);
    expect(sorted.at(-1)!).toBeLessThanOrEqual(52);
    expect(sorted.at(-1)!).toBeGreaterThan(51.9);
  }
});
