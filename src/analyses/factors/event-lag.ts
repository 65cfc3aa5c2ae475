import { bootstrap, type Interval, median } from "../bootstrap.ts";
import type { EventOptions } from "./event-locked.ts";
import { requireLength } from "./factor.ts";
import { rowsOfUnits } from "./units.ts";

/** How long after events a signal answers. */
export interface EventLag {
  /**
   * Lag of the largest correlation, in steps; positive where the signal follows the event. NaN where nothing varies.
   */
  readonly lag: number;
  /** Bootstrap interval of the lag over sequences. */
  readonly interval: Interval;
  /** −reach…reach. */
  readonly lags: readonly number[];
  /** Correlation of signal at t + lag and event at t, [lag]; NaN where one of them does not vary. */
  readonly correlations: Float64Array;
}

/**
 * Lag of the maximal cross-correlation between a signal and events: Pearson's r of signal(t + lag) and the indicator of
 * an event at t, over all pairs of steps within one sequence. Of equal correlations the lag nearest to 0 counts.
 * @param signal  one value a row; for spikes of either sign, see deviations
 * @param events  one a row, not 0 where there is an event
 * @param options `reach`: the longest lag
 */
export function eventLag(
  signal: ArrayLike<number>,
  events: ArrayLike<number>,
  { reach, ...options }: EventOptions & { readonly reach: number },
): EventLag {
  requireLength("events", events, signal.length);
  requireLength("units", options.units, signal.length);
  const lags = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  const sequences = rowsOfUnits(options.units).map((rows) => lags.map((lag) => sumsAt(signal, events, rows, lag)));
  const correlationsOf = (units: Iterable<number>): Float64Array => {
    const drawn = Array.from(units, (u) => sequences[u]);
    return Float64Array.from(lags, (_, i) => correlation(drawn.map((s) => s[i])));
  };
  const correlations = correlationsOf(sequences.keys());
  const [interval] = bootstrap(sequences.length, (drawn) => [largestAt(lags, correlationsOf(drawn))], options);
  return { lag: largestAt(lags, correlations), interval, lags, correlations };
}

/** |x − median of x|: how far a latent is from its rest, whichever way. */
export function deviations(x: ArrayLike<number>): Float64Array {
  const rest = median(x);
  return Float64Array.from(x, (v) => Math.abs(v - rest));
}

/** Over pairs of steps: their number, Σ s, Σ s², Σ e, Σ s e (e² = e). */
type PairSums = readonly [n: number, s: number, ss: number, e: number, se: number];

function sumsAt(signal: ArrayLike<number>, events: ArrayLike<number>, rows: Uint32Array, lag: number): PairSums {
  let [n, s, ss, e, se] = [0, 0, 0, 0, 0];
  for (let t = Math.max(0, -lag); t < Math.min(rows.length, rows.length - lag); t++) {
    const value = signal[rows[t + lag]];
    n++;
    s += value;
    ss += value * value;
    if (events[rows[t]] === 0) continue;
    e++;
    se += value;
  }
  return [n, s, ss, e, se];
}

function correlation(parts: readonly PairSums[]): number {
  const all = new Float64Array(5);
  for (const part of parts) for (let i = 0; i < 5; i++) all[i] += part[i];
  const [n, s, ss, e, se] = all;
  const [varianceS, varianceE] = [ss - (s * s) / n, e - (e * e) / n];
  return varianceS > 0 && varianceE > 0 ? (se - (s * e) / n) / Math.sqrt(varianceS * varianceE) : Number.NaN;
}

function largestAt(lags: readonly number[], correlations: Float64Array): number {
  let best = -1;
  correlations.forEach((r, i) => {
    if (Number.isNaN(r)) return;
    const larger = best < 0 || r > correlations[best];
    if (larger || (r === correlations[best] && Math.abs(lags[i]) < Math.abs(lags[best]))) best = i;
  });
  return best < 0 ? Number.NaN : lags[best];
}
