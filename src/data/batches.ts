import { UsageError } from "../base/errors.ts";
import type { Stream } from "../base/random.ts";

/** Which examples each training step sees. Pure addressing: a resumed run needs the step's number only. */
export interface Batches {
  readonly batch: number;
  /** Whole batches in one pass; the count mod batch examples that are left over sit out that pass. */
  readonly stepsPerEpoch: number;
  /** The `batch` example numbers of training step 0, 1, 2, …; epoch = ⌊step / stepsPerEpoch⌋. */
  batchIndices(step: number): Uint32Array;
}

/**
 * Examples in their own order, `batch` at a time, on and on: an epoch begins where the one before ended, and only after the last example
 * comes the first one again. For data that are drawn, of which every epoch is to have fresh ones.
 * @param perEpoch examples of an epoch, a multiple of batch
 * @throws UsageError unless 1 ≤ batch ≤ perEpoch and batch divides perEpoch
 */
export function consecutive(count: number, batch: number, perEpoch: number): Batches {
  if (![count, batch, perEpoch].every((n) => Number.isSafeInteger(n) && n >= 1) || perEpoch % batch !== 0) {
    throw new UsageError({
      where: "batch size",
      expected: `a whole number that divides ${perEpoch}, the examples of an epoch`,
      got: String(batch),
      fix: "choose a batch and an epoch that fit each other",
    });
  }
  return {
    batch,
    stepsPerEpoch: perEpoch / batch,
    batchIndices: (step) => Uint32Array.from({ length: batch }, (_, n) => (step * batch + n) % count),
  };
}

/**
 * Examples in a new order each epoch: the permutation of stream "data/shuffle" at that epoch, cut into batches.
 * @param stream the run's streams, by name
 * @param count  number of examples
 * @param batch  examples per step
 * @throws UsageError unless 1 ≤ batch ≤ count
 */
export function shuffled(stream: (name: string) => Stream, count: number, batch: number): Batches {
  if (!Number.isSafeInteger(batch) || batch < 1 || batch > count) {
    throw new UsageError({
      where: "batch size",
      expected: `a whole number from 1 to ${count}, the number of examples`,
      got: String(batch),
      fix: "choose a smaller batch",
    });
  }
  const shuffle = stream("data/shuffle");
  const stepsPerEpoch = Math.floor(count / batch);
  let kept = -1;
  let order = new Uint32Array(0);
  return {
    batch,
    stepsPerEpoch,
    batchIndices(step) {
      if (!Number.isSafeInteger(step) || step < 0) {
        throw new UsageError({
          where: "training step",
          expected: "a whole number, 0 or more",
          got: String(step),
          fix: "count steps from 0",
        });
      }
      const epoch = Math.floor(step / stepsPerEpoch);
      if (epoch !== kept) {
        order = new Uint32Array(shuffle.permutation(epoch, count));
        kept = epoch;
      }
      const from = (step % stepsPerEpoch) * batch;
      return order.slice(from, from + batch);
    },
  };
}
