import { ShapeError } from "../base/errors.ts";
import { type GridOptions, imageGrid } from "./image-grid.ts";
import type { Picture } from "./png.ts";

/**
 * The frames of an animation: at each time a grid of images, for `encodeGif`.
 * @param images time × count × height × width (× channels), values in [0, 1]
 * @param times  how many there are
 * @throws ShapeError if the data do not divide into that many times of whole images
 */
export function frameGrid(images: Float32Array, times: number, options: GridOptions): Picture[] {
  const size = images.length / times;
  if (!Number.isInteger(size) || !(times >= 1)) {
    throw new ShapeError({
      where: "frameGrid",
      expected: `${times} times of equally many images, at least one`,
      got: `${images.length} values`,
      fix: "give the images time by time",
    });
  }
  return Array.from({ length: times }, (_, t) => imageGrid(images.subarray(t * size, (t + 1) * size), options));
}

/**
 * Sequences as data sets give them, ordered for `frameGrid`.
 * @param sequences count × times × frame
 * @returns         times × count × frame
 */
export function byTime(sequences: Float32Array, count: number, times: number): Float32Array {
  const size = sequences.length / count / times;
  const out = new Float32Array(sequences.length);
  for (let n = 0; n < count; n++) {
    for (let t = 0; t < times; t++) {
      const from = (n * times + t) * size;
      out.set(sequences.subarray(from, from + size), (t * count + n) * size);
    }
  }
  return out;
}
