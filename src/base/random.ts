/**
 * Named, counter-based random streams. A draw is a pure function of (seed, stream name, step, element), so it can be repeated,
 * resumed and compared across machines and runtimes, and no stream disturbs another.
 *
 * Bits come from Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11), the generator that
 * NumPy, JAX and cuRAND offer; normals from the inverse distribution function of one 32-bit uniform each (Wichura 1988, AS 241).
 */
import { normalQuantile, normalQuantile32 } from "./normal-quantile.ts";

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
  const [k0, k1] = keyOf(seed, name);
  const words = (step: number, out: Uint32Array): void => {
    const lo = step >>> 0;
    const hi = Math.floor(step / 2 ** 32) >>> 0;
    const whole = out.length & ~3;
    for (let i = 0; i < whole; i += 4) philox4x32(i >>> 2, 0, lo, hi, k0, k1, out, i);
    if (whole === out.length) return;
    const rest = new Uint32Array(4);
    philox4x32(whole >>> 2, 0, lo, hi, k0, k1, rest, 0);
    out.set(rest.subarray(0, out.length - whole), whole);
  };
  const drawn = (step: number, n: number): Uint32Array => {
    const w = new Uint32Array(n);
    words(step, w);
    return w;
  };
  return {
    name,
    words,
    uniform(step, out) {
      const w = drawn(step, out.length);
      const top = out instanceof Float32Array ? 1 - 2 ** -24 : 1;
      for (let i = 0; i < w.length; i++) out[i] = Math.min((w[i] + 0.5) * 2 ** -32, top);
    },
    normal(step, out) {
      const w = drawn(step, out.length);
      const quantile = out instanceof Float32Array ? normalQuantile32 : normalQuantile;
      for (let i = 0; i < w.length; i++) out[i] = quantile((w[i] + 0.5) * 2 ** -32);
    },
    permutation(step, n) {
      const order = Uint32Array.from({ length: n }, (_, i) => i);
      const w = drawn(step, n);
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor(((w[i] + 0.5) / 2 ** 32) * (i + 1)); // bias below 2⁻³²·n
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    },
  };
}

/** Philox key of (seed, name): the two words of a 64-bit FNV-1a hash over the seed's and the name's bytes. */
function keyOf(seed: number, name: string): [number, number] {
  let h = 0xcbf29ce484222325n;
  const eat = (byte: number): void => {
    h = ((h ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  };
  for (let s = BigInt(seed), i = 0; i < 8; i++, s >>= 8n) eat(Number(s & 0xffn));
  for (const byte of new TextEncoder().encode(name)) eat(byte);
  return [Number(h & 0xffffffffn), Number(h >> 32n)];
}

/**
 * Philox4x32 with ten rounds: counter (c0…c3) and key (k0, k1) to four 32-bit words.
 * @param out receives the four words, from `at` on
 */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
  at = 0,
): void {
  for (let round = 0; round < 10; round++) {
    const h0 = multiplyHigh(0xd2511f53, c0);
    const l0 = Math.imul(0xd2511f53, c0);
    const h1 = multiplyHigh(0xcd9e8d57, c2);
    const l1 = Math.imul(0xcd9e8d57, c2);
    c0 = h1 ^ c1 ^ k0;
    c1 = l1;
    c2 = h0 ^ c3 ^ k1;
    c3 = l0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[at] = c0;
  out[at + 1] = c1;
  out[at + 2] = c2;
  out[at + 3] = c3;
}

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit numbers, from 16-bit halves; no sum here passes 32 bits. */
function multiplyHigh(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const t = (Math.imul(ah, bl) + (Math.imul(al, bl) >>> 16)) | 0;
  const u = (Math.imul(al, bh) + (t & 0xffff)) | 0;
  return (Math.imul(ah, bh) + (t >>> 16) + (u >>> 16)) | 0;
}
