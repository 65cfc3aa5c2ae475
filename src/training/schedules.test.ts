import { describe, expect, test } from "vitest";
import { constantRate, cosine, exponential, linear, piecewise } from "./schedules.ts";

const steps = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

test("a constant rate is the same at every step", () => {
  expect([0, 1, 1e6].map(constantRate(0.25))).toEqual([0.25, 0.25, 0.25]);
});

describe("piecewise", () => {
  test("holds each rate for its number of steps, the last one for ever", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 99].map(piecewise([3, 2, 1], [2, 3, 1]))).toEqual([3, 3, 2, 2, 2, 1, 1, 1]);
  });

  test("goes on with the last rate where lengths are left out", () => {
    expect([0, 1, 2, 99].map(piecewise([3, 2], [2]))).toEqual([3, 3, 2, 2]);
  });
});

describe("cosine", () => {
  test("falls from rate to rate·floor as half a cosine, and stays there", () => {
    const [rate, floor, n] = [0.02, 0.1, 40];
    const at = cosine(rate, n, floor);
    for (const s of steps(n)) {
      // half-angle form of the closed expression: (1 + cos πp)/2 = cos²(πp/2)
      expect(at(s)).toBeCloseTo(rate * floor + rate * (1 - floor) * Math.cos((Math.PI * s) / n / 2) ** 2, 14);
    }
    expect(at(0)).toBe(rate);
    expect(at(n / 2)).toBeCloseTo((rate + rate * floor) / 2, 14);
    for (const s of [n, n + 1, 10 * n]) expect(at(s)).toBeCloseTo(rate * floor, 14);
  });

  test("never rises after the warm-up", () => {
    const at = cosine(1, 30, 0, 5);
    expect(steps(40).filter((s) => s >= 5 && at(s + 1) > at(s))).toEqual([]);
  });

  test("rises in equal parts during the warm-up, to the full rate at its last step", () => {
    expect([0, 1, 2, 3, 4].map(cosine(0.8, 20, 0, 4))).toEqual([0.2, 0.4, 0.6000000000000001, 0.8, 0.8]);
  });

  test("of no steps, or of a warm-up as long as the training, has a finite rate", () => {
    expect(cosine(1, 0)(0)).toBe(1);
    expect(cosine(1, 4, 0.5, 4)(4)).toBe(1);
    expect(cosine(1, 4, 0.5, 4)(5)).toBe(0.5);
  });
});

test("an exponential rate is divided by the factor once in the first epoch and once more in each", () => {
  expect([0, 9, 10, 19, 20].map(exponential(8, 2, 10))).toEqual([4, 4, 2, 2, 1]);
});

test("a linear rate falls by an equal part each epoch, to rate/epochs in the last and no further than 0", () => {
  expect([0, 4, 5, 10, 15, 19, 20, 99].map(linear(8, 4, 5))).toEqual([8, 8, 6, 4, 2, 2, 0, 0]);
});
