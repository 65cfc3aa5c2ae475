import { describe, expect, test } from "vitest";
import { UsageError } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import { approach } from "./approach.ts";

/** Two trials, half a unit below and above a mean curve. */
const around = (curve: readonly number[]): number[][] => curve.map((d) => [d - 0.5, d + 0.5]);

describe("mean distances", () => {
  test("that fall, reach a least value and rise show the paper's pattern", () => {
    const { nearestAt, start, nearest, end, approachesAndLeaves, curve } = approach(around([9, 5, 4, 6, 7]));
    expect({ nearestAt, start, nearest, end }).toEqual({ nearestAt: 2, start: 9, nearest: 4, end: 7 });
    expect(approachesAndLeaves).toBe(true);
    expect(curve.map((c) => c.mean)).toEqual([9, 5, 4, 6, 7]);
    for (const { n, sem } of curve) {
      expect(n).toBe(2);
      expect(sem).toBeCloseTo(0.5, 14); // sd √½, over √2
    }
  });

  test.each([
    ["fall to the end", [9, 5, 4, 3], 3],
    ["rise from the start", [3, 4, 5, 9], 0],
    ["fall and then stay", [9, 4, 4, 4], 1],
    ["stay and then rise", [4, 4, 9], 0],
    ["never change", [4, 4, 4], 0],
    ["are of one time", [4], 0],
  ])("that %s do not", (_, curve, t) => {
    const { nearestAt, approachesAndLeaves } = approach(around(curve));
    expect([nearestAt, approachesAndLeaves]).toEqual([t, false]);
  });

  test("have the first of two equally near times", () => {
    const found = approach(around([9, 4, 5, 4, 6]));
    expect([found.nearestAt, found.approachesAndLeaves]).toEqual([1, true]);
  });

  test("count, not the trials' own least values", () => {
    // Each trial is nearest at t = 0 or t = 3, their mean at t = 1.
    const overTime = [
      [0, 9],
      [4, 4],
      [5, 5],
      [9, 0.5],
    ];
    expect(approach(overTime).nearestAt).toBe(1);
  });
});

describe("changes", () => {
  // fall 4, 6, 5, 5: mean 5, sd √(2/3), error √(1/6); rise 1, −1, 2, 0: mean ½, sd √(5/3), error √(5/12).
  const overTime = [
    [8, 10, 9, 10],
    [4, 4, 4, 5],
    [5, 3, 6, 5],
  ];

  test("are differences paired over trials", () => {
    const { fall, rise, nearestAt } = approach(overTime);
    expect([nearestAt, fall.n, fall.mean, rise.mean]).toEqual([1, 4, 5, 0.5]);
    expect(fall.sem).toBeCloseTo(Math.sqrt(1 / 6), 14);
    expect(rise.sem).toBeCloseTo(Math.sqrt(5 / 12), 14);
    expect([fall.clear, rise.clear]).toEqual([true, false]);
  });

  test("that all trials share are clear however much the trials differ", () => {
    const offsets = [0, 100, 200, 300];
    const shifted = [9, 4, 4.1].map((d) => offsets.map((o, i) => d + o + (d === 4.1 ? 0.01 * i : 0)));
    const { fall, rise } = approach(shifted);
    expect([fall.clear, rise.clear]).toEqual([true, true]);
  });

  test("by two standard errors are the border", () => {
    // Differences m ± 1 of four trials: sd √(4/3), two errors 2/√3 ≈ 1.1547.
    const rise = (m: number) =>
      approach(
        [
          [9, 9, 9, 9],
          [1, 1, 1, 1],
          [m, m + 2, m, m + 2],
        ].map((d) => d),
      ).rise;
    expect(rise(1.15).mean).toBeCloseTo(1.15, 12);
    expect([rise(1.15).clear, rise(1.16).clear]).toEqual([false, true]);
  });

  test("of one trial are never clear", () => {
    const { fall, rise, approachesAndLeaves } = approach([[9], [1], [9]]);
    expect([approachesAndLeaves, fall.clear, rise.clear]).toEqual([true, false, false]);
  });

  test("of chance alone between two given times are seldom clear", () => {
    // A constant distance with noise: at T = 1 one of two times is least, so |difference| > 2 errors in 4.6 % of repetitions.
    const [n, trials] = [2000, 100];
    let clear = 0;
    for (let i = 0; i < n; i++) {
      const draws = new Float64Array(2 * trials);
      stream(1, "chance").normal(i, draws);
      const { fall, rise } = approach([draws.subarray(0, trials), draws.subarray(trials)]);
      if (fall.clear || rise.clear) clear++;
    }
    const p = 0.048; // of Student's t with 99 degrees of freedom
    expect(Math.abs(clear / n - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n));
  });
});

test("no times and no trials are refused", () => {
  expect(() => approach([])).toThrow(UsageError);
  expect(() => approach([[], []])).toThrow(/no trials/);
});
