import { centreOfMass, type FrameSize } from "./centre-of-mass.ts";

/** How what a frame shows is cut out. */
export interface CentredImageOptions {
  /** Of the image, px. */
  readonly side: number;
  /** Pixels of the image for each of the frame. */
  readonly magnification: number;
}

/**
 * What a frame shows, as an image of its own: the centre of mass in the middle, to the nearest pixel of the image, as MNIST's images have
 * it. Magnified, grey levels are interpolated between the middles of pixels (bilinear); beyond the border is black.
 * @returns (pixel), side × side
 */
export function centredImage(
  frame: ArrayLike<number>,
  size: FrameSize,
  { side, magnification: m }: CentredImageOptions,
): Float32Array {
  const { x, y } = centreOfMass(frame, size);
  const [left, top] = [Math.round(x * m - side / 2) / m, Math.round(y * m - side / 2) / m];
  const level = (row: number, column: number): number =>
    row >= 0 && row < size.height && column >= 0 && column < size.width ? frame[row * size.width + column] : 0;
  return Float32Array.from({ length: side ** 2 }, (_, p) => {
    // Where the middle of this pixel lies, counted from the middle of the frame's first.
    const [across, down] = [left + ((p % side) + 0.5) / m - 0.5, top + (Math.floor(p / side) + 0.5) / m - 0.5];
    const [column, row] = [Math.floor(across), Math.floor(down)];
    const [u, v] = [across - column, down - row];
    const upper = (1 - u) * level(row, column) + u * level(row, column + 1);
    const lower = (1 - u) * level(row + 1, column) + u * level(row + 1, column + 1);
    return (1 - v) * upper + v * lower;
  });
}
