import { expect, test } from "vitest";
import { fieldOf } from "./dataset.ts";
import { glyphs } from "./glyphs.ts";
import { movingMnist } from "./moving-mnist.ts";

test("two digits on 20 frames of 64 × 64, 60,000 sequences to train on and 10,000 to test on, are the default", () => {
  const { fields, splits, picture } = movingMnist(glyphs());
  expect([splits.train.count, splits.test.count]).toEqual([60_000, 10_000]);
  expect(fields.map(({ name, shape }) => [name, ...shape.map((a) => `${a.name}=${a.size}`)])).toEqual([
    ["frames", "time=20", "pixel=4096"],
    ...["x", "y", "bounce-x", "bounce-y"].map((name) => [name, "time=20", "digit=2"]),
    ["speed", "digit=2"],
    ["label", "digit=2"],
  ]);
  expect(picture).toEqual({ height: 64, width: 64, channels: 1 });
});

test.each([
  [64, 14],
  [32, 7],
])(
  "on a canvas of %i, digits take steps of a tenth of their way and stop at the border where they bounce",
  (canvas, half) => {
    const data = movingMnist(glyphs(), { canvas, digits: 1 });
    const count = 500;
    const [x, y, bounce] = ["x", "y", "bounce-x"].map((field) => {
      const out = new Float32Array(count * 20);
      data.splits.train.read(
        field,
        Array.from({ length: count }, (_, i) => i),
        out,
      );
      return out;
    });
    const step = (canvas - 2 * half) / 10;
    expect(fieldOf(data, "speed").range).toEqual([Math.fround(step), Math.fround(step)]);
    let [hits, free, unmarked, worst] = [0, 0, 0, 0];
    for (let k = 0; k < x.length; k++) {
      const wall = x[k] === half ? -1 : x[k] === canvas - half ? 1 : 0;
      if (k % 20 > 0 && bounce[k] !== wall) unmarked++;
      if (wall !== 0) hits++;
      const inside = [x, y].every((p) => Math.min(p[k], p[k - 1]) > half && Math.max(p[k], p[k - 1]) < canvas - half);
      if (k % 20 === 0 || !inside) continue;
      free++;
      worst = Math.max(worst, Math.abs(Math.hypot(x[k] - x[k - 1], y[k] - y[k - 1]) - step));
    }
    expect(unmarked).toBe(0);
    expect(worst).toBeLessThan(2e-5); // places below 64, as float32
    expect(hits).toBeGreaterThan(200);
    expect(free).toBeGreaterThan(4000);
  },
);
