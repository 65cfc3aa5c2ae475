import type { Factor } from "../analyses/factors/factor.ts";
import { axis, sizeOf } from "../base/shape.ts";
import { type Films, firstOf } from "./films.ts";
import { readField, type Subject } from "./subject.ts";

/** More different values than this are no classes. */
const CLASSES = 20;

/** What is known of frames of films, one row a frame, film after film. */
export interface FilmFactors {
  /** Those whose values have an order and many steps: places, speeds. */
  readonly continuous: readonly Factor[];
  /** Those of few values: labels, speeds, bounces. */
  readonly discrete: readonly Factor[];
  /** The film of each row. */
  readonly units: Uint32Array;
}

/**
 * Factors and labels of films at some of their frames; those of a whole film are repeated. Those that do not vary are left out, and a
 * factor of few values, but more than three, is among both kinds.
 * @param times the frames
 */
export function filmFactors({ dataset }: Subject, { count, length }: Films, times: readonly number[]): FilmFactors {
  const units = Uint32Array.from({ length: count * times.length }, (_, row) => Math.floor(row / times.length));
  const known = dataset.fields.filter(({ kind, shape }) => {
    return kind !== "observation" && [1, length].includes(sizeOf([axis("", 1), ...shape]));
  });
  const all = known.map(({ name, kind, shape }) => {
    const each = sizeOf([axis("", 1), ...shape]);
    const numbers = readField({ dataset }, dataset.splits.test, name, firstOf(count));
    const values = Float64Array.from(
      units,
      (film, row) => numbers[film * each + (each > 1 ? times[row % times.length] : 0)],
    );
    return { name, values, label: kind === "label", steps: new Set(values).size };
  });
  const factor =
    (kind: Factor["kind"]) =>
    ({ name, values }: (typeof all)[number]): Factor => ({ name, kind, values });
  return {
    continuous: all.filter(({ label, steps }) => !label && steps > 3).map(factor("continuous")),
    discrete: all.filter(({ steps }) => steps > 1 && steps <= CLASSES).map(factor("discrete")),
    units,
  };
}

/** Values of these frames, one row a frame. @param values (film, time, …) */
export function rowsAt(
  values: Float32Array,
  { count, length }: Films,
  times: readonly number[],
): { data: Float32Array; width: number } {
  const width = values.length / (count * length);
  const data = new Float32Array(count * times.length * width);
  for (let film = 0; film < count; film++) {
    for (const [i, t] of times.entries()) {
      const from = (film * length + t) * width;
      data.set(values.subarray(from, from + width), (film * times.length + i) * width);
    }
  }
  return { data, width };
}
