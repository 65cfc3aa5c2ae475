import { describe, expect, test } from "vitest";
import { stream } from "../../base/random.ts";
import { neighbourDistances } from "./nearest-neighbours.ts";

function uniforms(n: number, name: string): Float64Array {
  const out = new Float64Array(n);
  stream(1, name).uniform(0, out);
  return out;
}

const clouds: Record<string, (n: number) => [Float64Array, Float64Array]> = {
  "a square": (n) => [uniforms(n, "x"), uniforms(n, "y")],
  "a line": (n) => [uniforms(n, "x"), uniforms(n, "x").map((v) => 2 * v)],
  "a crowd and a few far off": (n) => [uniforms(n, "x").map((v) => v ** 20), uniforms(n, "y").map((v) => v ** 9)],
  "a lattice of equal points": (n) => [
    uniforms(n, "x").map((v) => Math.floor(5 * v)),
    uniforms(n, "y").map((v) => Math.floor(4 * v)),
  ],
};

describe.each(Object.entries(clouds))("distances in %s", (_, cloud) => {
  test.each([
    [1, 1],
    [2, 1],
    [9, 3],
    [10, 3],
    [100, 1],
    [101, 5],
    [500, 3],
  ])("of %d points to the %d-th neighbour are those of all pairs", (n, k) => {
    const [x, y] = cloud(n);
    const wanted = x.map((_, i) => {
      const others = Array.from(x, (_, j) => Math.max(Math.abs(x[i] - x[j]), Math.abs(y[i] - y[j])));
      others.splice(i, 1);
      return others.sort((a, b) => a - b)[k - 1] ?? Number.POSITIVE_INFINITY;
    });
    expect(neighbourDistances(x, y, k)).toEqual(wanted);
  });
});
