import { expect, test } from "vitest";
import { moved, shapeOverlap } from "./overlap.ts";

const size = { height: 8, width: 10 };

/** A rectangle of ink. */
function rectangle(top: number, left: number, height: number, width: number, level = 1): Float32Array {
  return Float32Array.from({ length: size.height * size.width }, (_, p) => {
    const [row, column] = [Math.floor(p / size.width), p % size.width];
    return row >= top && row < top + height && column >= left && column < left + width ? level : 0;
  });
}

test("the same shape elsewhere overlaps wholly, a darker one too", () => {
  expect(shapeOverlap(rectangle(0, 0, 3, 2), rectangle(4, 7, 3, 2), size)).toBe(1);
  expect(shapeOverlap(rectangle(5, 1, 3, 2), rectangle(0, 8, 3, 2, 0.3), size)).toBe(1);
});

test("a bar across a bar of 5: one pixel of nine", () => {
  expect(shapeOverlap(rectangle(1, 4, 5, 1), rectangle(6, 3, 1, 5), size)).toBeCloseTo(1 / 9, 12);
});

test("a square of 2 in one of 4: a quarter, either way", () => {
  expect(shapeOverlap(rectangle(2, 2, 4, 4), rectangle(0, 0, 2, 2), size)).toBe(0.25);
  expect(shapeOverlap(rectangle(0, 0, 2, 2), rectangle(2, 2, 4, 4), size)).toBe(0.25);
});

test("what would be moved beyond the border counts as ink of its own", () => {
  // Both centres are brought to (5, 0.5); of the bar of 5 rows two are then above the border.
  expect(shapeOverlap(rectangle(0, 4, 1, 1), rectangle(1, 4, 5, 1), size)).toBeCloseTo(1 / 5, 12);
});

test("only ink belongs to a shape", () => {
  const faint = rectangle(2, 2, 2, 2).map((v, p) => v || (p === 0 ? 0.2 : 0));
  expect(shapeOverlap(rectangle(3, 3, 2, 2), faint, size)).toBe(1);
  expect(shapeOverlap(rectangle(3, 3, 2, 2), faint, size, 0.1)).toBeLessThan(1);
  expect(shapeOverlap(rectangle(3, 3, 2, 2), rectangle(3, 3, 2, 2, 0.1), size)).toBe(0);
});

test("a frame is moved right and down; what passes the border is lost", () => {
  expect(moved(rectangle(1, 2, 3, 2), size, 4, -1)).toEqual(rectangle(0, 6, 3, 2));
  expect(moved(rectangle(0, 8, 2, 2), size, 1, 1)).toEqual(rectangle(1, 9, 2, 1));
});
