import { describe, expect, test } from "vitest";
import { ShapeError, UsageError } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import { basins } from "./basins.ts";

const corners = [
  [0, 0],
  [4, 0],
  [0, 2],
];

describe("basins", () => {
  // Nearest corners: 0, 1, 1, 2, 0, 2.
  const last = { data: Float32Array.of(0.5, 0.5, 3, 0.5, 9, 9, 0, 5, -1, 0, 0.5, 1.5), width: 2 };
  const { nearest, counts, stayed, stayedOf } = basins(last, [0, 0, 1, 2, 2, 2], corners);

  test("are those of the nearest concept", () => {
    // (9, 9) has squared distances 162, 106 and 130.
    expect([...nearest]).toEqual([0, 1, 1, 2, 0, 2]);
  });

  test("count trials by label at the start, then by concept at the end", () => {
    expect(counts.map((row) => [...row])).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 2],
    ]);
  });

  test("give the share that stays, of all trials and of each label's", () => {
    expect(stayed).toBeCloseTo(4 / 6, 14);
    expect([...stayedOf]).toEqual([1 / 2, 1, 2 / 3]);
  });

  test("of a label without trials have no share", () => {
    const some = basins({ data: [0, 0], width: 2 }, [0], corners);
    expect([some.stayed, ...some.stayedOf]).toEqual([1, 1, Number.NaN, Number.NaN]);
  });

  test("of a state between two concepts are the first one's", () => {
    expect([...basins({ data: [2, 0, 0, 1], width: 2 }, [0, 0], corners).nearest]).toEqual([0, 0]);
  });

  test("move with the numbering of the concepts", () => {
    const [n, width, classes] = [200, 3, 5];
    const [data, points] = [new Float32Array(n * width), new Float64Array(classes * width)];
    stream(1, "states").normal(0, data);
    stream(1, "concepts").normal(0, points);
    const concepts = Array.from({ length: classes }, (_, c) => points.slice(c * width, (c + 1) * width));
    const labels = Array.from({ length: n }, (_, i) => i % classes);
    const [there, back] = [
      [2, 0, 4, 1, 3],
      [1, 3, 0, 4, 2],
    ];
    const a = basins({ data, width }, labels, concepts);
    const b = basins(
      { data, width },
      labels.map((l) => there[l]),
      back.map((c) => concepts[c]),
    );
    expect(b.stayed).toBe(a.stayed);
    a.counts.forEach((row, i) => void row.forEach((k, j) => void expect(b.counts[there[i]][there[j]]).toBe(k)));
  });
});

test("trials that do not fit are refused", () => {
  expect(() => basins({ data: [0, 0], width: 2 }, [3], corners)).toThrow(UsageError);
  expect(() => basins({ data: [0, 0], width: 2 }, [0, 1], corners)).toThrow(ShapeError);
  expect(() => basins({ data: [], width: 2 }, [], corners)).toThrow(UsageError);
  expect(() => basins({ data: [0, 0, 0], width: 3 }, [0], corners)).toThrow(ShapeError);
});
