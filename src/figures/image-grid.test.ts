import { describe, expect, test } from "vitest";
import { ShapeError, UsageError } from "../base/errors.ts";
import { type GridOptions, imageGrid, stackRows } from "./image-grid.ts";

/** Every byte of the result, looked up from outside in: which image, if any, covers this pixel? */
function bruteForce(images: Float32Array, o: Required<GridOptions>, outWidth: number, outHeight: number): number[] {
  const out: number[] = [];
  const count = images.length / (o.width * o.height * o.channels);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      for (let c = 0; c < o.channels; c++) {
        let byte = Math.round(255 * o.background);
        for (let k = 0; k < count; k++) {
          const i = Math.floor((y - Math.floor(k / o.columns) * (o.height * o.scale + o.gap)) / o.scale);
          const j = Math.floor((x - (k % o.columns) * (o.width * o.scale + o.gap)) / o.scale);
          if (i < 0 || j < 0 || i >= o.height || j >= o.width) continue;
          const value = images[((k * o.height + i) * o.width + j) * o.channels + c];
          byte = o.invert ? 255 - Math.round(255 * value) : Math.round(255 * value);
        }
        out.push(byte);
      }
    }
  }
  return out;
}

describe("imageGrid", () => {
  const base = {
    height: 2,
    width: 3,
    channels: 1,
    columns: 2,
    scale: 2,
    gap: 1,
    background: 1,
    invert: false,
  } as const;
  const cases: Required<GridOptions>[] = [
    base,
    { ...base, scale: 1, gap: 0, columns: 5 },
    { ...base, channels: 3, invert: true, background: 0.4 },
    { ...base, scale: 3, gap: 4, columns: 1 },
  ];

  test.each(cases)("pixel (i, j) of image k lies where brute force finds it: %o", (options) => {
    const images = Float32Array.from({ length: 5 * 6 * options.channels }, (_, i) => ((i * 37) % 101) / 100);
    const picture = imageGrid(images, options);
    const rows = Math.ceil(5 / options.columns);
    expect(picture.width).toBe(options.columns * 3 * options.scale + (options.columns - 1) * options.gap);
    expect(picture.height).toBe(rows * 2 * options.scale + (rows - 1) * options.gap);
    expect([...picture.data]).toEqual(bruteForce(images, options, picture.width, picture.height));
  });

  test("values beyond [0, 1] are clipped, and NaN is 0", () => {
    const picture = imageGrid(Float32Array.of(-3, 0.5, 7, Number.NaN), { height: 1, width: 4, scale: 1 });
    expect([...picture.data]).toEqual([0, 128, 255, 0]);
  });

  test("without columns the grid is as square as can be", () => {
    const picture = imageGrid(new Float32Array(10), { height: 1, width: 1, scale: 1, gap: 0 });
    expect([picture.width, picture.height]).toEqual([4, 3]);
  });

  test("a length that is not a whole number of images is an error with both sides named", () => {
    expect(() => imageGrid(new Float32Array(785), { height: 28, width: 28 })).toThrow(ShapeError);
    expect(() => imageGrid(new Float32Array(785), { height: 28, width: 28 })).toThrow(/28 × 28 × 1.*785 values/);
    expect(() => imageGrid(new Float32Array(0), { height: 28, width: 28 })).toThrow(ShapeError);
  });

  test.each([{ scale: 1.5 }, { gap: -1 }, { columns: 0 }])("sizes must be whole: %o", (wrong) => {
    expect(() => imageGrid(new Float32Array(4), { height: 2, width: 2, ...wrong })).toThrow(UsageError);
  });
});

describe("stackRows", () => {
  test("lays rows one after the other", () => {
    expect([...stackRows([Float32Array.of(1, 2), Float32Array.of(3, 4)])]).toEqual([1, 2, 3, 4]);
  });

  test("rows of unequal length are refused", () => {
    expect(() => stackRows([new Float32Array(2), new Float32Array(3)])).toThrow(/row 1: expected 2 values/);
  });
});
