import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { invertPixels } from "./pixel-noise.ts";

const N = 100_000;
const x = new Float32Array(N);
stream(1, "x").uniform(0, x);

describe("pixels", () => {
  test.each([0.05, 0.2, 0.5])("are inverted with probability %d, within 5 standard errors, and else stay", (p) => {
    const y = invertPixels(x, p, stream(2, "noise"));
    const changed = y.filter((v, i) => v !== x[i]).length;
    expect(y.findIndex((v, i) => v !== x[i] && v !== Math.fround(1 - x[i]))).toBe(-1);
    expect(Math.abs(changed / N - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / N));
  });

  test("all stay for p = 0 and all change for p = 1", () => {
    expect(invertPixels(x, 0, stream(2, "noise"))).toEqual(x);
    expect(invertPixels(x, 1, stream(2, "noise"))).toEqual(x.map((v) => 1 - v));
  });

  test("given are left as they are", () => {
    const before = x.slice();
    invertPixels(x, 0.5, stream(2, "noise"));
    expect(x).toEqual(before);
  });

  test("are chosen by the stream and the step", () => {
    const at = (name: string, step: number) => invertPixels(x, 0.2, stream(2, name), step);
    expect(at("a", 3)).toEqual(at("a", 3));
    expect(at("a", 3)).not.toEqual(at("a", 4));
    expect(at("a", 3)).not.toEqual(at("b", 3));
  });

  test("inverted at p are inverted at any larger p too", () => {
    const [few, many] = [0.1, 0.3].map((p) => invertPixels(x, p, stream(2, "noise")));
    expect(few.findIndex((v, i) => v !== x[i] && many[i] !== v)).toBe(-1);
  });
});
