import { centreOfMass, distanceBetween, type FrameSize } from "../analyses/frames/centre-of-mass.ts";
import { shapeOverlap } from "../analyses/frames/overlap.ts";
import { openTracer } from "../analyses/tracing.ts";
import { UsageError } from "../base/errors.ts";
import type { TraceOptions } from "../models/model.ts";
import { readField, type Subject } from "./subject.ts";

/** Films of one moving image each. */
export interface Films {
  readonly count: number;
  /** Frames of each. */
  readonly length: number;
  readonly size: FrameSize;
  /** (film, time, pixel) */
  readonly frames: Float32Array;
}

/** The first films of the test split, all if there are fewer. @throws UsageError if they do not show one grey image each */
export function testFilms(subject: Subject, probe: string, count: number): Films {
  const { dataset, field, model } = subject;
  const { height, width, channels } = dataset.picture;
  const [time] = model.observation.shape;
  const place = dataset.fields.find(({ name }) => name === "x");
  if (channels !== 1 || place?.shape.length !== 1 || place.shape[0].size !== time.size) {
    throw new UsageError({
      where: `probe ${probe} of ${subject.name}`,
      expected: `films of ${time.size} grey frames that show one moving image, with its place "x" (time)`,
      got: dataset.title,
      fix: "ask a model that was trained on one moving digit",
    });
  }
  const { test } = dataset.splits;
  const shown = Math.min(count, test.count);
  const frames = readField(subject, test, field, firstOf(shown));
  return { count: shown, length: time.size, size: { height, width }, frames };
}

/** @throws UsageError unless frames are left to predict */
export function checkObserved({ length }: Films, observed: number): void {
  if (observed < length) return;
  throw new UsageError({
    where: "--observed",
    expected: `fewer than the ${length} frames of a film`,
    got: String(observed),
    fix: "leave frames to predict",
  });
}

/** Numbers of the first examples. */
export const firstOf = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

/** A frame of a film. @param frames (film, time, pixel) of these films, or of as many */
export function frameOf({ length, size }: Films, frames: Float32Array, film: number, time: number): Float32Array {
  const pixels = size.height * size.width;
  return frames.subarray((film * length + time) * pixels, (film * length + time + 1) * pixels);
}

/** Films computed at once. */
const BATCH = 25;

/** What a trace of films holds by these names, each (film, time, …). */
export async function traceFilms(
  { model, parameters, runtime, options }: Subject,
  { frames, count }: Films,
  keep: readonly string[],
  how: TraceOptions = {},
  progress?: (part: number) => void,
): Promise<Readonly<Record<string, Float32Array>>> {
  const settings = { ...how, keep, batch: Math.min(BATCH, count) };
  const tracer = await openTracer(model, runtime, settings, options);
  try {
    await tracer.write(parameters);
    return await tracer.trace(frames, progress);
  } finally {
    await tracer.dispose();
  }
}

/** How far predicted frames are from the true ones, each (film, time), times from the first one scored. */
export interface FrameScores {
  /** Distance of the centres of mass, px. */
  readonly position: Float64Array;
  /** Intersection over union of the ink, centres brought together. */
  readonly overlap: Float64Array;
  /** Sum of squared differences over the frame's pixels. */
  readonly squared: Float64Array;
}

/** Some frames of every film, from one time to before another. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Compares frames, film by film and time by time. */
export function scoreFrames(films: Films, predicted: Float32Array, stretch: Stretch): FrameScores {
  const { frames, size } = films;
  const each = (score: (truth: Float32Array, found: Float32Array) => number): Float64Array =>
    overStretch(films, stretch, (film, t) =>
      score(frameOf(films, frames, film, t), frameOf(films, predicted, film, t)),
    );
  return {
    position: each((a, b) => distanceBetween(centreOfMass(a, size), centreOfMass(b, size))),
    overlap: each((a, b) => shapeOverlap(a, b, size)),
    squared: each((a, b) => a.reduce((sum, v, p) => sum + (v - b[p]) ** 2, 0)),
  };
}

/** A number for each frame of a stretch: (film, time). */
export function overStretch(
  { count }: Films,
  { from, to }: Stretch,
  value: (film: number, time: number) => number,
): Float64Array {
  const times = to - from;
  return Float64Array.from({ length: count * times }, (_, i) => value(Math.floor(i / times), from + (i % times)));
}
