import { describe, expect, test } from "vitest";
import { ShapeError } from "./errors.ts";
import {
  axis,
  axisIndex,
  broadcast,
  dimsOf,
  namesAgree,
  sameDims,
  sameShape,
  shape,
  showShape,
  sizeOf,
} from "./shape.ts";

const [batch, pixel] = [axis("batch", 100), axis("pixel", 784)];

test("a shape of named and bare axes knows its sizes, its product and its text", () => {
  const s = shape(batch, 1, pixel);
  expect(dimsOf(s)).toEqual([100, 1, 784]);
  expect(sizeOf(s)).toBe(78_400);
  expect(showShape(s)).toBe("(batch=100, 1, pixel=784)");
});

test("a scalar has no axes and one element; an axis of size 0 leaves none", () => {
  expect([sizeOf([]), showShape([])]).toEqual([1, "()"]);
  expect(sizeOf(shape(3, 0))).toBe(0);
});

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])("an axis of size %d is refused by name", (size) => {
  expect(() => axis("hidden", size)).toThrow(ShapeError);
  expect(() => axis("hidden", size)).toThrow(/axis hidden: expected a whole number/);
  expect(() => shape(size)).toThrow(/axis \(unnamed\)/);
});

test("an unnamed axis agrees with any name, two names only if they are the same", () => {
  expect(namesAgree(axis("", 3), pixel)).toBe(true);
  expect(namesAgree(axis("pixel", 3), pixel)).toBe(true);
  expect(namesAgree(batch, pixel)).toBe(false);
});

test("sameDims compares sizes alone, sameShape names too", () => {
  const [a, b, c] = [shape(batch, 784), shape(batch, pixel), shape(axis("sample", 100), pixel)];
  expect([sameDims(a, b), sameShape(a, b)]).toEqual([true, true]);
  expect([sameDims(b, c), sameShape(b, c)]).toEqual([true, false]);
  expect([sameDims(a, shape(784)), sameShape(a, shape(784))]).toEqual([false, false]);
  expect(sameDims(a, shape(100, 785))).toBe(false);
});

describe("broadcasting", () => {
  test.each([
    ["equal shapes", shape(2, 3), shape(2, 3), "(2, 3)"],
    ["a missing axis", shape(3), shape(2, 3), "(2, 3)"],
    ["a scalar", shape(2, 3), shape(), "(2, 3)"],
    ["size 1 on both sides", shape(2, 1, 4), shape(3, 1), "(2, 3, 4)"],
    ["size 0 and size 1", shape(0), shape(1), "(0)"],
    ["a name and none", shape(batch, 784), shape(pixel), "(batch=100, pixel=784)"],
    ["a named axis of size 1 that stretches to another name", shape(axis("sample", 1)), shape(batch), "(batch=100)"],
  ])("of %s", (_name, a, b, shown) => {
    expect(showShape(broadcast("Add", a, b))).toBe(shown);
    expect(showShape(broadcast("Add", b, a))).toBe(shown);
  });

  test.each([
    ["sizes that differ", shape(2, 3), shape(2, 4)],
    ["names that differ at the same size", shape(axis("hidden", 784)), shape(pixel)],
    ["names that differ at size 1", shape(axis("a", 1)), shape(axis("b", 1))],
    ["axes aligned at the wrong end", shape(2), shape(2, 3)],
  ])("of %s is refused, with both shapes", (_name, a, b) => {
    expect(() => broadcast("Add in decoder", a, b)).toThrow(ShapeError);
    expect(() => broadcast("Add in decoder", a, b)).toThrow(`got ${showShape(a)} and ${showShape(b)}`);
    expect(() => broadcast("Add in decoder", a, b)).toThrow(/^Add in decoder: /);
  });
});

describe("an axis", () => {
  const s = shape(batch, 3, pixel);
  test.each([
    [0, 0],
    [2, 2],
    [-1, 2],
    [-3, 0],
    ["batch", 0],
    ["pixel", 2],
  ])("called %s has index %d", (which, index) => expect(axisIndex("Sum", s, which)).toBe(index));

  test.each([3, -4, 0.5, "latent"])("called %s does not exist", (which) => {
    expect(() => axisIndex("Sum", s, which)).toThrow(ShapeError);
    expect(() => axisIndex("Sum", s, which)).toThrow(/Sum: expected an axis of \(batch=100, 3, pixel=784\)/);
  });
});
