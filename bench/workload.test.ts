import { describe, expect, test } from "vitest";
import { axis } from "../src/node.ts";
import { batchesOf } from "./workload.ts";

describe("batches", () => {
  const [time, batch] = [axis("time", 3), axis("batch", 4)];

  test("hold the same examples in every field, at every time", () => {
    // Uniform numbers of one example are recognised in the other field only if both read the same row of the pool.
    const draw = batchesOf(
      { a: { shape: [time, batch, axis("", 2)], fill: "uniform" }, b: { shape: [batch], fill: "uniform" } },
      6,
    );
    const seen = new Map<number, string>();
    for (let step = 0; step < 30; step++) {
      const { a, b } = draw(step, 0);
      b.forEach((key, i) => {
        const rows = [0, 1, 2].map((t) => [...a.subarray((t * 4 + i) * 2, (t * 4 + i) * 2 + 2)]);
        const text = JSON.stringify(rows);
        expect(seen.get(key) ?? text).toBe(text);
        seen.set(key, text);
      });
    }
    expect(seen.size).toBe(6); // all examples came, each with numbers of its own
    expect(new Set(seen.values()).size).toBe(6);
  });

  test("differ from step to step and repeat with the step", () => {
    const draw = batchesOf({ x: { shape: [batch], fill: "normal" } }, 1000);
    const [a, b, again] = [draw(0, 0), draw(1, 1), draw(0, 2)].map(({ x }) => [...x]);
    expect(b).not.toEqual(a);
    expect(again).toEqual(a);
  });

  test("are filled by a function of u", () => {
    const { x } = batchesOf({ x: { shape: [axis("batch", 500)], fill: (u) => Math.floor(3 * u) } }, 500)(0, 0);
    expect([...new Set(x)].sort()).toEqual([0, 1, 2]);
  });

  test("use the arrays of a place again, and of no other", () => {
    const draw = batchesOf({ x: { shape: [batch], fill: "normal" } }, 10);
    const [a, b] = [draw(0, 0)["x"], draw(1, 1)["x"]];
    expect(draw(2, 0)["x"]).toBe(a);
    expect(b).not.toBe(a);
  });
});
