import { centreOfMass, type FrameSize, INK } from "./centre-of-mass.ts";

/**
 * How alike the shapes on two frames are, wherever they stand: intersection over union of their ink (Jaccard index), the second frame
 * moved by as many whole pixels as bring the centres of mass nearest. 1 for equal shapes; 0 if one frame has no ink. What is moved beyond
 * the border still counts.
 * @param ink pixels of at least this grey level belong to the shape
 */
export function shapeOverlap(a: ArrayLike<number>, b: ArrayLike<number>, size: FrameSize, ink = INK): number {
  const { height, width } = size;
  const [to, from] = [centreOfMass(a, size, ink), centreOfMass(b, size, ink)];
  const [right, down] = [Math.round(to.x - from.x), Math.round(to.y - from.y)];
  let [ofA, ofB, both] = [0, 0, 0];
  for (let p = 0; p < a.length; p++) if (a[p] >= ink) ofA++;
  for (let p = 0; p < b.length; p++) {
    if (b[p] < ink) continue;
    ofB++;
    const [column, row] = [(p % width) + right, Math.floor(p / width) + down];
    const inside = column >= 0 && column < width && row >= 0 && row < height;
    if (inside && a[row * width + column] >= ink) both++;
  }
  const union = ofA + ofB - both;
  return union > 0 ? both / union : 1;
}

/** A frame moved by whole pixels; black comes in, and what passes the border is lost. */
export function moved(frame: Float32Array, { height, width }: FrameSize, right: number, down: number): Float32Array {
  return frame.map((_, p) => {
    const [column, row] = [(p % width) - right, Math.floor(p / width) - down];
    return column >= 0 && column < width && row >= 0 && row < height ? frame[row * width + column] : 0;
  });
}
