import { describe, expect, test } from "vitest";
import { UsageError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import {
  filled,
  gatewise,
  gaussian,
  initializer,
  initializers,
  initialOf,
  orthogonal,
  uniform,
} from "./initializers.ts";

const fans = { in: 300, out: 100 };
const n = fans.in * fans.out;

function first(name: string): Float32Array {
  const out = new Float32Array(n).fill(9);
  initializer(name, fans)(out, stream(1, name));
  return out;
}

const mean = (x: Float32Array): number => x.reduce((s, v) => s + v, 0) / x.length;

// [name, variance, fourth moment over squared variance: 3 for a normal, 9/5 for a uniform distribution]
const random = [
  ["normal", 0.01 ** 2, 3],
  ["glorot-uniform", 2 / 400, 9 / 5],
  ["glorot-normal", 2 / 400, 3],
  ["he-uniform", 2 / 300, 9 / 5],
  ["he-normal", 2 / 300, 3],
] as const;

test("all names are tested", () => {
  expect(Object.keys(initializers)).toEqual(["zeros", "ones", ...random.map(([name]) => name), "orthogonal"]);
});

describe.each(random)("%s, for 300 units in and 100 out", (name, variance, kurtosis) => {
  test(`has mean 0 and variance ${variance} within 5 standard errors`, () => {
    const x = first(name);
    expect(Math.abs(mean(x))).toBeLessThan(5 * Math.sqrt(variance / n));
    const found = mean(x.map((v) => v * v));
    expect(Math.abs(found - variance)).toBeLessThan(5 * variance * Math.sqrt((kurtosis - 1) / n));
  });

  test("has the shape of its distribution: the fourth moment, within 5 standard errors", () => {
    const found = mean(first(name).map((v) => (v * v) ** 2 / variance ** 2));
    const eighth = kurtosis === 3 ? 105 : 9; // E[x⁸]/σ⁸
    expect(Math.abs(found - kurtosis)).toBeLessThan(5 * Math.sqrt((eighth - kurtosis ** 2) / n));
  });
});

test("uniform weights stay inside their bound", () => {
  const bound = Math.sqrt(6 / 400);
  expect(Math.max(...first("glorot-uniform").map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound));
});

test("zeros, ones and a number fill", () => {
  expect([new Set(first("zeros")), new Set(first("ones"))]).toEqual([new Set([0]), new Set([1])]);
  const out = new Float32Array(3);
  filled(0.5)(out, stream(1, "a"));
  expect([...out]).toEqual([0.5, 0.5, 0.5]);
});

/** The products of all pairs of rows. */
function gram(rows: readonly (readonly number[])[]): number[][] {
  return rows.map((a) => rows.map((b) => a.reduce((s, v, i) => s + v * b[i], 0)));
}

const rowsOf = (x: ArrayLike<number>, columns: number): number[][] =>
  Array.from({ length: x.length / columns }, (_, i) => Array.from({ length: columns }, (_, j) => x[i * columns + j]));

const transposed = (rows: readonly (readonly number[])[]): number[][] => rows[0].map((_, j) => rows.map((r) => r[j]));

describe.each([
  [5, 5],
  [4, 9],
  [9, 4],
  [60, 60],
])("an orthogonal matrix of %d × %d", (rows, columns) => {
  const out = new Float32Array(rows * columns);
  initializer("orthogonal", { in: rows, out: columns })(out, stream(1, "W"));
  const W = rowsOf(out, columns);

  test("has orthonormal rows, or columns if those are fewer", () => {
    gram(rows <= columns ? W : transposed(W)).forEach((row, i) => {
      row.forEach((v, j) => void expect(v).toBeCloseTo(i === j ? 1 : 0, 6));
    });
  });
});

test("orthogonal matrices point nowhere in particular: every element has mean 0 and variance ¼ in 4 × 4", () => {
  const all = Array.from({ length: 2000 }, (_, seed) => {
    const out = new Float64Array(16) as unknown as Float32Array;
    orthogonal(4)(out, stream(seed, "W"));
    return out;
  });
  for (let i = 0; i < 16; i++) {
    const moment = (k: number): number => all.reduce((s, W) => s + W[i] ** k, 0) / all.length;
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / 4 / 2000));
    // the square of an element of a uniform unit vector in 4 dimensions has variance 2·3/(4²·6) = 1/16
    expect(Math.abs(moment(2) - 1 / 4)).toBeLessThan(5 * Math.sqrt(1 / 16 / 2000));
  }
});

test("the rows of an orthogonal kernel are those that the layer names", () => {
  const out = new Float32Array(24);
  initializer("orthogonal", { in: 8, out: 12, rows: 3 })(out, stream(1, "W"));
  gram(rowsOf(out, 8)).forEach((row, i) => {
    row.forEach((v, j) => void expect(v).toBeCloseTo(i === j ? 1 : 0, 6));
  });
});

test("gates are filled each by its own initialiser, as rows or as columns, from draws of their own", () => {
  const [a, b] = [filled(1), filled(2)];
  const fill = (outer: number, ...initials: Parameters<typeof gatewise>[0]): number[] => {
    const out = new Float32Array(8);
    gatewise(initials, outer)(out, stream(1, "W"));
    return [...out];
  };
  expect(fill(1, a, b)).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  expect(fill(2, a, b)).toEqual([1, 1, 2, 2, 1, 1, 2, 2]);
  expect(new Set(fill(2, gaussian(1), gaussian(1))).size).toBe(8);
  expect(new Set(fill(2, uniform(1), uniform(1))).size).toBe(8);
});

test("an initialiser may be a function of one's own", () => {
  const out = new Float32Array(2);
  initialOf(filled(3), fans)(out, stream(1, "a"));
  expect([...out]).toEqual([3, 3]);
  initialOf("ones", fans)(out, stream(1, "a"));
  expect([...out]).toEqual([1, 1]);
});

test("first weights depend on the stream alone", () => {
  expect(first("he-normal")).toEqual(first("he-normal"));
  const other = new Float32Array(n);
  initializer("he-normal", fans)(other, stream(2, "he-normal"));
  expect(other).not.toEqual(first("he-normal"));
});

test.each([
  ["glorot-unifrom", /got "glorot-unifrom"; did you mean "glorot-uniform"/],
  ["He-Normal", /did you mean "he-normal"/],
  ["orthogonalized", /got "orthogonalized"; choose one of these/],
])("the unknown name %s is a UsageError", (name, message) => {
  expect(() => initializer(name, fans)).toThrow(UsageError);
  expect(() => initializer(name, fans)).toThrow(message);
});
