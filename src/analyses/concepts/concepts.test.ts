import { describe, expect, test } from "vitest";
import { ShapeError, UsageError } from "../../base/errors.ts";
import { stream } from "../../base/random.ts";
import { abstractConcept, centroid, concepts } from "./concepts.ts";

// Label 0: (1, 10), (3, 30); label 1: (−6, 0); label 2: (0, 1), (0, 2), (3, 6).
const memories = { data: Float32Array.of(1, 10, -6, 0, 0, 1, 3, 30, 0, 2, 3, 6), width: 2 };
const labels = [0, 1, 2, 0, 2, 2];

describe("concepts", () => {
  const { concepts: found, counts } = concepts(memories, labels, 3);

  test("are the means of the memories of each label", () => {
    expect(found.map((c) => [...c])).toEqual([
      [2, 20],
      [-6, 0],
      [1, 3],
    ]);
    expect([...counts]).toEqual([2, 1, 3]);
  });

  test("weigh equally in the abstract concept, however many memories they have", () => {
    expect([...abstractConcept(found)]).toEqual([-1, 23 / 3]);
    const [all] = concepts(memories, [0, 0, 0, 0, 0, 0], 1).concepts;
    expect([...all]).not.toEqual([...abstractConcept(found)]);
  });

  test("are summed in float64", () => {
    const n = 100_000;
    const data = new Float32Array(n).fill(0.1);
    const [[mean]] = concepts({ data, width: 1 }, new Uint8Array(n), 1).concepts;
    expect(mean).toBeCloseTo(Math.fround(0.1), 12); // a float32 sum of these is off by 1 %
    expect(found[0]).toBeInstanceOf(Float64Array);
  });

  test("do not depend on the order of the rows", () => {
    const [n, width] = [300, 4];
    const data = new Float32Array(n * width);
    stream(1, "memories").normal(0, data);
    const given = Uint8Array.from({ length: n }, (_, i) => i % 7);
    const order = stream(1, "order").permutation(0, n);
    const moved = Float32Array.from(data, (_, k) => data[order[Math.floor(k / width)] * width + (k % width)]);
    const [a, b] = [
      concepts({ data, width }, given, 7),
      concepts(
        { data: moved, width },
        Array.from(order, (i) => given[i]),
        7,
      ),
    ];
    expect(b.counts).toEqual(a.counts);
    a.concepts.forEach((c, label) => void c.forEach((v, j) => void expect(b.concepts[label][j]).toBeCloseTo(v, 12)));
  });
});

test("the concept of a label is the centre of its rows", () => {
  const { concepts: found } = concepts(memories, [0, 1, 2, 0, 2, 2], 3);
  expect(centroid(memories, [0, 3])).toEqual(found[0]);
  expect(centroid(memories, new Set([2, 4, 5]))).toEqual(found[2]);
  expect([...centroid(memories, [1, 1, 5])]).toEqual([-3, 2]);
});

describe("refused", () => {
  test.each([
    ["a label that no row has", () => concepts(memories, [0, 1, 1, 0, 1, 1], 3), UsageError, /label 2/],
    ["a label beyond the classes", () => concepts(memories, [0, 1, 2, 0, 2, 3], 3), UsageError, /0…2, got 3/],
    ["half a label", () => concepts(memories, [0, 1, 2, 0, 2, 0.5], 3), UsageError, /0.5/],
    ["fewer labels than rows", () => concepts(memories, [0, 1, 2], 3), ShapeError, /6 values/],
    ["rows that are not whole", () => concepts({ ...memories, width: 5 }, [0, 1], 2), ShapeError, /rows of 5/],
    ["the centre of no rows", () => centroid(memories, []), UsageError, /got none/],
    ["a row that does not exist", () => centroid(memories, [0, 6]), UsageError, /row 6 of 6/],
    ["the mean of no concepts", () => abstractConcept([]), UsageError, /none|rows/],
  ] as const)("is %s", (_, call, kind, words) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(words);
  });
});
