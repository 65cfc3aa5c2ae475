import { describe, expect, test } from "vitest";
import { formatLogTicks, formatNumber, formatTicks, linearTicks, logTicks, niceDomain } from "./ticks.ts";

describe("linearTicks", () => {
  test("are the decimal numbers themselves, without rounding errors", () => {
    expect(linearTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks(-0.3, 0.3, 6)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
    expect(linearTicks(-200, -100, 5)).toEqual([-200, -180, -160, -140, -120, -100]);
  });

  test("stay whole where asked", () => {
    expect(linearTicks(1, 3, 10, true)).toEqual([1, 2, 3]);
  });

  test("lie within the bounds and are evenly spaced over twelve orders of magnitude", () => {
    for (let e = -6; e <= 6; e++) {
      for (const count of [2, 5, 9]) {
        const [low, high] = [-1.7 * 10 ** e, 9.13 * 10 ** e];
        const ticks = linearTicks(low, high, count);
        const step = ticks[1] - ticks[0];
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(Math.max(3, count + 1));
        for (const [i, tick] of ticks.entries()) {
          expect(tick).toBeGreaterThanOrEqual(low);
          expect(tick).toBeLessThanOrEqual(high);
          if (i > 0) expect((tick - ticks[i - 1]) / step).toBeCloseTo(1, 6);
        }
      }
    }
  });
});

test("a nice domain contains the bounds, ends on ticks, and opens up a single value", () => {
  expect(niceDomain(-197.3, -101.2, 6)).toEqual([-200, -100]);
  const [low, high] = niceDomain(5, 5, 6);
  expect(low).toBeLessThan(5);
  expect(high).toBeGreaterThan(5);
});

test("a logarithmic axis is marked at powers of ten, and more finely when short", () => {
  expect(logTicks(0.002, 30, 8)).toEqual([0.01, 0.1, 1, 10]);
  expect(logTicks(3, 60, 8)).toEqual([5, 10, 20, 50]);
});

describe("labels", () => {
  test.each([
    [
      [0, 0.5, 1],
      ["0.0", "0.5", "1.0"],
    ],
    [
      [-200, -150, 0],
      ["−200", "−150", "0"],
    ],
    [
      [0, 5000, 10000],
      ["0", "5,000", "10,000"],
    ],
    [
      [0, 5e6, 1e7],
      ["0", "0.5×10⁷", "1.0×10⁷"],
    ],
    [
      [0, 1e-6, 2e-6],
      ["0", "1×10⁻⁶", "2×10⁻⁶"],
    ],
  ])("of %j are %j", (ticks, labels) => expect(formatTicks(ticks)).toEqual(labels));

  test("on a logarithmic axis are no longer than need be", () => {
    expect(formatLogTicks([1e-5, 0.01, 1, 1000, 2e6])).toEqual(["10⁻⁵", "0.01", "1", "1,000", "2×10⁶"]);
  });

  test("a number that rounds to nothing has no sign", () => {
    expect(formatNumber(-0.001, 1)).toBe("0.0");
    expect(formatNumber(-1234567.891, 2)).toBe("−1,234,567.89");
    expect([Number.NaN, Infinity, -Infinity].map((x) => formatNumber(x, 1))).toEqual(["–", "∞", "−∞"]);
  });
});
