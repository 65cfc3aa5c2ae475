import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FileError } from "../base/errors.ts";
import { gunzip } from "./gunzip.ts";

const contents = Uint8Array.from({ length: 3000 }, (_, i) => (i * i) % 251);
const sound = new Uint8Array(gzipSync(contents));

test("a sound file gives its contents", () => {
  expect(gunzip(sound, "f.gz", 3000)).toEqual(contents);
});

test.each<[string, Uint8Array, RegExp]>([
  ["cut short", sound.subarray(0, 200), /f\.gz: expected an undamaged gzip file, got one cut short after 200 bytes/],
  [
    "trailing zeros",
    Uint8Array.of(...sound, 0, 0),
    /f\.gz, offset \d+: expected the end of the file .*got 2 bytes more/,
  ],
  ["trailing bytes", Uint8Array.of(...sound, 7, 7), /damage \(incorrect header check\)/],
  ["a wrong checksum", sound.with(sound.length - 8, sound[sound.length - 8] ^ 1), /damage \(incorrect data check\)/],
  ["not gzip", contents, /offset 0: expected a gzip file \(1f 8b\), got bytes 0001/],
  ["a web page", new TextEncoder().encode("<html><body>Sign in"), /got an HTML page/],
  ["empty", new Uint8Array(0), /got an empty file/],
  ["shorter contents", gzipSync(contents.subarray(1)), /expected 3000 bytes when decompressed, got 2999/],
  ["longer contents", gzipSync(new Uint8Array(3001)), /expected 3000 bytes when decompressed, got more than that/],
])("%s is refused", (_, bytes, message) => {
  const read = (): Uint8Array => gunzip(bytes, "f.gz", 3000);
  expect(read).toThrow(FileError);
  expect(read).toThrow(message);
});

test("a small file that would unpack to 64 MiB allocates no more than is expected of it", () => {
  const bomb = gzipSync(new Uint8Array(2 ** 26));
  const before = process.memoryUsage().arrayBuffers;
  expect(() => gunzip(bomb, "bomb.gz", 3000)).toThrow(/got more than that/);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22);
});

test("a truncated or extended file, or one with another header, is refused", () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 30 }), fc.integer({ min: 1, max: 255 }), fc.nat({ max: 2 }), (at, by, way) => {
      const broken = [
        () => sound.slice(0, at % sound.length),
        () => Uint8Array.of(...sound, by === 0x1f ? 0 : by),
        () => sound.with(at % 3, sound[at % 3] ^ by),
      ][way]();
      expect(() => gunzip(broken, "f.gz", 3000)).toThrow(FileError);
    }),
    { seed: 11, numRuns: 1500 },
  );
});

test("a changed byte anywhere is refused or changes nothing", () => {
  fc.assert(
    fc.property(fc.nat({ max: sound.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
      try {
        expect(Buffer.from(gunzip(sound.with(at, sound[at] ^ by), "f.gz", 3000)).equals(contents)).toBe(true); // a time stamp, say
      } catch (error) {
        expect(error).toBeInstanceOf(FileError);
      }
    }),
    { seed: 12, numRuns: 1500 },
  );
});
