import type { Factor } from "../analyses/factors/factor.ts";
import type { Rows } from "../analyses/rows.ts";
import { sizeOf } from "../base/shape.ts";
import type { Model } from "../models/model.ts";
import { type Films, firstOf, traceFilms } from "./films.ts";
import { type Need, readField, require, type Subject } from "./subject.ts";

/** What a model infers along sequences of the test split, beside what the data say of every frame. Rows are frames, sequence by sequence. */
export interface WatchedSequences {
  readonly films: Films;
  /** The sequence of each row. */
  readonly units: Uint32Array;
  /** From the bottom up. */
  readonly layers: readonly LayerMeans[];
  readonly factors: readonly Factor[];
}

/** Posterior means of one layer's latents: (row, latent). */
export interface LayerMeans extends Rows {
  readonly layer: number;
  readonly data: Float32Array;
}

/** What is asked of a subject whose sequences are watched. */
export const watchNeeds: readonly Need[] = ["trace", "factors"];

/** The first test sequences, by number; all, if there are fewer. */
export const firstSequences = ({ dataset }: Subject, count: number): Uint32Array =>
  firstOf(Math.min(count, dataset.splits.test.count));

/**
 * Watches sequences of the test split.
 * @param sequences their numbers
 * @throws UsageError if the subject cannot be watched
 */
export async function watchSequences(
  subject: Subject,
  probe: string,
  sequences: Uint32Array,
): Promise<WatchedSequences> {
  require(subject, probe, watchNeeds);
  const { dataset, field, model, progress } = subject;
  const films = {
    count: sequences.length,
    length: model.observation.shape[0].size,
    size: dataset.picture,
    frames: readField(subject, dataset.splits.test, field, sequences),
  };
  const latents = stochastic(model);
  const names = latents.map(({ name }) => `${name}/mean`);
  const trace = await traceFilms(subject, films, names, {}, progress);
  return {
    films,
    units: Uint32Array.from({ length: films.count * films.length }, (_, row) => Math.floor(row / films.length)),
    layers: latents.map(({ layer, shape }, i) => ({ layer, width: sizeOf(shape.slice(1)), data: trace[names[i]] })),
    factors: factorsOf(subject, sequences, films.length),
  };
}

const stochastic = ({ latents }: Model): Model["latents"] => latents.filter(({ kind }) => kind === "stochastic");

/** Factors with at most so many values are discrete: walls that are hit, speeds that are chosen from a list. */
const FEW = 10;

/** All factors and labels of test sequences' frames; what holds for a whole sequence is said of each of its frames. */
export function factorsOf(subject: Subject, sequences: Uint32Array, length: number): Factor[] {
  const { fields, splits } = subject.dataset;
  return fields
    .filter(({ kind }) => kind !== "observation")
    .flatMap(({ name, shape, kind }): Factor[] => {
      const inTime = shape[0]?.name === "time";
      const parts = sizeOf(inTime ? shape.slice(1) : shape);
      const read = readField(subject, splits.test, name, sequences);
      return Array.from({ length: parts }, (_, part) => {
        const values = Float64Array.from(
          { length: sequences.length * length },
          (_, row) => read[(inTime ? row : Math.floor(row / length)) * parts + part],
        );
        const discrete = kind === "label" || new Set(values).size <= FEW;
        return {
          name: parts === 1 ? name : `${name} ${part + 1}`,
          kind: discrete ? "discrete" : "continuous",
          values,
        };
      });
    });
}

/** "bounce x" for "bounce-x", as people read it. */
export const factorName = (name: string): string => name.replaceAll("-", " ");
