import { expect, test } from "vitest";
import { centreOfMass, distanceBetween } from "./centre-of-mass.ts";
import { centredImage } from "./centred-image.ts";

/** A crooked shape whose centre of mass is the middle of an image of 8 × 8. */
const image = new Float32Array(64);
for (const [row, column, level] of [
  [2, 3, 1],
  [5, 4, 1],
  [3, 2, 0.5],
  [4, 5, 0.5],
]) {
  image[row * 8 + column] = level;
}

/** The image on a frame of 20 × 16, its upper left corner at a pixel. */
function drawn(top: number, left: number): Float32Array {
  const frame = new Float32Array(20 * 16);
  image.forEach((level, p) => {
    const [row, column] = [top + Math.floor(p / 8), left + (p % 8)];
    if (row >= 0 && row < 20 && column >= 0 && column < 16) frame[row * 16 + column] = level;
  });
  return frame;
}

const size = { height: 20, width: 16 };

test("an image drawn on a frame comes back, over the border too", () => {
  for (const [top, left] of [
    [5, 3],
    [12, 8],
    [-2, -2],
    [14, 10],
  ]) {
    expect(centredImage(drawn(top, left), size, { side: 8, magnification: 1 })).toEqual(image);
  }
});

test("the centre is brought to the nearest pixel", () => {
  const frame = new Float32Array(20 * 16);
  [frame[5 * 16 + 7], frame[5 * 16 + 8]] = [1, 0.5]; // centre at 7.83, 5.5
  const found = centredImage(frame, size, { side: 4, magnification: 1 });
  const { x, y } = centreOfMass(found, { height: 4, width: 4 });
  expect(Math.max(Math.abs(x - 2), Math.abs(y - 2))).toBeLessThanOrEqual(0.5);
});

test("magnified twice, levels are mixed as 9, 3, 3 and 1 of sixteen, and mass is four times as much", () => {
  const frame = new Float32Array(20 * 16);
  frame[6 * 16 + 9] = 1;
  const found = centredImage(frame, size, { side: 6, magnification: 2 });
  const profile = [0, 1, 3, 3, 1, 0].map((v) => v / 4);
  found.forEach((level, p) => void expect(level).toBeCloseTo(profile[Math.floor(p / 6)] * profile[p % 6], 6));
  expect(found.reduce((a, b) => a + b, 0)).toBeCloseTo(4, 6);
});

test("magnified, it stands in the middle to half a pixel of the image, and keeps its shape", () => {
  const found = centredImage(drawn(5, 3), size, { side: 24, magnification: 3 });
  expect(distanceBetween(centreOfMass(found, { height: 24, width: 24 }, 0), { x: 12, y: 12 })).toBeLessThan(0.51);
  expect(found[7 * 24 + 10]).toBeCloseTo(1, 6); // middle of the pixel (2, 3), three times as far
  expect(found[10 * 24 + 7]).toBeCloseTo(0.5, 6);
});
