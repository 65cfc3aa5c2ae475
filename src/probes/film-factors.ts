import type { Factor } from "../analyses/factors/factor.ts";
import { type Films, firstOf } from "./films.ts";
import type { Subject } from "./subject.ts";
import { factorsOf } from "./watched-sequences.ts";

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
export function filmFactors(subject: Subject, { count, length }: Films, times: readonly number[]): FilmFactors {
  const units = Uint32Array.from({ length: count * times.length }, (_, row) => Math.floor(row / times.length));
  const labels = new Set(subject.dataset.fields.filter(({ kind }) => kind === "label").map(({ name }) => name));
  const all = factorsOf(subject, firstOf(count), length).map((factor) => {
    const values = Float64Array.from(units, (film, row) => factor.values[film * length + times[row % times.length]]);
    return { ...factor, values, steps: new Set(values).size };
  });
  const of = (kind: Factor["kind"], chosen: (f: (typeof all)[number]) => boolean): Factor[] =>
    all.filter(chosen).map(({ name, values }) => ({ name, kind, values }));
  return {
    continuous: of("continuous", ({ name, steps }) => !labels.has(name) && steps > 3),
    discrete: of("discrete", ({ kind, steps }) => kind === "discrete" && steps > 1),
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
