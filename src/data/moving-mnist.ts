import type { Dataset } from "./dataset.ts";
import { type MovingImageOptions, movingImages, shrinkFor } from "./moving-images.ts";
import { stopAtWall } from "./wall-path.ts";

/** What movingMnist may be told: two digits, 60,000 training and 10,000 test sequences unless said otherwise. */
export type MovingMnistOptions = MovingImageOptions;

/** Numbers of sequences where nothing else is asked for. */
export const movingMnistCounts = { train: 60_000, test: 10_000 } as const;

/**
 * Moving MNIST (Srivastava, Mansimov & Salakhutdinov 2015, arXiv:1502.04681; motion of their public code,
 * www.cs.toronto.edu/~nitish/unsupervised_video): digits cross a tenth of the way between the walls in each frame, 3.6 px on a canvas of
 * 64, and stop for one frame where they reach the border. They are drawn at the whole pixel at or below their place; where they
 * overlap, the greater ink shows. See movingImages for the fields.
 *
 * Differs: theirs takes one step before the first frame, and draws images without replacement.
 * @param source MNIST, Fashion-MNIST or glyphs
 * @throws UsageError if sizes do not fit each other, or the source has no grey images with labels
 */
export function movingMnist(source: Dataset, options: MovingMnistOptions = {}): Dataset {
  const { seed = 0, trainSeed = seed, length = 20, canvas = 64, digits = 2, shrink = shrinkFor(canvas) } = options;
  const { train = movingMnistCounts.train, test = movingMnistCounts.test } = options;
  return movingImages({
    id: "moving-mnist",
    title: `Moving digits (${source.title})`,
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
      speeds: [(canvas - source.picture.width / shrink) / 10],
      margin: 0,
      rule: stopAtWall,
      snap: Math.floor,
      blend: Math.max,
    },
  });
}
