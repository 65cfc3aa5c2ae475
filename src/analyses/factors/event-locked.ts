import { type BootstrapOptions, bootstrap, type Interval } from "../bootstrap.ts";
import { requireLength } from "./factor.ts";
import { rowsOfUnits } from "./units.ts";

/** Rows are time steps; those of one sequence follow each other in time. */
export interface EventOptions extends BootstrapOptions {
  /** The sequence of each row. */
  readonly units: ArrayLike<number>;
}

/** A signal's mean course around events. */
export interface EventLockedAverage {
  /** −before…after, in steps; positive is after the event. */
  readonly lags: readonly number[];
  /** [lag]; NaN where no event has such a step. */
  readonly mean: Float64Array;
  /** Bootstrap interval of the mean over sequences, [lag]. */
  readonly intervals: readonly Interval[];
  /** Events that the mean is taken over, [lag]: steps beyond the ends of a sequence do not exist. */
  readonly events: Uint32Array;
}

/**
 * Average of a signal around events (event-triggered average). Intervals come from resampling whole sequences, as
 * events of one sequence depend on each other.
 * @param signal one value a row
 * @param events one a row, not 0 where there is an event
 */
export function eventLockedAverage(
  signal: ArrayLike<number>,
  events: ArrayLike<number>,
  { before, after, ...options }: EventOptions & { readonly before: number; readonly after: number },
): EventLockedAverage {
  requireLength("events", events, signal.length);
  requireLength("units", options.units, signal.length);
  const lags = Array.from({ length: before + after + 1 }, (_, i) => i - before);
  const sequences = rowsOfUnits(options.units).map((rows) => sumsAround(signal, events, rows, lags));
  const all = total(sequences, lags.length);
  return {
    lags,
    mean: means(all),
    intervals: bootstrap(
      sequences.length,
      (drawn) =>
        means(
          total(
            Array.from(drawn, (u) => sequences[u]),
            lags.length,
          ),
        ),
      options,
    ),
    events: Uint32Array.from(all.counts),
  };
}

/** Sums of the signal over events, and how many there are, by lag. */
interface LagSums {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

function sumsAround(
  signal: ArrayLike<number>,
  events: ArrayLike<number>,
  rows: Uint32Array,
  lags: readonly number[],
): LagSums {
  const [sums, counts] = [new Float64Array(lags.length), new Float64Array(lags.length)];
  rows.forEach((row, t) => {
    if (events[row] === 0) return;
    lags.forEach((lag, i) => {
      if (t + lag < 0 || t + lag >= rows.length) return;
      sums[i] += signal[rows[t + lag]];
      counts[i]++;
    });
  });
  return { sums, counts };
}

function total(sequences: readonly LagSums[], lags: number): LagSums {
  const [sums, counts] = [new Float64Array(lags), new Float64Array(lags)];
  for (const s of sequences) {
    for (let i = 0; i < lags; i++) {
      sums[i] += s.sums[i];
      counts[i] += s.counts[i];
    }
  }
  return { sums, counts };
}

const means = ({ sums, counts }: LagSums): Float64Array => sums.map((s, i) => s / counts[i]);
