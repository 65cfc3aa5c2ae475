import { describe, expect, test } from "vitest";
import { ShapeError } from "../base/errors.ts";
import { byTime, frameGrid } from "./frame-grid.ts";
import { encodeGif } from "./gif.ts";

describe("frameGrid", () => {
  // 3 times of 2 × 2 images of one pixel: value (10 time + image) / 255.
  const images = Float32Array.from({ length: 12 }, (_, i) => (10 * Math.floor(i / 4) + (i % 4)) / 255);

  test("frame t holds the images of time t in reading order, each pixel as large as the scale says", () => {
    const frames = frameGrid(images, 3, { height: 1, width: 1, columns: 2, scale: 2, gap: 0 });
    expect(frames.map((f) => [f.width, f.height])).toEqual(Array(3).fill([4, 4]));
    const rows = (t: number) => [0, 0, 1, 1].map((v) => v + 10 * t).concat([0, 0, 1, 1].map((v) => v + 10 * t));
    for (const [t, frame] of frames.entries()) {
      expect([...frame.data]).toEqual([...rows(t), ...rows(t).map((v) => v + 2)]);
    }
  });

  test("the frames make an animation", () => {
    expect(encodeGif(frameGrid(images, 3, { height: 1, width: 1 }), { delay: 50 }).length).toBeGreaterThan(60);
  });

  test.each([5, 0, 2.5])("%s times do not divide the images", (times) => {
    expect(() => frameGrid(images, times, { height: 1, width: 1 })).toThrow(ShapeError);
  });
});

test("sequences by time: all first frames, then all second ones", () => {
  const sequences = Float32Array.from([0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121]); // 2 × 3 × 2
  expect([...byTime(sequences, 2, 3)]).toEqual([0, 1, 100, 101, 10, 11, 110, 111, 20, 21, 120, 121]);
});
