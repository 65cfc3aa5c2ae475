import { describe, expect, test } from "vitest";
import { UsageError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { filled, initializer, initializers } from "./initializers.ts";

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
  expect(Object.keys(initializers)).toEqual(["zeros", "ones", ...random.map(([name]) => name)]);
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
