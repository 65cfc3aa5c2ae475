import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { bootstrap, median, quantile } from "./bootstrap.ts";

const meanOf =
  (x: ArrayLike<number>) =>
  (drawn: Uint32Array): number[] => [drawn.reduce((s, i) => s + x[i], 0) / drawn.length];

describe("quantiles", () => {
  test.each([
    [0, 1],
    [0.25, 1.75],
    [0.5, 3],
    [0.9, 6.8],
    [1, 8],
  ])("of 1, 2, 4, 8 at %d are %d", (p, wanted) => {
    expect(quantile([1, 2, 4, 8], p)).toBeCloseTo(wanted, 12);
  });

  test("of one number are this number, of none NaN", () => {
    expect([quantile([7], 0.1), quantile([], 0.5)]).toEqual([7, Number.NaN]);
  });

  test("the median does not need sorted numbers", () => {
    expect([median([10, 9, 1]), median([4, 1, 100, 2])]).toEqual([9, 3]);
  });
});

describe("bootstrap", () => {
  test("draws each unit equally often, within 5 standard deviations, and as many as there are", () => {
    const counts = new Float64Array(7);
    const lengths = new Set<number>();
    const count = (drawn: Uint32Array): number[] => {
      lengths.add(drawn.length);
      for (const i of drawn) counts[i]++;
      return [0];
    };
    bootstrap(7, count, { stream: stream(1, "bootstrap"), resamples: 2000 });
    expect([...lengths]).toEqual([7]);
    for (const c of counts) expect(Math.abs(c - 2000)).toBeLessThan(5 * Math.sqrt(14_000 * (1 / 7) * (6 / 7)));
  });

  test("of the mean of 0 and 1, which is 0, ½ or 1 with chances ¼, ½, ¼", () => {
    const at = (level: number) => bootstrap(2, meanOf([0, 1]), { stream: stream(2, "bootstrap"), level })[0];
    expect(at(0.95)).toEqual({ low: 0, high: 1 });
    expect(at(0.6)).toEqual({ low: 0, high: 1 }); // tails of 0.2
    expect(at(0.4)).toEqual({ low: 0.5, high: 0.5 }); // tails of 0.3
  });

  test("covers the mean of 40 normals as often as theory says, within 4 standard errors", () => {
    // Resampled means have the standard deviation s·√(39/40)/√40, so the interval covers if |t₃₉| < 1.960·√(39/40) = 1.935: 94.0 %.
    const [trials, n] = [1000, 40];
    const x = new Float64Array(n);
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      stream(3, "data").normal(trial, x);
      const [{ low, high }] = bootstrap(n, meanOf(x), { stream: stream(trial, "bootstrap"), resamples: 300 });
      if (low < 0 && high > 0) covered++;
    }
    expect(Math.abs(covered / trials - 0.94)).toBeLessThan(4 * Math.sqrt((0.94 * 0.06) / trials));
  });

  test("is the same for the same stream, has an interval for each number, and leaves NaN out", () => {
    const x = Float64Array.from({ length: 30 }, (_, i) => i);
    const statistic = (d: Uint32Array): number[] => [meanOf(x)(d)[0], d[0] < 15 ? Number.NaN : 1];
    const of = (seed: number) => bootstrap(30, statistic, { stream: stream(seed, "s"), resamples: 50 });
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(of(1)[1]).toEqual({ low: 1, high: 1 });
  });
});
