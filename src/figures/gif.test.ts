import { describe, expect, test } from "vitest";
import { ShapeError, UsageError } from "../base/errors.ts";
import { encodeGif } from "./gif.ts";
import type { Picture } from "./png.ts";

/** width × height frames whose value at (frame, pixel, channel) is given. */
function movie(count: number, width: number, height: number, channels: 1 | 3, value: (...at: number[]) => number) {
  return Array.from({ length: count }, (_, t): Picture => {
    const data = Uint8Array.from({ length: width * height * channels }, (_, i) =>
      value(t, Math.floor(i / channels), i % channels),
    );
    return { width, height, channels, data };
  });
}

/** Noise that fills the table of the compression several times over. */
const hash = (a: number, b: number) => (Math.imul(a * 7919 + b + 1, 2654435761) >>> 13) & 255;

describe("encodeGif", () => {
  test.each([
    ["smooth", 40, 30, (t: number, i: number) => (i + 3 * t) & 255],
    ["noise", 97, 61, hash],
    ["one colour", 5, 4, () => 200],
    ["two colours", 33, 9, (t: number, i: number) => ((i >> t) & 1) * 255],
    ["one pixel", 1, 1, (t: number) => 90 * t],
  ] as const)("an independent reader gives back every grey pixel: %s", (_, width, height, value) => {
    const frames = movie(3, width, height, 1, value);
    const gif = readGif(encodeGif(frames, { delay: 50 }));
    expect([gif.width, gif.height, gif.frames.length]).toEqual([width, height, 3]);
    for (const [t, frame] of gif.frames.entries()) {
      expect(frame.rgb).toEqual([...frames[t].data].flatMap((grey) => [grey, grey, grey]));
    }
  });

  test("up to 256 colours are exact, with red, green and blue in their places", () => {
    const frames = movie(2, 16, 8, 3, (t, i, c) => [i, 255 - i, 100 * t][c]);
    const gif = readGif(encodeGif(frames, { delay: 50 }));
    for (const [t, frame] of gif.frames.entries()) expect(frame.rgb).toEqual([...frames[t].data]);
  });

  test("more colours come out close to what they were", () => {
    const [width, height] = [48, 48];
    const frames = movie(3, width, height, 3, (t, i, c) => [5 * (i % 48), 5 * Math.floor(i / 48), 60 * t][c]);
    const gif = readGif(encodeGif(frames, { delay: 50 }));
    const errors = gif.frames.flatMap(({ rgb }, t) => rgb.map((v, i) => Math.abs(v - frames[t].data[i])));
    expect(Math.max(...errors)).toBeLessThan(30);
    expect(errors.reduce((a, b) => a + b) / errors.length).toBeLessThan(8);
  });

  test("grey and coloured frames may follow each other", () => {
    const frames = [...movie(1, 3, 2, 1, (_, i) => 40 * i), ...movie(1, 3, 2, 3, (_, i, c) => 10 * i + c)];
    const { frames: read } = readGif(encodeGif(frames, { delay: 50 }));
    expect(read[0].rgb).toEqual([...frames[0].data].flatMap((v) => [v, v, v]));
    expect(read[1].rgb).toEqual([...frames[1].data]);
  });

  const three = movie(3, 4, 4, 1, (t) => t);

  test("each frame is held as long as asked for, in hundredths of a second", () => {
    const delays = (delay: number | number[]) => readGif(encodeGif(three, { delay })).frames.map((f) => f.delay);
    expect(delays(120)).toEqual([12, 12, 12]);
    expect(delays([40, 40, 1500])).toEqual([4, 4, 150]);
  });

  test.each([
    [undefined, 0],
    [1, undefined],
    [2, 1],
    [10, 9],
  ])("played %s times, the looping extension counts %s more", (repeat, more) => {
    expect(readGif(encodeGif(three, { delay: 100, repeat })).loops).toBe(more);
  });

  test("a palette of few colours makes the file small", () => {
    const size = (levels: number) =>
      encodeGif(
        movie(4, 64, 64, 1, (t, i) => hash(t, i) % levels),
        { delay: 40 },
      ).length;
    expect(size(2)).toBeLessThan(size(256) / 4);
  });

  test.each([
    [[], { delay: 50 }, /frames: expected at least one frame, got none/],
    [three, { delay: [50, 50] }, /delay: expected one for all, or 3, got 2/],
    [three, { delay: 0 }, /10 to 655,350 milliseconds, got 0/],
    [three, { delay: Number.NaN }, /got NaN/],
    [three, { delay: 50, repeat: 0 }, /repeat: expected a whole number from 1/],
  ])("what GIF cannot hold is refused (%#)", (frames, options, message) => {
    expect(() => encodeGif(frames, options)).toThrow(UsageError);
    expect(() => encodeGif(frames, options)).toThrow(message);
  });

  test("frames of unequal size, or with too few data, are refused", () => {
    const [wider] = movie(1, 5, 4, 1, () => 0);
    expect(() => encodeGif([three[0], wider], { delay: 50 })).toThrow(ShapeError);
    expect(() => encodeGif([three[0], wider], { delay: 50 })).toThrow(/frame 1.*4 × 4.*5 × 4/);
    expect(() => encodeGif([{ ...three[0], channels: 3 }], { delay: 50 })).toThrow(/frame 0/);
  });
});

