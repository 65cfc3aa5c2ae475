import { UsageError } from "../base/errors.ts";
import { type Stream, stream } from "../base/random.ts";
import { axis, sizeOf } from "../base/shape.ts";
import type { Dataset, Field, Split } from "./dataset.ts";
import { type Draw, drawnSplit, seedsInWords } from "./drawn-split.ts";
import { type WallPath, type WallRule, wallPath } from "./wall-path.ts";

/** What all data sets of moving images may be told. */
export interface MovingImageOptions {
  /** A whole number ≥ 0. Default 0. */
  readonly seed?: number;
  /** Seed of the training split, where it is another. */
  readonly trainSeed?: number;
  /** Frames of a sequence. Default 20. */
  readonly length?: number;
  /** Pixels a side of a frame. Default 64. */
  readonly canvas?: number;
  /**
   * Images are made smaller by this whole number, squares of shrink × shrink pixels becoming their mean. Default 64/canvas,
   * rounded, at least 1: 28 × 28 on 64 × 64 and 14 × 14 on 32 × 32 show the same scene.
   */
  readonly shrink?: number;
  /** Images in a sequence. */
  readonly digits?: number;
  /** Training sequences. */
  readonly train?: number;
  /** Test sequences. */
  readonly test?: number;
}

/** How images move and overlap. Lengths in pixels of the canvas. */
export interface Motion {
  /** Every image of every sequence has one of these, each as likely as the others, px a frame. */
  readonly speeds: readonly number[];
  /** How far beyond the canvas an image's edge may go. */
  readonly margin: number;
  readonly rule: WallRule;
  /** The whole pixel at which an image is drawn whose upper left corner is at this coordinate. */
  readonly snap: (corner: number) => number;
  /** Ink of a pixel where two images lie upon each other, each in [0, 1]. */
  readonly blend: (one: number, other: number) => number;
}

/** What movingImages needs. */
export interface MovingImageParts extends Required<MovingImageOptions> {
  readonly id: string;
  readonly title: string;
  /** Still images with the fields "image" and "label", one channel. */
  readonly source: Dataset;
  readonly motion: Motion;
}

/** The default of `shrink`. */
export const shrinkFor = (canvas: number): number => Math.max(1, Math.round(64 / canvas));

/**
 * Sequences of images of another data set that move in straight lines over a black canvas and bounce off its border: those of
 * its training split in the training split, those of its test split in the test split. Each sequence draws images with
 * replacement, directions uniform over the circle, and first corners uniform where the image lies wholly on the canvas.
 *
 * Fields: "frames" (time, pixel) in [0, 1]; "x", "y" (time), the centre of an image in pixels from the left and upper border;
 * "bounce-x", "bounce-y" (time) in {−1, 0, 1}, the wall (left or upper, none, right or lower) hit between the frame before
 * and this one; "speed" (), px a frame; "label" (). With two or more images each but "frames" has a last axis "digit".
 * Places are real numbers; frames show images at whole pixels.
 *
 * Sequence i of a split depends on the seed, the split and i only, and is drawn again at each read; the first T frames of a longer
 * one are the one of length T. Stream: "<id>/train", with step i.
 * @throws UsageError if sizes do not fit each other, or the source has no grey images with labels
 */
export function movingImages(parts: MovingImageParts): Dataset {
  const { id, title, source, seed, trainSeed, length, canvas, digits, motion } = parts;
  const { height, width } = checked(parts);
  const eachDigit = digits === 1 ? [] : [axis("digit", digits)];
  const time = axis("time", length);
  const { margin, speeds } = motion;
  const range = (side: number) => [side / 2 - margin, canvas - side / 2 + margin] as const;
  const factor = (name: string, shape: Field["shape"], range: Field["range"], doc: string): Field => ({
    name,
    shape: [...shape, ...eachDigit],
    range: [Math.fround(range[0]), Math.fround(range[1])], // as the values are read
    kind: "factor",
    doc,
  });
  const fields: Field[] = [
    {
      name: "frames",
      shape: [time, axis("pixel", canvas ** 2)],
      range: [0, 1],
      kind: "observation",
      doc: "grey levels row by row, 0 = background, 1 = full ink",
    },
    factor("x", [time], range(width), "centre of the image, px from the left border"),
    factor("y", [time], range(height), "centre of the image, px from the upper border"),
    factor("bounce-x", [time], [-1, 1], "wall hit since the frame before: −1 left, 1 right, 0 none"),
    factor("bounce-y", [time], [-1, 1], "wall hit since the frame before: −1 upper, 1 lower, 0 none"),
    factor("speed", [], [Math.min(...speeds), Math.max(...speeds)], "px a frame"),
    { ...factor("label", [], [0, source.classes.length - 1], "number of the image's class"), kind: "label" },
  ];
  const split = (name: "train" | "test", seed: number) => {
    const chances = stream(seed, `${id}/${name}`);
    const draws = sequenceDraws(parts, source.splits[name], chances, height, width);
    return drawnSplit(id, name, parts[name], fields, draws);
  };
  return {
    id,
    title,
    provenance: `Moving images of ${source.title}, generated by Helmholtz, ${seedsInWords(seed, trainSeed)}. ${source.provenance}`,
    generated: true,
    fields,
    classes: source.classes,
    picture: { height: canvas, width: canvas, channels: 1 },
    splits: { train: split("train", trainSeed), test: split("test", seed) },
  };
}

