import type { Stream } from "../base/random.ts";

/** A confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How an interval is found by resampling. */
export interface BootstrapOptions {
  /** Random numbers; one step of the stream for each resample. */
  readonly stream: Stream;
  /** Number of resamples (default 1000). */
  readonly resamples?: number;
  /** Confidence level (default 0.95). */
  readonly level?: number;
}

/**
 * Percentile intervals of the bootstrap (Efron & Tibshirani 1993, "An Introduction to the Bootstrap", ch. 13).
 * @param units     number of units of observation (sequences, events); each resample draws as many, with replacement
 * @param statistic the numbers of interest for the drawn units; those that are NaN in a resample are left out of it
 * @returns         one interval for each number of the statistic
 */
export function bootstrap(
  units: number,
  statistic: (drawn: Uint32Array) => ArrayLike<number>,
  { stream, resamples = 1000, level = 0.95 }: BootstrapOptions,
): Interval[] {
  const [u, drawn] = [new Float64Array(units), new Uint32Array(units)];
  const results = Array.from({ length: resamples }, (_, step) => {
    stream.uniform(step, u);
    for (let i = 0; i < units; i++) drawn[i] = Math.floor(u[i] * units);
    return Float64Array.from(statistic(drawn));
  });
  return Array.from(results[0], (_, j) => {
    const sorted = Float64Array.from(results.map((r) => r[j]).filter((v) => !Number.isNaN(v))).sort();
    return { low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
  });
}

/**
 * Quantile of sorted numbers with linear interpolation between them (type 7 of Hyndman & Fan 1996, NumPy's default);
 * NaN of no numbers.
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = p * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below === above ? below : below + (place - Math.floor(place)) * (above - below);
}

/** The middle number by size, or the mean of the two in the middle. */
export function median(values: ArrayLike<number>): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}
