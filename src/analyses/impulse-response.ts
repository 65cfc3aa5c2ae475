import { wrappedDifference } from "../base/circle.ts";
import { UsageError } from "../base/errors.ts";
import { meanAndError } from "./concepts/distances.ts";

/** A filter that tells one number a step: frames (sequence, time, …frame) → estimates (sequence, time). */
export type SequenceEstimator = (frames: Float32Array) => Promise<ArrayLike<number>>;

/** Sequences that differ in one step: what is seen there lies a displacement ahead of the truth, or as far behind it. */
export interface DisplacedStep {
  /** (sequence, time, …frame) */
  readonly ahead: Float32Array;
  readonly behind: Float32Array;
  /** The step in which they differ, from 0. */
  readonly at: number;
  /** Half of the way from behind to ahead, above 0, in the unit of the estimates. */
  readonly displacement: number;
}

/** How a filter's estimate moves after one displaced step, per unit of displacement; lag 0 is that step. */
export interface ImpulseResponse {
  /** Mean over sequences: (lag) */
  readonly mean: number[];
  /** Its standard error; NaN of one sequence: (lag) */
  readonly sem: number[];
}

export interface ImpulseResponseOptions {
  /** Number of sequences. */
  readonly count: number;
  /** The last lag. */
  readonly lags: number;
  /** Circumference, if estimates lie on a circle. Default ∞: a line. */
  readonly circumference?: number;
}

/**
 * Impulse response of any filter: half the difference of the two estimates over the displacement, so that what does not depend on its
 * sign drops out. Of a linear filter it is the response to a unit impulse. A filter that takes the position for a random walk answers
 * with a jump and an exponential decay; one that also infers a velocity goes on rising, or passes beyond the start and comes back.
 * @throws UsageError if the sequences end before the last lag, or the displacement is not above 0
 */
export async function impulseResponse(
  estimate: SequenceEstimator,
  { ahead, behind, at, displacement }: DisplacedStep,
  { count, lags, circumference = Infinity }: ImpulseResponseOptions,
): Promise<ImpulseResponse> {
  const [above, below] = [await estimate(ahead), await estimate(behind)];
  const length = above.length / count;
  if (!(at + lags < length && displacement > 0)) {
    throw new UsageError({
      where: "impulse response",
      expected: "a displacement above 0, and sequences that go on to the last lag",
      got: `displacement ${displacement}, step ${at} + ${lags} lags in ${length} steps`,
      fix: "give longer sequences or ask for fewer lags",
    });
  }
  const found = Array.from({ length: lags + 1 }, (_, lag) =>
    meanAndError(
      Array.from({ length: count }, (_, n) => {
        const i = n * length + at + lag;
        return wrappedDifference(above[i], below[i], circumference) / (2 * displacement);
      }),
    ),
  );
  return { mean: found.map((f) => f.mean), sem: found.map((f) => f.sem) };
}
