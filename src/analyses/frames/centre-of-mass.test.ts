import { expect, test } from "vitest";
import { centreOfMass, distanceBetween, INK } from "./centre-of-mass.ts";

const size = { height: 4, width: 6 };

/** Grey levels at rows and columns. */
function frame(...ink: [row: number, column: number, level: number][]): Float32Array {
  const levels = new Float32Array(size.height * size.width);
  for (const [row, column, level] of ink) levels[row * size.width + column] = level;
  return levels;
}

test("a single pixel's centre is its middle", () => {
  expect(centreOfMass(frame([1, 4, 0.7]), size)).toEqual({ x: 4.5, y: 1.5 });
});

test("pixels are weighted by their grey levels", () => {
  const { x, y } = centreOfMass(frame([0, 1, 0.25], [3, 5, 0.75]), size);
  expect(x).toBeCloseTo(0.25 * 1.5 + 0.75 * 5.5, 12);
  expect(y).toBeCloseTo(0.25 * 0.5 + 0.75 * 3.5, 12);
});

test("haze is left out, ink of the least level is not", () => {
  const hazy = frame([2, 2, 1]).map((v) => Math.max(v, INK - 0.01));
  expect(centreOfMass(hazy, size)).toEqual({ x: 2.5, y: 2.5 });
  expect(centreOfMass(frame([0, 0, 0.5], [0, 2, 0.5]), size, 0.5)).toEqual({ x: 1.5, y: 0.5 });
});

test("a frame without ink is weighed whole, and a black one is in the middle", () => {
  const { x, y } = centreOfMass(frame([0, 0, 0.1], [2, 4, 0.1]), size);
  expect([x, y]).toEqual([2.5, 1.5]);
  expect(centreOfMass(frame(), size)).toEqual({ x: 3, y: 2 });
});

test("distance is Euclid's", () => {
  expect(distanceBetween({ x: 1, y: 7 }, { x: 4, y: 3 })).toBe(5);
});
