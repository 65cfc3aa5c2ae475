import { UsageError } from "../../base/errors.ts";
import { type MeanAndError, meanAndError } from "./distances.ts";

/** How the distance to a concept changes over repeated inference. */
export interface Approach {
  /** Mean distance over trials at t = 0…T, with its errors. */
  readonly curve: readonly MeanAndError[];
  /** t*, when the mean distance is least; the first such time. */
  readonly nearestAt: number;
  /** d(0), d(t*), d(T): mean distances. */
  readonly start: number;
  readonly nearest: number;
  readonly end: number;
  /** The paper's pattern in the means: least at 0 < t* < T, and larger at 0 and at T. */
  readonly approachesAndLeaves: boolean;
  /** d(0) − d(t*). */
  readonly fall: Change;
  /** d(T) − d(t*). */
  readonly rise: Change;
}

/** Difference of the distances at two times, paired over trials. */
export interface Change extends MeanAndError {
  /** The mean is above two standard errors. t* is where the mean was least in the same trials, so that chance alone favours this a little. */
  readonly clear: boolean;
}

/**
 * Whether trials first approach a concept and then leave it (Nagano et al., arXiv:1712.04195, fig. 2 and §3.1).
 * @param overTime distances ‖z(t) − ξ̄‖ (eq. 10) at t = 0…T, [t][trial]
 * @throws UsageError if there is no time or no trial
 */
export function approach(overTime: readonly ArrayLike<number>[]): Approach {
  if (!overTime[0]?.length) {
    throw new UsageError({
      where: "approach to a concept",
      expected: "distances of at least one trial at t = 0…T",
      got: overTime.length === 0 ? "no times" : "no trials",
      fix: "repeat inference first",
    });
  }
  const curve = overTime.map(meanAndError);
  const T = curve.length - 1;
  const nearestAt = curve.reduce((best, { mean }, t) => (mean < curve[best].mean ? t : best), 0);
  const [start, nearest, end] = [0, nearestAt, T].map((t) => curve[t].mean);
  return {
    curve,
    nearestAt,
    start,
    nearest,
    end,
    approachesAndLeaves: start > nearest && end > nearest,
    fall: change(overTime[0], overTime[nearestAt]),
    rise: change(overTime[T], overTime[nearestAt]),
  };
}

function change(from: ArrayLike<number>, to: ArrayLike<number>): Change {
  const difference = meanAndError(Float64Array.from(from, (d, trial) => d - to[trial]));
  return { ...difference, clear: difference.mean > 2 * difference.sem };
}
