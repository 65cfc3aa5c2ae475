import { z } from "zod";
import type { Factor } from "../analyses/factors/factor.ts";
import { logisticDecoding } from "../analyses/factors/logistic-decoding.ts";
import { ridgeDecoding } from "../analyses/factors/ridge-decoding.ts";
import { permutedUnits } from "../analyses/factors/units.ts";
import type { Estimate } from "../analyses/mean-course.ts";
import { UsageError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import type { Model } from "../models/model.ts";
import { decodingFigures } from "./decoding-figures.ts";
import { withInterval } from "./estimates.ts";
import { filmFactors, rowsAt } from "./film-factors.ts";
import { testFilms, traceFilms } from "./films.ts";
import { probe } from "./probe.ts";
import { type Need, require, type Subject } from "./subject.ts";
import { factorName } from "./watched-sequences.ts";

export const decodingOptions = z.strictObject({
  sequences: z.int().min(10).default(1000).describe("films of the test split, from the first; all if there are fewer"),
  from: z.int().min(0).default(5).describe("first frame that is read: before, a film has hardly shown its speed"),
  every: z.int().min(1).default(5).describe("frames from one that is read to the next"),
  folds: z.int().min(3).default(4).describe("parts of the films; each is predicted by a fit on the others"),
});

export type DecodingOptions = z.infer<typeof decodingOptions>;

/** How well a factor is read out of a state. */
export interface DecodedFactor extends Estimate {
  readonly factor: string;
  /** What is reached without the state: by the states of other films, or by always guessing the most frequent class. */
  readonly chance: number;
}

/** A layer's state or latents. */
export interface DecodedState {
  /** "h1" */
  readonly state: string;
  readonly layer: number;
  readonly size: number;
  /** R² of ridge regression on films that the fit has not seen. */
  readonly r2: readonly DecodedFactor[];
  /** Share of right classes by logistic regression, likewise. */
  readonly accuracy: readonly DecodedFactor[];
}

export interface DecodingResult {
  readonly data: string;
  readonly sequences: number;
  /** Frames that are read of every film. */
  readonly frames: readonly number[];
  readonly states: readonly DecodedState[];
}

const needs: readonly Need[] = ["trace", "factors"];
const id = "decoding";

export async function measureDecoding(subject: Subject, options: DecodingOptions): Promise<DecodingResult> {
  require(subject, id, needs);
  const films = testFilms(subject, id, options.sequences);
  const frames = framesRead(films.length, options);
  const names = statesOf(subject.model);
  const traced = names.map(({ traced }) => traced);
  const values = await traceFilms(subject, films, traced, {}, (part) => subject.progress?.(part / 2));
  const { continuous, discrete, units } = filmFactors(subject, films, frames);
  const elsewhere = permutedUnits(units, stream(subject.seed, "probe/decoding/chance"));
  const others = continuous.map(
    (f): Factor => ({ ...f, values: Float64Array.from(elsewhere, (row) => f.values[row]) }),
  );
  const how = { units, stream: stream(subject.seed, "probe/decoding"), folds: options.folds };
  const states = names.map(({ name, layer, traced }, i): DecodedState => {
    const rows = rowsAt(values[traced], films, frames);
    const found = ridgeDecoding(rows, [...continuous, ...others], how);
    const classes = discrete.map((factor) => logisticDecoding(rows, factor, how));
    subject.progress?.(0.5 + (i + 1) / names.length / 2);
    return {
      state: name,
      layer,
      size: rows.width,
      r2: continuous.map(({ name: factor }, f) => {
        const { r2, interval } = found[f];
        return { factor, value: r2, ...interval, chance: found[continuous.length + f].r2 };
      }),
      accuracy: classes.map(({ factor, accuracy, interval, chance }) => ({
        factor,
        value: accuracy,
        ...interval,
        chance,
      })),
    };
  });
  return { data: subject.dataset.title, sequences: films.count, frames, states };
}

/** States h, then latents at their means. */
function statesOf({ latents }: Model): { name: string; layer: number; traced: string }[] {
  const named = latents.map(({ name, layer, kind }) => {
    return { name, layer, kind, traced: kind === "stochastic" ? `${name}/mean` : name };
  });
  return [...named.filter((s) => s.kind === "deterministic"), ...named.filter((s) => s.kind === "stochastic")];
}

/** @throws UsageError if there is no such frame */
function framesRead(length: number, { from, every }: DecodingOptions): number[] {
  const frames = Array.from({ length }, (_, t) => t).filter((t) => t >= from && (t - from) % every === 0);
  if (frames.length > 0) return frames;
  throw new UsageError({
    where: "--from",
    expected: `a frame from 0 to ${length - 1}`,
    got: String(from),
    fix: "begin with an earlier frame",
  });
}

export const decodingProbe = probe<DecodingOptions, DecodingResult>({
  id,
  title: "What is read linearly out of each layer's state",
  source: "Miyoshi, Arakawa & Yamakawa 2018, Functional Differentiation; code at github.com/miyosuda/hvrnn",
  about:
    "Factors that films were drawn from are read out of each layer's state h and latents z (posterior means), films being seen whole: continuous ones by ridge regression (R²), those of " +
    "few values by multinomial logistic regression (share of right classes). Every film is predicted by a fit on others, and the ridge penalty is chosen " +
    "among these. Chance: R² from the states of other films, and the share of the most frequent class. With 95 % bootstrap intervals over films.",
  needs,
  options: decodingOptions,
  measure: measureDecoding,
  figures: decodingFigures,
  text: ({ states, sequences, frames }) => {
    const table = (key: "r2" | "accuracy", title: string): string[] => [
      `${title.padEnd(16)}${states[0][key].map(({ factor }) => factorName(factor).padEnd(22)).join("")}`,
      ...states.map(
        ({ state, [key]: found }) => `  ${state.padEnd(14)}${found.map((f) => withInterval(f).padEnd(22)).join("")}`,
      ),
      `  ${"chance".padEnd(14)}${states[0][key].map(({ chance }) => chance.toFixed(2).padEnd(22)).join("")}`,
    ];
    return [
      `${sequences} films, frames ${frames.join(", ")} of each`,
      ...table("r2", "R² [95 %]"),
      ...table("accuracy", "accuracy [95 %]"),
    ].join("\n");
  },
});
