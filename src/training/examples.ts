import { sizeOf } from "../base/shape.ts";
import type { Batches } from "../data/batches.ts";
import type { Split } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import type { Feeds } from "../runtime/session.ts";
import { BEGINS, OBSERVATION, TARGET } from "./step.ts";

/** What each training step sees. Pure addressing: a resumed run needs the step's number only. */
export interface Examples {
  /** Examples a step. */
  readonly batch: number;
  readonly stepsPerEpoch: number;
  /** Numbers of a step's inputs. @param into arrays of an earlier step that are to be filled again */
  feeds(step: number, into?: Feeds): Feeds;
}

/** Examples as they are, each with its target if the model has one. */
export function wholeExamples(model: Model, split: Split, field: string, batches: Batches): Examples {
  const { batch, stepsPerEpoch } = batches;
  const read = exampleReader(model, split, field);
  return { batch, stepsPerEpoch, feeds: (step, into) => read(batches.batchIndices(step), into) };
}

/**
 * Sequences frame by frame, for a model of frames: all first frames of a batch of sequences, then all second ones … then those of the next
 * batch. A batch of sequences is read once.
 * @param length    frames of a sequence
 * @param sequences which sequences go together
 */
export function framesInOrder(
  { observation }: Model,
  split: Split,
  field: string,
  length: number,
  sequences: Batches,
): Examples {
  const { batch } = sequences;
  const width = sizeOf(observation.shape);
  const whole = new Float32Array(batch * length * width); // (batch, time, …observation)
  let kept = -1;
  return {
    batch,
    stepsPerEpoch: sequences.stepsPerEpoch * length,
    feeds(step, into) {
      const [which, t] = [Math.floor(step / length), step % length];
      if (which !== kept) split.read(field, sequences.batchIndices(which), whole);
      kept = which;
      const x = into?.[OBSERVATION] ?? new Float32Array(batch * width);
      for (let n = 0; n < batch; n++) {
        const [from, to] = [(n * length + t) * width, n * width];
        for (let i = 0; i < width; i++) x[to + i] = whole[from + i];
      }
      return { [OBSERVATION]: x, [BEGINS]: Float32Array.of(Number(t === 0)) };
    },
  };
}

/**
 * Reads examples of a split as a step's program wants them: the observation, and the target of a model that has one.
 * @param field which field of the data the model observes
 */
export function exampleReader(
  { observation, target }: Model,
  split: Split,
  field: string,
): (indices: ArrayLike<number>, into?: Feeds) => Feeds {
  const widths: [name: string, field: string, width: number][] = [[OBSERVATION, field, sizeOf(observation.shape)]];
  if (target) widths.push([TARGET, target.field, sizeOf(target.shape)]);
  return (indices, into) =>
    Object.fromEntries(
      widths.map(([name, from, width]) => {
        const out = into?.[name] ?? new Float32Array(indices.length * width);
        split.read(from, indices, out);
        return [name, out];
      }),
    );
}
