import { describe, expect, test } from "vitest";
import { ShapeError, UsageError } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import { invertPixels, type PixelNoise, permutePixels, pixelNoises } from "./pixel-noise.ts";

const [IMAGES, PIXELS] = [100, 200];
const N = IMAGES * PIXELS;
// All values differ, so that each can be followed.
const x = Float32Array.from(stream(1, "x").permutation(0, N), (i) => (i + 0.5) / N);
const image = (y: Float32Array, i: number): Float32Array => y.slice(i * PIXELS, (i + 1) * PIXELS);
const noise = (name = "noise") => stream(2, name);
const same = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((v, i) => v === b[i]);

describe.each<PixelNoise>(["invert", "permute"])("%s", (kind) => {
  const add = pixelNoises[kind];

  test("p = 0 changes nothing", () => {
    expect(same(add(x, PIXELS, 0, noise()), x)).toBe(true);
  });

  test("the pixels given are left as they are", () => {
    const before = x.slice();
    add(x, PIXELS, 0.5, noise());
    expect(same(x, before)).toBe(true);
  });

  test("seed, stream name and step decide, and nothing else", () => {
    const at = (name: string, step?: number) => add(x, PIXELS, 0.2, noise(name), step);
    expect(same(at("a", 3), at("a", 3))).toBe(true);
    expect(same(at("a", 0), at("a"))).toBe(true);
    expect(same(at("a", 3), at("a", 4))).toBe(false);
    expect(same(at("a", 3), at("b", 3))).toBe(false);
  });

  test.each([-0.1, 1.1, Number.NaN])("p = %d is refused", (p) => {
    expect(() => add(x, PIXELS, p, noise())).toThrow(UsageError);
  });
});

describe("inverted pixels", () => {
  test.each([0.05, 0.2, 0.5])("are a share of %d, within 5 standard errors, and the others stay", (p) => {
    const y = invertPixels(x, p, noise());
    const changed = y.filter((v, i) => v !== x[i]).length;
    expect(y.findIndex((v, i) => v !== x[i] && v !== Math.fround(1 - x[i]))).toBe(-1);
    expect(Math.abs(changed / N - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / N));
  });

  test("are all of them for p = 1", () => {
    const inverse = x.map((v) => 1 - v);
    expect(same(invertPixels(x, 1, noise()), inverse)).toBe(true);
  });

  test("at p are inverted at any larger p too", () => {
    const [few, many] = [0.1, 0.3].map((p) => invertPixels(x, p, noise()));
    expect(few.findIndex((v, i) => v !== x[i] && many[i] !== v)).toBe(-1);
  });
});

describe("permuted pixels", () => {
  test.each([0.03, 0.3, 1])("keep the values of each image, p = %d", (p) => {
    const y = permutePixels(x, PIXELS, p, noise());
    for (let i = 0; i < IMAGES; i++) expect(same(image(y, i).sort(), image(x, i).sort())).toBe(true);
  });

  test.each([0.05, 0.2, 0.5, 1])("are those that inversion would select at p = %d, but for one an image", (p) => {
    const [inverted, y] = [invertPixels(x, p, noise()), permutePixels(x, PIXELS, p, noise())];
    let [selected, stayed, moved] = [0, 0, 0];
    for (let i = 0; i < N; i++) {
      if (inverted[i] === x[i]) moved += y[i] === x[i] ? 0 : 1;
      else {
        selected++;
        if (y[i] === x[i]) stayed++;
      }
    }
    expect(moved).toBe(0);
    expect(Math.abs(selected / N - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / N));
    // A random permutation has one fixed point in the mean, with variance 1.
    expect(Math.abs(stayed / IMAGES - 1)).toBeLessThan(5 / Math.sqrt(IMAGES));
  });

  test("of one image do not depend on the images beside it but through the stream", () => {
    const other = x.slice();
    other.fill(0, PIXELS);
    expect(image(permutePixels(other, PIXELS, 0.5, noise()), 0)).toEqual(
      image(permutePixels(x, PIXELS, 0.5, noise()), 0),
    );
  });

  test("take each of the six orders of three pixels equally often", () => {
    const n = 60_000;
    const triples = Float32Array.from({ length: 3 * n }, (_, i) => i % 3);
    const y = permutePixels(triples, 3, 1, noise());
    const seen = new Map<string, number>();
    for (let i = 0; i < n; i++) {
      const order = y.slice(3 * i, 3 * i + 3).join("");
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(Math.abs(count / n - 1 / 6)).toBeLessThan(5 * Math.sqrt(5 / 36 / n));
  });

  test("of parts of images are refused", () => {
    expect(() => permutePixels(x.subarray(1), PIXELS, 0.5, noise())).toThrow(ShapeError);
  });
});
