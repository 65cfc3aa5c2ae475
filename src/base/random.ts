/**
 * Named, counter-based random streams. A draw is a pure function of (seed, stream name, step, element), so it can be repeated,
 * resumed and compared across machines and runtimes, and no stream disturbs another.
 *
 * Bits come from Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11), the generator that
 * NumPy, JAX and cuRAND offer; normals from the inverse distribution function of one 32-bit uniform each (Wichura 1988, AS 241).
 */
import { highHalf, lowHalf, type Numbers, plainNumbers } from "./numbers.ts";
import { wasmNumbers } from "./numbers-wasm.ts";
import type { Key } from "./philox.ts";

/** A source of numbers addressed by step. The same name and step give the same numbers, always. */
export interface Stream {
  readonly name: string;
  /** Uniform in the open interval (0, 1): (k + ½)/2³², k = 0…2³²−1, rounded to float32 when stored so (then at most 1 − 2⁻²⁴). */
  uniform(step: number, out: Float32Array | Float64Array): void;
  /** Standard normal, mean 0, variance 1; tails reach ±6.2 standard deviations. */
  normal(step: number, out: Float32Array | Float64Array): void;
  /** Raw 32-bit words. */
  words(step: number, out: Uint32Array): void;
  /** A permutation of 0…n−1 (Fisher–Yates). */
  permutation(step: number, n: number): Uint32Array;
}

/** Streams of one run: `streams(seed)("train/z")`. @param seed a whole number ≥ 0 (53 bits are used) */
export function streams(seed: number): (name: string) => Stream {
  return (name) => stream(seed, name);
}

/** One named stream of a seed. */
export function stream(seed: number, name: string): Stream {
  const key = keyOf(seed, name);
  return {
    name,
    words: (step, out) => numbers().words(key, step, out),
    uniform: (step, out) => numbers().uniform(key, step, out),
    normal: (step, out) => numbers().normal(key, step, out),
    permutation(step, n) {
      const order = Uint32Array.from({ length: n }, (_, i) => i);
      const words = new Uint32Array(n);
      numbers().words(key, step, words);
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor(((words[i] + 0.5) / 2 ** 32) * (i + 1)); // bias below 2⁻³²·n
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    },
  };
}

let made: Numbers | undefined;

/** The fastest source of numbers that the engine has, made at first use. */
function numbers(): Numbers {
  return (made ??= wasmNumbers() ?? plainNumbers);
}

/** Philox key of (seed, name): the two words of a 64-bit FNV-1a hash over the seed's and the name's bytes, the lowest first. */
function keyOf(seed: number, name: string): Key {
  let [lo, hi] = [0x84222325, 0xcbf29ce4];
  const eat = (byte: number): void => {
    lo = (lo ^ byte) >>> 0;
    const product = lo * 0x1b3; // times the prime 2⁴⁰ + 0x1b3, modulo 2⁶⁴
    hi = (Math.imul(hi, 0x1b3) + (lo << 8) + Math.floor(product / 2 ** 32)) >>> 0;
    lo = product >>> 0;
  };
  for (const half of [lowHalf(seed), highHalf(seed)])
    for (let shift = 0; shift < 32; shift += 8) eat((half >>> shift) & 0xff);
  for (const byte of new TextEncoder().encode(name)) eat(byte);
  return [lo, hi];
}
