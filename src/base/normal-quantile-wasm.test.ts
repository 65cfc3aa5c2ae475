import { expect, test } from "vitest";
import { normalQuantile32 } from "./normal-quantile.ts";
import { logarithm, normalOfWords } from "./normal-quantile-wasm.ts";
import { unit } from "./numbers.ts";
import { uniformOfWords } from "./uniform-wasm.ts";
import { i32, instantiate, v128, wasmFunction, wasmModule } from "./wasm.ts";

const LENGTH = 2048;
const [WORDS, NUMBERS, TAILS] = [0, 16384, 32768];
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  log(address: number): void;
  uniform(n: number): void;
  normal(n: number): void;
}
const log = wasmFunction("log", 1, ([address], local) => {
  const [p, result] = [local("v128"), local("v128")];
  return [
    p.set(v128.load(address.get)),
    ...logarithm(p, result, local),
    v128.store(i32.add(address.get, i32.const(16)), result.get),
  ];
});
const functions = [
  log,
  uniformOfWords(WORDS, NUMBERS),
  normalOfWords({ words: WORDS, numbers: NUMBERS, tails: TAILS, length: LENGTH }),
];
const kernel = instantiate<Exports>(wasmModule(1, functions)) as Exports;
const words = new Uint32Array(kernel.memory.buffer, WORDS, LENGTH);
const numbers = new Float32Array(kernel.memory.buffer, NUMBERS, LENGTH);

// Fractions where fdlibm branches: at 1 and 2, at √2, at the ends of the window where it takes the longer sum
const fractions = [0, 1, 0x6147a, 0x6147b, 0x6a09b, 0x6a09c, 0x6b851, 0x6b852, 0xffffd, 0xffffe, 0xfffff].flatMap(
  (upper) => Array.from({ length: 100 }, (_, i) => 1 + (upper + i / 100) * 2 ** -20),
);
const points = [
  ...[-33, -20, -8, -4].flatMap((k) => fractions.map((m) => 2 ** k * m)),
  ...Array.from({ length: 200_000 }, (_, i) => 2 ** (-33 + (29.6 * (i + ((i * 0.618) % 1))) / 200_001)),
];

test("the kernel's logarithm is Math.log of V8, to the last bit", () => {
  const pair = new Float64Array(kernel.memory.buffer, 0, 4);
  const wrong = points.filter((p, i) => {
    pair.set(i % 2 ? [p, 0.1] : [0.1, p]);
    kernel.log(0);
    return pair[2 + ((i + 1) % 2)] !== Math.log(p);
  });
  expect(wrong).toEqual([]);
});

// |q| = 0.425 lies between two words at either end; the middle, the ends, and what is beside them
const low = Math.floor(0.075 * 2 ** 32);
const high = Math.floor(0.925 * 2 ** 32);
const beside = [0, low, high, 2 ** 31, 2 ** 32 - 1].flatMap((w) => [-2, -1, 0, 1, 2].map((d) => (w + d) >>> 0));

test("normal numbers of the words where the formula changes are normalQuantile32", () => {
  words.set(beside);
  kernel.normal(beside.length);
  expect(numbers.subarray(0, beside.length)).toEqual(Float32Array.from(beside, (w) => normalQuantile32(unit(w))));
});

test.each([
  ["all in the tails", () => 5],
  ["none in the tails", () => 2 ** 31 + 5],
  ["one in the tails", (i: number) => (i === 3 ? 2 ** 32 - 9 : 2 ** 31)],
  ["alternately in either tail", (i: number) => (i % 2 ? 7 : 2 ** 32 - 7)],
])("a full array with %s", (_name, word) => {
  words.set(Array.from({ length: LENGTH }, (_, i) => word(i)));
  kernel.normal(LENGTH);
  expect(numbers).toEqual(Float32Array.from(words, (w) => normalQuantile32(unit(w))));
});

test("uniform numbers of small and large words, where float32 rounds, are at most 1 − 2⁻²⁴", () => {
  const hard = [
    0,
    1,
    2 ** 23,
    2 ** 24 - 1,
    2 ** 24,
    2 ** 24 + 1,
    2 ** 24 + 2,
    2 ** 25 + 2,
    2 ** 25 + 6,
    2 ** 31,
    2 ** 32 - 129,
    2 ** 32 - 128,
    2 ** 32 - 1,
  ];
  words.set(hard);
  kernel.uniform(hard.length);
  expect(numbers.subarray(0, hard.length)).toEqual(Float32Array.from(hard, (w) => Math.min(unit(w), 1 - 2 ** -24)));
});
