import type { Dataset } from "./dataset.ts";
import { type MovingImageOptions, movingImages, shrinkFor } from "./moving-images.ts";
import { turnBack } from "./wall-path.ts";

/** What movingDigit may be told: one digit, 9000 training and 5000 test sequences unless said otherwise. */
export interface MovingDigitOptions extends MovingImageOptions {
  /** Speeds to choose from, pixels of the canvas a frame. Default 2, 3, 4, 5, 6, each divided by `shrink`. */
  readonly speeds?: readonly number[];
}

/** Numbers of sequences where nothing else is asked for. */
export const movingDigitCounts = { train: 9000, test: 5000 } as const;

/**
 * A digit that moves over the canvas and turns back where its next step would put its edge more than two pixels (over `shrink`)
 * beyond the border, as in the data of Miyoshi, Arakawa & Yamakawa's hierarchical VRNN (github.com/miyosuda/hvrnn). It is
 * drawn at the nearest whole pixel; where two digits overlap, their ink is added and clipped at 1. See movingImages for the fields.
 *
 * Differs: theirs draws all 14,000 sequences from the training images; here test sequences show test images.
 * @param source MNIST, Fashion-MNIST or glyphs
 * @throws UsageError if sizes do not fit each other, or the source has no grey images with labels
 */
export function movingDigit(source: Dataset, options: MovingDigitOptions = {}): Dataset {
  const { seed = 0, trainSeed = seed, length = 20, canvas = 64, digits = 1, shrink = shrinkFor(canvas) } = options;
  const { train = movingDigitCounts.train, test = movingDigitCounts.test } = options;
  const { speeds = [2, 3, 4, 5, 6].map((speed) => speed / shrink) } = options;
  return movingImages({
    id: "moving-digit",
    title: `Moving digit (${source.title})`,
    source,
    seed,
    trainSeed,
    length,
    canvas,
    digits,
    shrink,
    train,
    test,
    motion: {
      speeds,
      margin: 2 / shrink,
      rule: turnBack,
      snap: Math.round,
      blend: (one, other) => Math.min(1, one + other),
    },
  });
}
