import { ShapeError, UsageError } from "../../base/errors.ts";
import type { Stream } from "../../base/random.ts";

/** What becomes of the pixels that noise selects. */
export type PixelNoise = "invert" | "permute";

/**
 * Noise of Nagano et al. (arXiv:1712.04195, §2): every pixel is selected with probability p, and the selected ones are swapped.
 * @param x      (images, pixels), values in [0, 1]; left as they are
 * @param pixels values of one image
 */
export type AddNoise = (x: Float32Array, pixels: number, p: number, stream: Stream, step?: number) => Float32Array;

/** The two readings of "swapped". Both select the same pixels for the same stream and step. */
export const pixelNoises: Readonly<Record<PixelNoise, AddNoise>> = {
  invert: (x, _pixels, p, stream, step) => invertPixels(x, p, stream, step),
  permute: permutePixels,
};

/**
 * Swaps pixels: each is selected with probability p, and a selected one is inverted, x → 1 − x (Nagano et al. §2; "swapped" read as
 * inverted, our choice).
 * @param x values in [0, 1]; left as they are
 * @throws UsageError unless 0 ≤ p ≤ 1
 */
export function invertPixels(x: Float32Array, p: number, stream: Stream, step = 0): Float32Array {
  requireProbability(p);
  const u = new Float32Array(x.length);
  stream.uniform(step, u);
  return x.map((v, i) => (u[i] < p ? 1 - v : v));
}

/**
 * Swaps pixels: each is selected with probability p, and the selected ones of an image exchange their values by a random permutation
 * (Nagano et al. §2; the other reading of "swapped"). The values of an image stay the same ones, and some may fall on their own place.
 * @param x      (images, pixels); left as they are
 * @param pixels values of one image
 * @throws UsageError unless 0 ≤ p ≤ 1; ShapeError if x is not whole images
 */
export function permutePixels(x: Float32Array, pixels: number, p: number, stream: Stream, step = 0): Float32Array {
  requireProbability(p);
  if (!Number.isInteger(x.length / pixels)) {
    throw new ShapeError({
      where: "pixels to permute",
      expected: `whole images of ${pixels} values`,
      got: `${x.length} values`,
      fix: "give the number of values of one image",
    });
  }
  // The first half selects, as invertPixels does; the second half shuffles.
  const u = new Float32Array(2 * x.length);
  stream.uniform(step, u);
  const y = x.slice();
  const selected = new Uint32Array(pixels);
  for (let start = 0; start < x.length; start += pixels) {
    let n = 0;
    for (let i = start; i < start + pixels; i++) if (u[i] < p) selected[n++] = i;
    for (let k = n - 1; k > 0; k--) {
      const [i, j] = [selected[k], selected[Math.floor(u[x.length + selected[k]] * (k + 1))]];
      [y[i], y[j]] = [y[j], y[i]];
    }
  }
  return y;
}

function requireProbability(p: number): void {
  if (p >= 0 && p <= 1) return;
  throw new UsageError({
    where: "pixel noise",
    expected: "a probability, 0…1",
    got: `${p}`,
    fix: "0.2 selects one pixel in five",
  });
}
