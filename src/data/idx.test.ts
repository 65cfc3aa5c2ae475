import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FileError } from "../base/errors.ts";
import { readIdx, readImages, readLabels } from "./idx.ts";

/** An IDX file as the format's description gives it, written apart from the reader. */
function idxFile(dims: readonly number[], data: Uint8Array): Uint8Array {
  const head = [0, 0, 8, dims.length, ...dims.flatMap((n) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255])];
  return Uint8Array.of(...head, ...data);
}

const pictures = (count: number): Uint8Array =>
  idxFile(
    [count, 28, 28],
    Uint8Array.from({ length: count * 784 }, (_, i) => (i * 7919) % 256),
  );
const labels = (count: number): Uint8Array =>
  idxFile(
    [count],
    Uint8Array.from({ length: count }, (_, i) => i % 10),
  );

test("sizes are big-endian, and elements a view into the file", () => {
  const file = idxFile([2, 300], new Uint8Array(600).fill(9));
  const { dims, data } = readIdx(file, "f", { dims: 2 });
  expect(dims).toEqual([2, 300]);
  expect(data.buffer).toBe(file.buffer);
  expect(data.byteOffset).toBe(12);
  expect(data).toHaveLength(600);
});

test("a file that is itself a view into a larger buffer is read at its place", () => {
  const file = labels(3);
  const buffer = new Uint8Array(file.length + 5);
  buffer.set(file, 5);
  expect([...readLabels(buffer.subarray(5), "f", { count: 3, classes: 10 })]).toEqual([0, 1, 2]);
});

const images = (bytes: Uint8Array, count = 3): Uint8Array => readImages(bytes, "img", { height: 28, width: 28, count });

describe("the error names the place and the likely reason", () => {
  test.each<[string, () => unknown, RegExp]>([
    ["labels for images", () => images(labels(3)), /offset 0: .*00 00 08 01, a file of labels: .*swapped; exchange/],
    ["images for labels", () => readLabels(pictures(3), "l", { count: 3, classes: 10 }), /a file of images: .*swapped/],
    ["gzip", () => images(gzipSync(pictures(3))), /got a gzip file \(it begins with 1f 8b 08 00\); decompress it/],
    ["HTML", () => images(new TextEncoder().encode("\n<!DOCTYPE html><title>Log in")), /an HTML page \(a login/],
    ["XML", () => images(new TextEncoder().encode('<?xml version="1.0"?><Error>')), /an XML page/],
    ["floats", () => images(Uint8Array.of(0, 0, 13, 3, 0, 0)), /an IDX file of 32-bit floats/],
    ["reversed bytes", () => images(Uint8Array.of(3, 8, 0, 0, 1)), /reversed byte order/],
    ["empty", () => images(new Uint8Array(0)), /offset 0: .*got an empty file/],
    ["cut in the header", () => images(pictures(1).subarray(0, 9)), /offset 9: expected a header of 16 bytes/],
    ["cut in the data", () => images(pictures(3).subarray(0, 1000)), /offset 1000: expected 3 × 28 × 28 = 2352 bytes/],
    ["too long", () => images(Uint8Array.of(...pictures(3), 0)), /offset 2368: expected the end of the file/],
    ["no pictures", () => images(idxFile([0, 28, 28], new Uint8Array(0))), /offset 4: expected a size of 1 or more/],
    ["other pictures", () => images(idxFile([3, 14, 56], new Uint8Array(2352))), /offset 8: .*28 × 28 .*got 14 × 56/],
    ["other count", () => images(pictures(2)), /offset 4: expected 3 pictures, got 2/],
    ["unpaired labels", () => readLabels(labels(4), "l", { count: 3, classes: 10 }), /3 labels, one for each picture/],
    ["stray label", () => readLabels(idxFile([2], Uint8Array.of(3, 10)), "l", { count: 2, classes: 10 }), /offset 9/],
    ["huge sizes", () => images(idxFile([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], new Uint8Array(9))), /cut short, or/],
  ])("%s", (_, read, message) => {
    expect(read).toThrow(FileError);
    expect(read).toThrow(message);
  });
});

describe("every damaged file is refused", () => {
  const file = fc.record({ count: fc.integer({ min: 1, max: 4 }), kind: fc.constantFrom("images", "labels") });
  const byte = fc.integer({ min: 1, max: 255 });
  const whole = fc.nat({ max: 2 ** 31 });
  /** Each takes a sound file and chances, and gives a file whose structure is not sound. */
  const damages: Record<string, (sound: Uint8Array, at: number, by: number, tail: Uint8Array) => Uint8Array> = {
    truncated: (f, at) => f.slice(0, at % f.length),
    extended: (f, _, by, tail) => Uint8Array.of(...f, by, ...tail),
    "another magic": (f, at, by) => xored(f, at % 4, by),
    "another type": (f, at) => f.with(2, [9, 11, 12, 13, 14][at % 5]),
    "another size": (f, at, by) => xored(f, 4 + (at % (4 * f[3])), by),
    "enormous sizes": (f, _, by) => f.map((b, i) => (i >= 4 && i < 4 + 4 * f[3] ? 256 - by : b)),
    "still compressed": (f, at) => gzipSync(f, { level: at % 2 }),
    "a gzip header in front": (f) => Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, ...f),
    "a piece cut out": (f, at, by) => {
      const from = at % f.length;
      return Uint8Array.of(...f.subarray(0, from), ...f.subarray(from + by));
    },
    "a piece spliced in": (f, at, by, tail) => {
      const from = at % f.length;
      return Uint8Array.of(...f.subarray(0, from), by, ...tail, ...f.subarray(from));
    },
    "the other kind's header": (f) => (f[3] === 3 ? f.with(3, 1) : f.with(3, 3)),
    "random bytes": (_, __, by, tail) => Uint8Array.of(by, ...tail),
  };
  const xored = (f: Uint8Array, at: number, by: number): Uint8Array => f.with(at, f[at] ^ by);
  const runs = 1000;
  let refused = 0;

  test.each(Object.entries(damages))("%s", (_, damage) => {
    fc.assert(
      fc.property(file, whole, byte, fc.uint8Array({ maxLength: 80 }), ({ count, kind }, at, by, tail) => {
        const broken = damage(kind === "images" ? pictures(count) : labels(count), at, by, tail);
        const read = (): Uint8Array =>
          kind === "images" ? images(broken, count) : readLabels(broken, "l", { count, classes: 10 });
        expect(read).toThrow(FileError);
        refused++;
      }),
      { seed: 20240229, numRuns: runs },
    );
  });

  test("in all, more than 10,000 files", () => {
    expect(refused).toBe(runs * Object.keys(damages).length);
    expect(refused).toBeGreaterThanOrEqual(10_000);
  });
});
