import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { type Dataset, fieldOf, imageDataset } from "./dataset.ts";
import { type MovingDigitOptions, movingDigit } from "./moving-digit.ts";
import { movingMnist } from "./moving-mnist.ts";

const SIDE = 28;
const TRAIN = 7;
const TEST = 5;

/** Noise pictures with ink up to the rim. Each has a class of its own, those of the test split the last ones. */
function noisePictures(): Dataset {
  const images = (name: string, count: number): Uint8Array => {
    const words = new Uint32Array(count * SIDE ** 2);
    stream(5, name).words(0, words);
    return Uint8Array.from(words, (word) => word >>> 24);
  };
  return imageDataset({
    id: "noise",
    title: "Noise",
    provenance: "Made in this test.",
    generated: true,
    classes: Array.from({ length: TRAIN + TEST }, (_, i) => `${i}`),
    picture: { height: SIDE, width: SIDE, channels: 1 },
    train: { images: images("train", TRAIN), labels: Uint8Array.from({ length: TRAIN }, (_, i) => i) },
    test: { images: images("test", TEST), labels: Uint8Array.from({ length: TEST }, (_, i) => TRAIN + i) },
  });
}

const source = noisePictures();

/** Pixel of the picture of a class; 0 outside it. */
function inkOf(label: number): (row: number, column: number) => number {
  const image = new Float32Array(SIDE ** 2);
  const test = label >= TRAIN;
  source.splits[test ? "test" : "train"].read("image", [test ? label - TRAIN : label], image);
  const inside = (i: number): boolean => i >= 0 && i < SIDE;
  return (row, column) => (inside(row) && inside(column) ? image[row * SIDE + column] : 0);
}

/** A field of sequences 0…count−1. */
function read(data: Dataset, field: string, count: number, split: "train" | "test" = "train"): Float32Array {
  const out = new Float32Array(count * sizeOf(fieldOf(data, field).shape)).fill(Number.NaN);
  data.splits[split].read(
    field,
    Array.from({ length: count }, (_, i) => i),
    out,
  );
  return out;
}

const count = 6;

describe.each([
  { name: "moving digit", make: movingDigit, snap: Math.round, blend: (a: number, b: number) => Math.min(1, a + b) },
  { name: "Moving MNIST", make: movingMnist, snap: Math.floor, blend: Math.max },
])("frames of $name", ({ make, snap, blend }) => {
  test.each(["train", "test"] as const)("show two pictures of the %s split, each pixel where it belongs", (split) => {
    const data = make(source, { digits: 2 });
    const [frames, x, y, label] = ["frames", "x", "y", "label"].map((field) => read(data, field, count, split));
    expect(label.every((l) => l >= TRAIN === (split === "test"))).toBe(true);
    let [greatest, both, cut] = [0, 0, 0];
    for (let s = 0; s < count; s++) {
      const inks = [0, 1].map((digit) => inkOf(label[2 * s + digit]));
      for (let f = 20 * s; f < 20 * (s + 1); f++) {
        const [[left, left2], [top, top2]] = [x, y].map((p) => [0, 1].map((d) => snap(p[2 * f + d] - SIDE / 2)));
        if (Math.min(left, top) < 0 || Math.max(left, top) > 64 - SIDE) cut++;
        for (let p = 0; p < 64 ** 2; p++) {
          const [row, column] = [Math.floor(p / 64), p % 64];
          const [one, other] = [inks[0](row - top, column - left), inks[1](row - top2, column - left2)];
          if (one > 0 && other > 0) both++;
          greatest = Math.max(greatest, Math.abs(frames[f * 64 ** 2 + p] - blend(one, other)));
        }
      }
    }
    expect(greatest).toBeLessThan(1e-7); // a sum as float32
    expect(both).toBeGreaterThan(1000);
    if (make === movingDigit) expect(cut).toBeGreaterThan(0);
  });
});

test("a canvas of 32 shows the scene of 64 at half its size, squares of four pixels becoming their mean", () => {
  const [large, small] = [movingDigit(source), movingDigit(source, { canvas: 32 })];
  for (const field of ["x", "y", "speed"]) {
    const half = read(large, field, 20).map((value) => value / 2);
    for (const [k, value] of read(small, field, 20).entries()) expect(value).toBeCloseTo(half[k], 5);
  }
  for (const field of ["bounce-x", "bounce-y", "label"]) expect(read(small, field, 20)).toEqual(read(large, field, 20));
  const [frames, x, y, label] = ["frames", "x", "y", "label"].map((field) => read(small, field, 1));
  const ink = inkOf(label[0]);
  const [top, left] = [Math.round(y[0] - 7), Math.round(x[0] - 7)];
  for (let row = 0; row < 14; row++) {
    for (let column = 0; column < 14; column++) {
      const [r, c] = [2 * row, 2 * column];
      const mean = (ink(r, c) + ink(r, c + 1) + ink(r + 1, c) + ink(r + 1, c + 1)) / 4;
      expect(frames[(top + row) * 32 + left + column]).toBeCloseTo(mean, 6);
    }
  }
});

