import { expect, test } from "vitest";
import { UsageError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { fieldOf, type ImageBytes, imageDataset } from "./dataset.ts";

/** Pictures of 2 × 3 pixels; pixel p of example i is 10·i + p. */
function small(count: number): ImageBytes {
  return {
    images: Uint8Array.from({ length: 6 * count }, (_, k) => 10 * Math.floor(k / 6) + (k % 6)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 2),
  };
}

function build(train = small(5), test = small(2)) {
  return imageDataset({
    id: "toy",
    title: "Toy",
    provenance: "Made in this test.",
    generated: true,
    classes: ["even", "odd"],
    picture: { height: 2, width: 3, channels: 1 },
    train,
    test,
  });
}

test("an image is its bytes divided by 255, in the order of the indices", () => {
  const out = new Float32Array(12);
  build().splits.train.read("image", [4, 0], out);
  expect([...out]).toEqual([40, 41, 42, 43, 44, 45, 0, 1, 2, 3, 4, 5].map((byte) => Math.fround(byte / 255)));
});

test("a label is the class's number", () => {
  const out = new Float32Array(3);
  build().splits.train.read("label", Uint32Array.of(1, 2, 3), out);
  expect([...out]).toEqual([1, 0, 1]);
});

test("every field's range holds all of its values", () => {
  const toy = build();
  for (const field of toy.fields) {
    const out = new Float32Array(5 * sizeOf(field.shape));
    toy.splits.train.read(field.name, [0, 1, 2, 3, 4], out);
    expect(Math.min(...out)).toBeGreaterThanOrEqual(field.range[0]);
    expect(Math.max(...out)).toBeLessThanOrEqual(field.range[1]);
  }
});

test("pictures that are drawn when needed are asked for before they are read", () => {
  const images = new Uint8Array(12);
  const prepare = (i: number): void => void images.fill(255, 6 * i, 6 * i + 6);
  const toy = build({ images, labels: Uint8Array.of(0, 1), prepare });
  const out = new Float32Array(6);
  toy.splits.train.read("image", [1], out);
  expect([...out]).toEqual([1, 1, 1, 1, 1, 1]);
  expect([...images.subarray(0, 6)]).toEqual([0, 0, 0, 0, 0, 0]);
});

test("an unknown field is refused with the nearest name", () => {
  expect(() => build().splits.test.read("lable", [0], new Float32Array(1))).toThrow(/did you mean "label"/);
  expect(() => fieldOf(build(), "sound")).toThrow(UsageError);
});

test.each([-1, 5, 1.5, Number.NaN])("index %d is refused", (i) => {
  const read = (): void => build().splits.train.read("label", [0, i], new Float32Array(2));
  expect(read).toThrow(UsageError);
  expect(read).toThrow(/toy\/train, field label, indices\[1\]: expected a whole number from 0 to 4/);
});

test.each([5, 7, 0])("an array of %d numbers does not hold one picture of 6", (length) => {
  const read = (): void => build().splits.train.read("image", [0], new Float32Array(length));
  expect(read).toThrow(/room for 1 × 6 = 6 numbers/);
});

test("images and labels of unequal count, and labels that name no class, are refused", () => {
  expect(() => build({ ...small(5), labels: new Uint8Array(4) })).toThrow(/toy\/train: expected 4 images of 6 bytes/);
  expect(() => build({ ...small(3), labels: Uint8Array.of(0, 1, 2) })).toThrow(/label of example 2/);
});
