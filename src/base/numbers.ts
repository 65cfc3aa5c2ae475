import { normalQuantile, normalQuantile32 } from "./normal-quantile.ts";
import { type Key, philox4x32 } from "./philox.ts";

/**
 * The numbers of one key and step, from the first one on. Four words are the cipher of one block's counter
 * (block, 0, step mod 2³², ⌊step / 2³²⌋), block = 0, 1, 2…; each word makes one uniform or normal number.
 */
export interface Numbers {
  words(key: Key, step: number, out: Uint32Array): void;
  /** The word's `unit`; in float32 at most 1 − 2⁻²⁴. */
  uniform(key: Key, step: number, out: Float32Array | Float64Array): void;
  /** The standard normal's quantile of the word's `unit`. */
  normal(key: Key, step: number, out: Float32Array | Float64Array): void;
}

/** The middle of one of 2³² equal parts of (0, 1). Exact in float64. */
export const unit = (word: number): number => (word + 0.5) * 2 ** -32;

/** The largest float32 below 1. */
export const BELOW_ONE = 1 - 2 ** -24;

/** In plain TypeScript. */
export const plainNumbers: Numbers = {
  words: cipher,
  uniform(key, step, out) {
    const words = new Uint32Array(out.length);
    cipher(key, step, words);
    const top = out instanceof Float32Array ? BELOW_ONE : 1;
    for (let i = 0; i < words.length; i++) out[i] = Math.min(unit(words[i]), top);
  },
  normal(key, step, out) {
    const words = new Uint32Array(out.length);
    cipher(key, step, words);
    const quantile = out instanceof Float32Array ? normalQuantile32 : normalQuantile;
    for (let i = 0; i < words.length; i++) out[i] = quantile(unit(words[i]));
  },
};

const rest = new Uint32Array(4);

function cipher(key: Key, step: number, out: Uint32Array): void {
  const [lo, hi] = [lowHalf(step), highHalf(step)];
  const whole = out.length - (out.length % 4);
  for (let i = 0; i < whole; i += 4) philox4x32((i / 4) | 0, 0, lo, hi, key[0], key[1], out, i);
  if (whole === out.length) return;
  philox4x32((whole / 4) | 0, 0, lo, hi, key[0], key[1], rest);
  for (let i = whole; i < out.length; i++) out[i] = rest[i - whole];
}

/** The lower 32 bits of a whole number. */
export const lowHalf = (x: number): number => x >>> 0;

/** The next 32 bits. */
export const highHalf = (x: number): number => Math.floor(x / 2 ** 32) >>> 0;
