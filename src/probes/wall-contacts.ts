import type { Factor } from "../analyses/factors/factor.ts";
import { choose } from "../base/choose.ts";

/** Frames from an event to the frame that data sets mark: a wall contact is marked in the first frame after it (see movingImages). */
export const MARKED_AFTER = 1;

/** Where events are, frame by frame. */
export interface Events {
  readonly name: string;
  /** 1 in the last frame before the event, else 0; (row). */
  readonly indicator: Float64Array;
}

/**
 * Events that factors mark by values other than 0, each at the last frame before it: lag 1 is the frame that is marked. A mark in a
 * sequence's first frame has none before it, and counts as no event.
 * @param names of factors, "bounce-x"
 * @param units the sequence of each row
 * @throws UsageError for a name that is none of the factors'
 */
export function eventsOf(factors: readonly Factor[], names: readonly string[], units: ArrayLike<number>): Events[] {
  const table = Object.fromEntries(factors.map((f) => [f.name, f]));
  return names.map((name) => {
    const { values } = choose("events", name, table);
    const indicator = Float64Array.from({ length: values.length }, (_, row) =>
      units[row + MARKED_AFTER] === units[row] && values[row + MARKED_AFTER] !== 0 ? 1 : 0,
    );
    return { name, indicator };
  });
}
