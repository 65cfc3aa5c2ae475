/**
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11): a cipher of a counter of four 32-bit words
 * (c0, c1, c2, c3) under a key of two (k0, k1).
 */

/** (k0, k1) */
export type Key = readonly [number, number];

/**
 * Philox4x32 with ten rounds: counter (c0…c3) and key (k0, k1) to four 32-bit words. Its constants are
 * literals: V8 loads a module's constants from memory in each round.
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
