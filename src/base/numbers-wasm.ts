import { normalQuantile } from "./normal-quantile.ts";
import { normalOfWords } from "./normal-quantile-wasm.ts";
import { highHalf, lowHalf, type Numbers, plainNumbers, unit } from "./numbers.ts";
import type { Key } from "./philox.ts";
import { GROUP, philoxFill } from "./philox-wasm.ts";
import { uniformOfWords } from "./uniform-wasm.ts";
import { instantiate, wasmModule } from "./wasm.ts";

/** Words at a time. The three arrays of so many fit one page of memory, and a processor's first cache. */
const CHUNK = 128 * GROUP;

/** Below this length the calls cost more than the kernel saves. */
const SHORT = 8;

// Addresses of the kernel's arrays; the first two have places past the last.
const SPARE = 16;
const WORDS = 0;
const NUMBERS = WORDS + 4 * (CHUNK + SPARE);
const TAILS = NUMBERS + 4 * (CHUNK + SPARE);

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  fill(n: number, first: number, lo: number, hi: number, k0: number, k1: number): void;
  uniform(n: number): void;
  normal(n: number): void;
}

/** The kernel's binary. */
export const kernel = (): Uint8Array<ArrayBuffer> =>
  wasmModule(1, [
    philoxFill(WORDS),
    uniformOfWords(WORDS, NUMBERS),
    normalOfWords({ words: WORDS, numbers: NUMBERS, tails: TAILS, length: CHUNK }),
  ]);

/**
 * Numbers by a WebAssembly kernel with vectors of 128 bits, bit for bit those of `plainNumbers`. The kernel fills its own memory chunk
 * by chunk, and each chunk is copied to its place.
 * @returns undefined where the engine does not run it
 */
export function wasmNumbers(): Numbers | undefined {
  const { memory, fill, uniform, normal } = instantiate<Kernel>(kernel()) ?? {};
  if (!memory || !fill || !uniform || !normal) return undefined;
  const words = new Uint32Array(memory.buffer, WORDS, CHUNK);
  const numbers = new Float32Array(memory.buffer, NUMBERS, CHUNK);

  /** Fills `words` with each chunk of a draw and hands on where it goes. */
  const chunks = (key: Key, step: number, length: number, use: (at: number, n: number) => void): void => {
    for (let at = 0; at < length; at += CHUNK) {
      const n = Math.min(CHUNK, length - at);
      fill(n, at / 4, lowHalf(step), highHalf(step), key[0], key[1]);
      use(at, n);
    }
  };
  const copyWords = (out: Uint32Array, at: number, n: number): void =>
    out.set(n === CHUNK ? words : words.subarray(0, n), at);
  const copyNumbers = (out: Float32Array, at: number, n: number): void =>
    out.set(n === CHUNK ? numbers : numbers.subarray(0, n), at);

  return {
    words(key, step, out) {
      if (out.length < SHORT) return plainNumbers.words(key, step, out);
      chunks(key, step, out.length, (at, n) => copyWords(out, at, n));
    },
    uniform(key, step, out) {
      if (out.length < SHORT) return plainNumbers.uniform(key, step, out);
      chunks(key, step, out.length, (at, n) => {
        if (out instanceof Float32Array) {
          uniform(n);
          copyNumbers(out, at, n);
        } else {
          for (let i = 0; i < n; i++) out[at + i] = unit(words[i]);
        }
      });
    },
    normal(key, step, out) {
      if (out.length < SHORT) return plainNumbers.normal(key, step, out);
      chunks(key, step, out.length, (at, n) => {
        if (out instanceof Float32Array) {
          normal(n);
          copyNumbers(out, at, n);
        } else {
          for (let i = 0; i < n; i++) out[at + i] = normalQuantile(unit(words[i]));
        }
      });
    },
  };
}
