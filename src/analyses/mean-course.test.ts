import { expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { meanCourse } from "./mean-course.ts";

const drawn = (count: number): Float64Array => {
  const values = new Float64Array(count);
  stream(5, "test/course").normal(0, values);
  return values;
};

test("means over sequences at each time, and over all", () => {
  const { course, mean } = meanCourse([1, 10, 3, 20, 5, 60], 2, { stream: stream(1, "test") });
  expect(course.map((e) => e.value)).toEqual([3, 30]);
  expect(mean.value).toBeCloseTo(16.5, 12);
});

test("intervals are those of the normal theory: 1.96 σ/√n either way", () => {
  const n = 2000;
  const values = drawn(2 * n).map((v, i) => (i % 2 === 0 ? v : 10 + 3 * v));
  const { course, mean } = meanCourse(values, 2, { stream: stream(2, "test"), resamples: 2000 });
  const widths = [1, 3, Math.sqrt(1 + 9) / 2].map((sd) => (2 * 1.96 * sd) / Math.sqrt(n));
  // Limits from 2000 resamples err by about 3 % of the width, the sample's own spread by about 2 %.
  [...course, mean].forEach(({ low, high }, i) => {
    expect((high - low) / widths[i]).toBeGreaterThan(0.85);
    expect((high - low) / widths[i]).toBeLessThan(1.15);
  });
  expect(Math.abs(course[1].value - 10)).toBeLessThan((5 * 3) / Math.sqrt(n));
});

test("sequences are drawn whole: times that cancel leave nothing to doubt", () => {
  const values = Array.from(drawn(50)).flatMap((v) => [v, -v]);
  const { course, mean } = meanCourse(values, 2, { stream: stream(3, "test") });
  expect(course[0].high - course[0].low).toBeGreaterThan(0.1);
  expect(mean.high - mean.low).toBeLessThan(1e-12);
});

test("sequences of unequal length are refused", () => {
  expect(() => meanCourse([1, 2, 3], 2, { stream: stream(1, "test") })).toThrow("whole sequences of 2 times");
});
