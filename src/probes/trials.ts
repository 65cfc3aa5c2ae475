import { type PixelNoise, pixelNoises } from "../analyses/concepts/pixel-noise.ts";
import { UsageError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { readField, type Subject } from "./subject.ts";

/** Noisy images to begin repeated inference from. */
export interface Trials {
  /** x(0), (trial, pixel). */
  readonly start: Float32Array;
  /** Numbers of the clean training images. */
  readonly images: Uint32Array;
  /** Their label, all the same. */
  readonly label: number;
}

/** How noise is added. */
export interface NoiseOptions {
  /** Probability that a pixel is selected. */
  readonly noise: number;
  readonly swap: PixelNoise;
}

/**
 * Draws training images of one label, each at most once, and adds noise to their pixels (Nagano et al., arXiv:1712.04195, §2). The same
 * subject and label give the same images, whatever the noise; the first trials of many are those of few.
 * @throws UsageError if there are fewer images of that label
 */
export function noisyTrials(
  subject: Subject,
  labels: Float32Array,
  label: number,
  count: number,
  options: NoiseOptions,
): Trials {
  const { dataset, seed } = subject;
  const candidates = Array.from(labels.keys()).filter((i) => labels[i] === label);
  if (candidates.length < count) {
    throw new UsageError({
      where: "--trials",
      expected: `at most ${candidates.length}, the training images of "${dataset.classes[label] ?? label}"`,
      got: String(count),
      fix: "ask for fewer trials a label",
    });
  }
  const order = stream(seed, `probe/images/${label}`).permutation(0, candidates.length);
  const images = Uint32Array.from({ length: count }, (_, i) => candidates[order[i]]);
  const clean = readField(subject, dataset.splits.train, subject.field, images);
  const pixels = clean.length / count;
  const noise = stream(seed, `probe/noise/${label}`);
  const start = new Float32Array(clean.length);
  // One image a step of the stream, so that a trial's noise does not depend on how many there are.
  for (let i = 0; i < count; i++) {
    const image = clean.subarray(i * pixels, (i + 1) * pixels);
    start.set(pixelNoises[options.swap](image, pixels, options.noise, noise, i), i * pixels);
  }
  return { start, images, label };
}

/**
 * Classes from a list of names or ranges of numbers: "all", "6", "4,9", "0-4".
 * @throws UsageError for an unknown one
 */
export function parseLabels(text: string, classes: readonly string[]): number[] {
  if (text === "all") return classes.map((_, i) => i);
  const found = text.split(",").flatMap((part) => {
    const name = part.trim();
    const at = classes.findIndex((c) => c.toLowerCase() === name.toLowerCase());
    if (at >= 0) return [at];
    const range = name.match(/^(\d+)(?:-(\d+))?$/);
    const [from, to] = range ? [Number(range[1]), Number(range[2] ?? range[1])] : [0, -1];
    const numbers = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
    return numbers.length > 0 && to < classes.length ? numbers : unknown(text, classes);
  });
  return [...new Set(found)];
}

function unknown(got: string, classes: readonly string[]): never {
  throw new UsageError({
    where: "labels",
    expected: `"all", or some of ${classes.join(", ")}, by name or number`,
    got: `"${got}"`,
    fix: "write them like 6, or 4,9, or 0-4",
  });
}
