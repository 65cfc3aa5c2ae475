import { describe, expect, test } from "vitest";
import { type Numbers, plainNumbers } from "./numbers.ts";
import { kernel, wasmNumbers } from "./numbers-wasm.ts";
import type { Key } from "./philox.ts";

/** Each kind of draw that there is. */
const draws = {
  words: (n: Numbers, key: Key, step: number, length: number) =>
    drawn(new Uint32Array(length), (o) => n.words(key, step, o)),
  "uniform float32": (n: Numbers, key: Key, step: number, length: number) =>
    drawn(new Float32Array(length), (o) => n.uniform(key, step, o)),
  "uniform float64": (n: Numbers, key: Key, step: number, length: number) =>
    drawn(new Float64Array(length), (o) => n.uniform(key, step, o)),
  "normal float32": (n: Numbers, key: Key, step: number, length: number) =>
    drawn(new Float32Array(length), (o) => n.normal(key, step, o)),
  "normal float64": (n: Numbers, key: Key, step: number, length: number) =>
    drawn(new Float64Array(length), (o) => n.normal(key, step, o)),
};

function drawn<A extends { readonly buffer: ArrayBuffer }>(out: A, draw: (out: A) => void): Uint32Array {
  draw(out);
  return new Uint32Array(out.buffer);
}

const wasm = wasmNumbers() as Numbers;

test("Node runs the kernel, and browsers compile it at once: it has less than 4 KiB", () => {
  expect(wasm).toBeDefined();
  expect(kernel().length).toBeLessThan(4096);
});

describe.each(Object.entries(draws))("%s: the kernel gives the bits of plain TypeScript", (_name, draw) => {
  const lengths = [...Array(71).keys(), 127, 128, 129, 4095, 4096, 4097, 8191, 8193, 20_001];
  test(`for the lengths ${lengths.join(", ")}`, () => {
    for (const n of lengths) {
      const [found, wanted] = [wasm, plainNumbers].map((s) => draw(s, [0x9e3779b9, 0xf0e1d2c3], 3, n));
      expect(found).toEqual(wanted);
    }
  });

  test.each([0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 7, 2 ** 40 + 1, 2 ** 53 - 1])("at step %d", (step) => {
    const keys: Key[] = [
      [0, 0],
      [1, 2],
      [0xffffffff, 0xffffffff],
      [0x80000000, 0x7fffffff],
    ];
    for (const key of keys) expect(draw(wasm, key, step, 333)).toEqual(draw(plainNumbers, key, step, 333));
  });

  test("for a million numbers", () => {
    const wanted = draw(plainNumbers, [12345, 67890], 1, 1_000_003);
    expect(draw(wasm, [12345, 67890], 1, 1_000_003).every((b, i) => b === wanted[i])).toBe(true);
  });
});

test("a draw fills a view and leaves what is around it", () => {
  for (const n of [9, 5000]) {
    const around = new Float32Array(n + 2).fill(7);
    wasm.normal([1, 2], 0, around.subarray(1, n + 1));
    expect([around[0], around[n + 1]]).toEqual([7, 7]);
    expect(around.subarray(1, n + 1).every((x) => x !== 7)).toBe(true);
  }
});
