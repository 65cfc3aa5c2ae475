import * as gifenc from "gifenc";
import { ShapeError, UsageError } from "../base/errors.ts";
import type { Picture } from "./png.ts";

export interface GifOptions {
  /**
   * How long each frame is shown, milliseconds: one for all, or one for each. GIF counts in steps of 10; browsers show what is
   * shorter than 20 for 100.
   */
  readonly delay: number | readonly number[];
  /** How often the animation plays; for ever unless given. */
  readonly repeat?: number;
}

/**
 * The bytes of an animated GIF. Up to 256 colours in all frames together, so any grey ones, come out exactly; more are reduced
 * to a palette of 256 that all frames share, so that what does not move does not flicker.
 * @throws ShapeError if frames differ in size; UsageError for no frames, or a delay or repeat that GIF cannot hold
 */
export function encodeGif(frames: readonly Picture[], options: GifOptions): Uint8Array {
  const delays = checked(frames, options);
  const { width, height } = frames[0];
  const { repeat = Number.POSITIVE_INFINITY } = options;
  const colors = frames.map(packed);
  const { palette, indices } = exactPalette(colors) ?? reducedPalette(colors);
  const colorDepth = Math.max(1, Math.ceil(Math.log2(palette.length)));
  const encoder = GIFEncoder();
  for (const [i, index] of indices.entries()) {
    const first = i === 0 ? { palette, repeat: furtherPlays(repeat) } : {};
    encoder.writeFrame(index, width, height, { ...first, delay: delays[i], colorDepth });
  }
  encoder.finish();
  return encoder.bytes();
}

// Node loads the package as CommonJS and sees a default export only; bundlers take its ES module, with names.
const { GIFEncoder, quantize, applyPalette } = Object.hasOwn(gifenc, "GIFEncoder") ? gifenc : gifenc.default;

/** Frames with their colours, each in one number: 0xbbggrr with an opaque alpha above, which is RGBA in memory. */
type Colors = Uint32Array<ArrayBuffer>;

function packed({ width, height, channels, data }: Picture): Colors {
  const bytes = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) bytes[4 * i + c] = data[i * channels + (channels === 3 ? c : 0)];
    bytes[4 * i + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

interface Indexed {
  readonly palette: readonly gifenc.Color[];
  /** Of each frame, the place of each pixel in the palette. */
  readonly indices: readonly Uint8Array[];
}

/** All colours as they are, if there are at most 256. */
function exactPalette(frames: readonly Colors[]): Indexed | undefined {
  const used = new Set<number>();
  for (const frame of frames) {
    for (const color of frame) used.add(color);
    if (used.size > 256) return undefined;
  }
  const sorted = [...used].sort((a, b) => a - b);
  const place = new Map(sorted.map((color, i) => [color, i]));
  const palette = sorted.map((color) => [...new Uint8Array(Uint32Array.of(color).buffer, 0, 3)]);
  return { palette, indices: frames.map((frame) => Uint8Array.from(frame, (color) => place.get(color)!)) };
}

function reducedPalette(frames: readonly Colors[]): Indexed {
  const all = new Uint32Array(frames.length * frames[0].length);
  for (const [i, frame] of frames.entries()) all.set(frame, i * frame.length);
  const palette = quantize(new Uint8Array(all.buffer), 256);
  return { palette, indices: frames.map((frame) => applyPalette(new Uint8Array(frame.buffer), palette)) };
}

/** As the looping extension counts: plays after the first, 0 for ever, and −1 for no extension. */
function furtherPlays(repeat: number): number {
  return repeat === Number.POSITIVE_INFINITY ? 0 : repeat === 1 ? -1 : repeat - 1;
}

/** The delay of each frame. */
function checked(frames: readonly Picture[], { delay, repeat = 1 }: GifOptions): readonly number[] {
  if (frames.length === 0) refuse("frames", "at least one frame", "none", "give the animation something to show");
  const [{ width, height }] = frames;
  if (width > 0xffff || height > 0xffff) {
    refuse("frames", "at most 65,535 pixels a side", `${width} × ${height}`, "make the frames smaller");
  }
  for (const [i, frame] of frames.entries()) {
    const right = frame.width === width && frame.height === height && width >= 1 && height >= 1;
    if (right && frame.data.length === width * height * frame.channels) continue;
    throw new ShapeError({
      where: `encodeGif, frame ${i}`,
      expected: `${width} × ${height} pixels as in frame 0, at least one, and data for each`,
      got: `${frame.width} × ${frame.height} pixels, ${frame.data.length} bytes`,
      fix: "draw all frames at one size",
    });
  }
  const delays = typeof delay === "number" ? frames.map(() => delay) : delay;
  if (delays.length !== frames.length) {
    refuse("delay", `one for all, or ${frames.length}`, `${delays.length}`, "give each frame its delay");
  }
  const odd = delays.find((ms) => !(ms >= 10 && ms <= 655_350));
  if (odd !== undefined) refuse("delay", "10 to 655,350 milliseconds", `${odd}`, "give the delay in milliseconds");
  if (repeat !== Number.POSITIVE_INFINITY && !(Number.isInteger(repeat) && repeat >= 1 && repeat <= 65_536)) {
    refuse("repeat", "a whole number from 1 to 65,536", `${repeat}`, "leave it out to repeat for ever");
  }
  return delays;
}

function refuse(what: string, expected: string, got: string, fix: string): never {
  throw new UsageError({ where: `encodeGif, ${what}`, expected, got, fix });
}