interface Gif {
  readonly width: number;
  readonly height: number;
  /** Count of the looping extension, if there is one. */
  readonly loops?: number;
  /** Hundredths of a second; red, green and blue of each pixel. */
  readonly frames: readonly { readonly delay: number; readonly rgb: readonly number[] }[];
}

/** GIF89a as its specification reads, for frames that cover the whole screen. */
function readGif(bytes: Uint8Array): Gif {
  let at = 0;
  const byte = () => bytes[at++];
  const short = () => byte() + 256 * byte();
  const text = (n: number) => String.fromCharCode(...bytes.subarray(at, (at += n)));
  const table = (flags: number) => Array.from({ length: 2 << (flags & 7) }, () => [byte(), byte(), byte()]);
  const blocks = () => {
    const out: number[] = [];
    for (let n = byte(); n > 0; n = byte()) out.push(...bytes.subarray(at, (at += n)));
    return out;
  };
  expect(text(6)).toBe("GIF89a");
  const [width, height, flags] = [short(), short(), byte()];
  at += 2; // background, aspect ratio
  expect(flags & 0x80).toBe(0x80);
  const shared = table(flags);
  const frames: { delay: number; rgb: number[] }[] = [];
  let loops: number | undefined;
  let delay = 0;
  for (let kind = byte(); kind !== 0x3b; kind = byte()) {
    if (kind === 0x21) {
      const label = byte();
      const data = blocks();
      if (label === 0xf9) {
        expect(data[0] & 1).toBe(0); // nothing transparent
        delay = data[1] + 256 * data[2];
      } else {
        expect(label).toBe(0xff);
        expect(String.fromCharCode(...data.slice(0, 11))).toBe("NETSCAPE2.0");
        loops = data[12] + 256 * data[13];
      }
    } else {
      expect(kind).toBe(0x2c);
      expect([short(), short(), short(), short()]).toEqual([0, 0, width, height]);
      const own = byte();
      const palette = own & 0x80 ? table(own) : shared;
      const pixels = decompress(byte(), blocks());
      expect(pixels.length).toBe(width * height);
      frames.push({ delay, rgb: pixels.flatMap((i) => palette[i]) });
    }
  }
  expect(at).toBe(bytes.length);
  return { width, height, loops, frames };
}

/** Lempel, Ziv and Welch's, with codes of growing length, lowest bit first. */
function decompress(bits: number, data: readonly number[]): number[] {
  const [clear, end] = [1 << bits, (1 << bits) + 1];
  let words: number[][] = [];
  let size = bits + 1;
  let last: number[] | undefined;
  const out: number[] = [];
  for (let at = 0; ; at += size, size = words.length >= 1 << size && size < 12 ? size + 1 : size) {
    let code = 0;
    for (let b = 0; b < size; b++) code |= ((data[(at + b) >> 3] >> ((at + b) & 7)) & 1) << b;
    if (code === end) return out;
    if (code === clear) {
      words = Array.from({ length: end + 1 }, (_, i) => (i < clear ? [i] : []));
      at += size - (size = bits + 1);
      last = undefined;
      continue;
    }
    const word: number[] = code < words.length ? words[code] : [...last!, last![0]];
    if (last && words.length < 4096) words.push([...last, word[0]]);
    out.push(...word);
    last = word;
  }
}
