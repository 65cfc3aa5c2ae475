import { average } from "../spread.ts";
import type { FilterScores } from "./ppc-row.ts";

/** What one seed of a row scores. */
export interface SeedScores extends FilterScores {
  readonly seed: number;
  /** Error over that of the Kalman filter with the true parameters, on the same spikes. */
  readonly ratio: number;
  /** Error of the linear read-out, rad²; absent of Kalman filters, which have no other than their estimate. */
  readonly readout?: number;
}

/** A line of the table. */
export interface MeasuredRow {
  readonly id: string;
  readonly name: string;
  /** In the paper, rad². */
  readonly paper: number;
  readonly seeds: readonly SeedScores[];
}

/** Errors that do not depend on training, rad². */
export interface References {
  /** Centres of mass of each step's spikes alone. */
  readonly spikes: number;
  /** The Kalman filter with the true parameters. */
  readonly kalman: FilterScores;
}

/** A stretch of a test sequence, rad. */
export interface Example {
  /** Its first step. */
  readonly from: number;
  readonly position: readonly number[];
  readonly spikes: readonly number[];
  /** Of filters, by name. */
  readonly estimates: Readonly<Record<string, readonly number[]>>;
}

export interface PpcResult {
  readonly rows: readonly MeasuredRow[];
  readonly references: References;
  readonly example: Example;
}

/** A curve that several seeds have: its mean, and its standard deviation over seeds; of one seed, its own standard error. */
export interface Course {
  readonly mean: number[];
  readonly error: number[];
}

/** Impulse responses of all seeds together. */
export function meanImpulse(seeds: readonly Pick<FilterScores, "impulse">[]): Course {
  const [{ impulse: first }] = seeds;
  const mean = first.mean.map((_, lag) => average(seeds.map((s) => s.impulse.mean[lag])));
  if (seeds.length === 1) return { mean, error: [...first.sem] };
  const spread = (lag: number): number =>
    Math.sqrt(seeds.reduce((s, { impulse }) => s + (impulse.mean[lag] - mean[lag]) ** 2, 0) / (seeds.length - 1));
  return { mean, error: mean.map((_, lag) => spread(lag)) };
}

/** Errors of order p over those of order 0, geometric means over seeds. */
export function relativeErrors(seeds: readonly Pick<FilterScores, "autoregression">[]): number[] {
  return seeds[0].autoregression.errors.map((_, p) =>
    Math.exp(average(seeds.map(({ autoregression: { errors } }) => Math.log(errors[p] / errors[0])))),
  );
}