/** One image of a sequence. */
interface Mover {
  /** Its number in the source. */
  readonly index: number;
  readonly speed: number;
  /** Of its upper left corner, px. */
  readonly x: WallPath;
  readonly y: WallPath;
}

function sequenceDraws(
  { length, canvas, shrink, digits, motion }: MovingImageParts,
  source: Split,
  chances: Stream,
  height: number,
  width: number,
): Record<string, Draw> {
  const { speeds, margin, rule, snap, blend } = motion;
  const movers = (i: number): Mover[] => {
    const u = new Float64Array(5 * digits);
    chances.uniform(i, u);
    return Array.from({ length: digits }, (_, digit) => {
      const [which, pace, direction, left, top] = u.subarray(5 * digit);
      const speed = speeds[Math.floor(pace * speeds.length)];
      const path = (start: number, velocity: number, room: number): WallPath =>
        wallPath(rule, start * room, velocity, -margin, room + margin, length);
      return {
        index: Math.floor(which * source.count),
        speed,
        x: path(left, speed * Math.cos(2 * Math.PI * direction), canvas - width),
        y: path(top, speed * Math.sin(2 * Math.PI * direction), canvas - height),
      };
    });
  };
  const image = new Float32Array(height * width * shrink ** 2);
  const each = (value: (mover: Mover) => number): Draw => {
    return (i, out) => out.set(movers(i).map(value));
  };
  const eachFrame = (value: (mover: Mover, t: number) => number): Draw => {
    return (i, out) => {
      for (const [digit, mover] of movers(i).entries())
        for (let t = 0; t < length; t++) out[t * digits + digit] = value(mover, t);
    };
  };
  return {
    x: eachFrame(({ x }, t) => x.places[t] + width / 2),
    y: eachFrame(({ y }, t) => y.places[t] + height / 2),
    "bounce-x": eachFrame(({ x }, t) => x.bounces[t]),
    "bounce-y": eachFrame(({ y }, t) => y.bounces[t]),
    speed: each(({ speed }) => speed),
    label: (i, out) =>
      source.read(
        "label",
        movers(i).map(({ index }) => index),
        out,
      ),
    frames(i, out) {
      out.fill(0);
      for (const { index, x, y } of movers(i)) {
        source.read("image", [index], image);
        const ink = shrunk(image, width * shrink, shrink);
        for (let t = 0; t < length; t++) {
          const frame = out.subarray(t * canvas ** 2, (t + 1) * canvas ** 2);
          paint(frame, canvas, ink, width, snap(y.places[t]), snap(x.places[t]), blend);
        }
      }
    },
  };
}

/** Means of squares of factor × factor pixels. @param width of the image, a multiple of factor */
function shrunk(image: Float32Array, width: number, factor: number): Float32Array {
  const columns = width / factor;
  const means = new Float64Array(image.length / factor ** 2);
  for (const [p, ink] of image.entries()) {
    means[Math.floor(p / (width * factor)) * columns + Math.floor((p % width) / factor)] += ink / factor ** 2;
  }
  return Float32Array.from(means);
}

/** Puts an image on a frame, its upper left corner at (row, column); what lies beyond the border is cut off. */
function paint(
  frame: Float32Array,
  canvas: number,
  ink: Float32Array,
  width: number,
  row: number,
  column: number,
  blend: Motion["blend"],
): void {
  for (let p = 0; p < ink.length; p++) {
    const [r, c] = [row + Math.floor(p / width), column + (p % width)];
    if (r < 0 || r >= canvas || c < 0 || c >= canvas) continue;
    frame[r * canvas + c] = blend(frame[r * canvas + c], ink[p]);
  }
}

/** @returns the sides of a shrunk image, px */
function checked({ id, source, length, canvas, digits, shrink, motion }: MovingImageParts) {
  const { picture } = source;
  const image = source.fields.find((f) => f.name === "image");
  const label = source.fields.find((f) => f.name === "label");
  if (!image || !label || picture.channels !== 1 || sizeOf(image.shape) !== picture.height * picture.width) {
    refuse(
      id,
      "a data set of grey images with labels",
      `${source.id}, with ${source.fields.map((f) => f.name).join(", ")}`,
      "give mnist, fashion-mnist or glyphs",
    );
  }
  if (![length, canvas, digits, shrink].every((n) => Number.isSafeInteger(n) && n >= 1)) {
    refuse(
      id,
      "whole numbers of 1 or more",
      `length ${length}, canvas ${canvas}, digits ${digits}, shrink ${shrink}`,
      "correct the options of the data set",
    );
  }
  const [height, width] = [picture.height / shrink, picture.width / shrink];
  if (!Number.isInteger(height) || !Number.isInteger(width) || Math.max(height, width) >= canvas) {
    refuse(
      id,
      `images of ${picture.height} × ${picture.width} that a whole number shrinks to less than the canvas`,
      `shrink ${shrink}, canvas ${canvas}`,
      "choose another canvas, or a shrink that divides the image's sides",
    );
  }
  const way = canvas - Math.max(height, width) + 2 * motion.margin;
  const { speeds } = motion;
  if (speeds.length === 0 || !speeds.every((speed) => speed > 0 && 2 * speed <= way)) {
    refuse(
      id,
      `speeds above 0 and at most ${way / 2} px a frame, half the way from wall to wall`,
      speeds.join(", ") || "none",
      "choose slower speeds or a larger canvas",
    );
  }
  return { height, width };
}

function refuse(where: string, expected: string, got: string, fix: string): never {
  throw new UsageError({ where, expected, got, fix });
}