test("with one digit there is no digit axis; with two, the digits are innermost and the first is that of one alone", () => {
  const shapes = (data: Dataset) => data.fields.map(({ name, shape }) => [name, ...shape.map((a) => a.size)]);
  const [one, two] = [movingDigit(source), movingDigit(source, { digits: 2 })];
  const perFrame = ["x", "y", "bounce-x", "bounce-y"];
  expect(shapes(one)).toEqual([["frames", 20, 4096], ...perFrame.map((f) => [f, 20]), ["speed"], ["label"]]);
  expect(shapes(two)).toEqual([["frames", 20, 4096], ...perFrame.map((f) => [f, 20, 2]), ["speed", 2], ["label", 2]]);
  for (const field of [...perFrame, "speed", "label"]) {
    const [alone, both] = [read(one, field, 5), read(two, field, 5)];
    expect(both.filter((_, k) => k % 2 === 0)).toEqual(alone);
    expect(both.filter((_, k) => k % 2 === 1)).not.toEqual(alone);
  }
});

test("the middle of a picture's ink moves with its place", () => {
  const data = movingDigit(source, { canvas: 80, shrink: 1 });
  const [frames, x, y] = ["frames", "x", "y"].map((field) => read(data, field, 10));
  let whole = 0;
  let offset: number[] = [];
  for (let f = 0; f < 200; f++) {
    if (f % 20 === 0) offset = [];
    if (Math.min(x[f], y[f]) < 14.5 || Math.max(x[f], y[f]) > 65.5) continue; // partly cut off
    let [mass, mx, my] = [0, 0, 0];
    for (let p = 0; p < 6400; p++) {
      const ink = frames[f * 6400 + p];
      mass += ink;
      mx += ink * ((p % 80) + 0.5);
      my += ink * (Math.floor(p / 80) + 0.5);
    }
    const [dx, dy] = [mx / mass - x[f], my / mass - y[f]];
    offset = offset.length === 0 ? [dx, dy] : offset;
    expect(Math.abs(dx - offset[0])).toBeLessThan(1 + 1e-4); // half a pixel of rounding in each of two frames
    expect(Math.abs(dy - offset[1])).toBeLessThan(1 + 1e-4);
    whole++;
  }
  expect(whole).toBeGreaterThan(100);
});

test("a sequence depends on seed, split and index alone; a longer one begins with the shorter", () => {
  const few = read(movingDigit(source, { length: 3 }), "frames", 3);
  const one = new Float32Array(8 * 4096);
  movingDigit(source, { length: 8, train: 4, test: 1 }).splits.train.read("frames", [2], one);
  expect(one.subarray(0, 3 * 4096)).toEqual(few.subarray(2 * 3 * 4096));
  const x = (options: MovingDigitOptions, split: "train" | "test" = "train") =>
    read(movingDigit(source, options), "x", 3, split);
  expect(x({ seed: 1 })).not.toEqual(x({}));
  expect(x({}, "test")).not.toEqual(x({}));
});

test.each([movingDigit, movingMnist])("fields of %o stay within their ranges", (make) => {
  const data = make(source);
  for (const { name, range } of data.fields) {
    const values = read(data, name, 50);
    expect(values.every((value) => value >= range[0] && value <= range[1])).toBe(true);
  }
});

describe("refused are", () => {
  test.each([
    ["images that do not shrink to whole pixels", { shrink: 3 }, /shrink 3/],
    ["a canvas no larger than an image", { canvas: 28, shrink: 1 }, /canvas 28/],
    ["speeds of more than half the way from wall to wall", { speeds: [21] }, /at most 20 px a frame/],
    ["no speeds", { speeds: [] }, /got none/],
    ["lengths that are no whole numbers", { length: 1.5 }, /length 1.5/],
    ["no sequences", { test: 0 }, /moving-digit\/test/],
  ])("%s", (_, options: MovingDigitOptions, message) => {
    expect(() => movingDigit(source, options)).toThrow(message);
  });

  test("a source without labels", () => {
    const fields = source.fields.slice(0, 1);
    expect(() => movingDigit({ ...source, fields })).toThrow(/grey images with labels/);
  });
});
