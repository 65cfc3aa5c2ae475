import { ShapeError } from "../base/errors.ts";
import { type BootstrapOptions, bootstrap, type Interval } from "./bootstrap.ts";

/** A number with its bootstrap interval. */
export interface Estimate extends Interval {
  readonly value: number;
}

/** Something measured at several times in many sequences. */
export interface MeanCourse {
  /** Mean over sequences at each time. */
  readonly course: readonly Estimate[];
  /** Mean over sequences and times. */
  readonly mean: Estimate;
}

/**
 * Means over sequences, with intervals from drawing whole sequences again.
 * @param values (sequence, time)
 * @throws ShapeError unless there are as many values at each time
 */
export function meanCourse(values: ArrayLike<number>, times: number, options: BootstrapOptions): MeanCourse {
  const sequences = values.length / times;
  if (!Number.isInteger(sequences) || sequences < 1) {
    throw new ShapeError({
      where: "mean course",
      expected: `whole sequences of ${times} times, at least one`,
      got: `${values.length} values`,
      fix: "give each sequence as many values",
    });
  }
  const means = (drawn: Uint32Array): Float64Array => {
    const found = new Float64Array(times + 1);
    for (const s of drawn) for (let t = 0; t < times; t++) found[t] += values[s * times + t];
    for (let t = 0; t < times; t++) found[times] += found[t];
    return found.map((sum, i) => sum / drawn.length / (i === times ? times : 1));
  };
  const intervals = bootstrap(sequences, means, options);
  const all = means(Uint32Array.from({ length: sequences }, (_, s) => s));
  const estimates = intervals.map((interval, i): Estimate => ({ value: all[i], ...interval }));
  return { course: estimates.slice(0, times), mean: estimates[times] };
}
