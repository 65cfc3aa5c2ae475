import { describe, expect, test } from "vitest";
import { sizeOf } from "../base/shape.ts";
import { type BouncingBallsOptions, bouncingBalls } from "./bouncing-balls.ts";
import { fieldOf } from "./dataset.ts";

/** A field of the first `count` sequences. */
function read(field: string, count: number, options: BouncingBallsOptions = {}, split: "train" | "test" = "train") {
  const data = bouncingBalls(options);
  const out = new Float32Array(count * sizeOf(fieldOf(data, field).shape)).fill(Number.NaN);
  data.splits[split].read(
    field,
    Array.from({ length: count }, (_, i) => i),
    out,
  );
  return out;
}

test("4000 sequences to train on and 200 to test on, of 100 frames of 30 × 30, are the default", () => {
  const { fields, splits, picture } = bouncingBalls();
  expect([splits.train.count, splits.test.count]).toEqual([4000, 200]);
  expect(fields.map(({ name, kind, shape }) => [name, kind, ...shape.map((a) => a.size)])).toEqual([
    ["frames", "observation", 100, 900],
    ["position", "factor", 100, 6],
    ["velocity", "factor", 100, 6],
  ]);
  expect(picture).toEqual({ height: 30, width: 30, channels: 1 });
});

describe.each([
  { resolution: 30, balls: 3 },
  { resolution: 15, balls: 2 },
])("frames of $resolution pixels a side, $balls balls", (options) => {
  test("are the clipped sum of exp(−(d²/r²)⁴), to float32 and the 10⁻⁹ that each ball may lose", () => {
    const { resolution, balls } = options;
    const frames = read("frames", 10, options);
    const position = read("position", 10, options);
    let greatest = 0;
    let clipped = 0;
    for (let f = 0; f < 10 * 100; f++) {
      for (let p = 0; p < resolution ** 2; p++) {
        const [x, y] = [
          (((p % resolution) + 0.5) * 10) / resolution,
          ((Math.floor(p / resolution) + 0.5) * 10) / resolution,
        ];
        let sum = 0;
        for (let b = 0; b < balls; b++) {
          const [bx, by] = position.subarray((f * balls + b) * 2);
          sum += Math.exp(-((((x - bx) ** 2 + (y - by) ** 2) / 1.2 ** 2) ** 4));
        }
        if (sum > 1) clipped++;
        greatest = Math.max(greatest, Math.abs(frames[f * resolution ** 2 + p] - Math.min(1, sum)));
      }
    }
    // Positions come as float32, up to 5e-7 off; the steepest slope of the profile is below 2 per unit of length, √2 across.
    expect(greatest).toBeLessThan(3e-6);
    if (balls === 3) expect(clipped).toBeGreaterThan(0);
  });
});

test("starts lie in the part of [2, 10] where balls are inside the box, reach into its corners, and do not overlap", () => {
  const x = read("position", 1000, { length: 1 });
  expect(Math.min(...x)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...x)).toBeLessThanOrEqual(Math.fround(8.8));
  // A coordinate is that near to a bound about once in 70: that none of 6000 is has a chance of e⁻⁸⁵.
  expect(Math.min(...x)).toBeLessThan(2.1);
  expect(Math.max(...x)).toBeGreaterThan(8.7);
  for (let s = 0; s < x.length; s += 6) {
    const apart = [0, 0, 2].map((i, k) => {
      const j = [2, 4, 4][k];
      return Math.hypot(x[s + i] - x[s + j], x[s + i + 1] - x[s + j + 1]);
    });
    expect(Math.min(...apart)).toBeGreaterThan(2.4 - 1e-6);
  }
});

test("first velocities have norm ½ over all balls together, and no preferred direction", () => {
  const v = read("velocity", 1000, { length: 1 });
  for (let s = 0; s < v.length; s += 6) expect(Math.hypot(...v.subarray(s, s + 6))).toBeCloseTo(0.5, 6);
  for (let k = 0; k < 6; k++) {
    const one = Array.from({ length: 1000 }, (_, s) => v[6 * s + k]);
    // Variance of one coordinate of a uniform direction in six dimensions: 0.25/6. Five standard errors.
    expect(Math.abs(one.reduce((a, b) => a + b, 0) / 1000)).toBeLessThan(5 * Math.sqrt(0.25 / 6 / 1000));
  }
});

test("energy is kept over every sequence, and a ball whose velocity lasts moves by it", () => {
  const [x, v] = [read("position", 50), read("velocity", 50)];
  let [moved, turned, energyError, moveError] = [0, 0, 0, 0];
  for (let f = 0; f < 50 * 100; f++) {
    energyError = Math.max(energyError, Math.abs(Math.hypot(...v.subarray(6 * f, 6 * f + 6)) - 0.5));
    if (f % 100 === 99) continue;
    for (let k = 6 * f; k < 6 * f + 6; k += 2) {
      if (v[k] !== v[k + 6] || v[k + 1] !== v[k + 7]) turned++;
      else {
        moved++;
        moveError = Math.max(moveError, Math.abs(x[k + 6] - x[k] - v[k]), Math.abs(x[k + 7] - x[k + 1] - v[k + 1]));
      }
    }
  }
  expect(energyError).toBeLessThan(1e-7); // velocities come as float32
  expect(moveError).toBeLessThan(2e-6); // two positions below 10, as float32
  expect(turned).toBeGreaterThan(1000);
  expect(moved).toBeGreaterThan(10_000);
});

test("a sequence depends on seed, split and index alone; a longer one begins with the shorter", () => {
  const some = read("frames", 4, { length: 3 });
  const one = new Float32Array(10 * 900);
  bouncingBalls({ length: 10, train: 9, test: 1 }).splits.train.read("frames", [2], one);
  expect(one.subarray(0, 3 * 900)).toEqual(some.subarray(2 * 3 * 900, 3 * 3 * 900));
  expect(read("position", 2, { length: 1, seed: 1 })).not.toEqual(read("position", 2, { length: 1 }));
  expect(read("position", 2, { length: 1 }, "test")).not.toEqual(read("position", 2, { length: 1 }));
  expect(some.subarray(0, 900)).not.toEqual(some.subarray(2700, 3600));
});

test("fields stay within their ranges", () => {
  const { fields } = bouncingBalls();
  for (const { name, range } of fields) {
    const values = read(name, 40);
    expect(values.every((value) => value >= range[0] && value <= range[1])).toBe(true);
  }
});

test("sizes that are no whole numbers, and more balls than fit, are refused", () => {
  expect(() => bouncingBalls({ length: 0 })).toThrow(/length 0/);
  expect(() => bouncingBalls({ resolution: 7.5 })).toThrow(/resolution 7.5/);
  expect(() => bouncingBalls({ train: 0 })).toThrow(/bouncing-balls\/train: expected a whole number/);
  expect(() => read("position", 1, { balls: 30 })).toThrow(/choose fewer balls/);
});
