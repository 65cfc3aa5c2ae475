import type { Stream } from "../base/random.ts";

/**
 * Swaps pixels: each is chosen with probability p, and a chosen one is inverted, x → 1 − x (Nagano et al. §3.2; "swapped" read as
 * inverted, our choice).
 * @param x values in [0, 1]; left as they are
 */
export function invertPixels(x: Float32Array, p: number, stream: Stream, step = 0): Float32Array {
  const u = new Float32Array(x.length);
  stream.uniform(step, u);
  return x.map((v, i) => (u[i] < p ? 1 - v : v));
}
