import { z } from "zod";
import { centreOfMass, distanceBetween, type Place } from "../analyses/frames/centre-of-mass.ts";
import { moved } from "../analyses/frames/overlap.ts";
import { type MeanCourse, meanCourse } from "../analyses/mean-course.ts";
import { stream } from "../base/random.ts";
import { shownTimes, withInterval } from "./estimates.ts";
import { checkObserved, type Films, frameOf, scoreFrames, testFilms, traceFilms } from "./films.ts";
import { probe } from "./probe.ts";
import { rolloutFigures } from "./rollout-figures.ts";
import { type Need, require, type Subject } from "./subject.ts";

export const rolloutOptions = z.strictObject({
  observed: z.int().min(2).default(10).describe("frames that are seen; the others are predicted"),
  sequences: z.int().min(1).default(500).describe("films of the test split, from the first; all if there are fewer"),
});

export type RolloutOptions = z.infer<typeof rolloutOptions>;

/** How far what somebody predicts is from what comes. */
export interface PredictionErrors {
  readonly name: string;
  /** Distance of the centres of mass, px, at each predicted frame. */
  readonly position: MeanCourse;
  /** Squared error of a frame, summed over its pixels. */
  readonly squared: MeanCourse;
}

export interface RolloutResult {
  readonly data: string;
  readonly sequences: number;
  readonly observed: number;
  /** The model, and two that know nothing of walls or digits: the last frame, standing still or moving on. */
  readonly predictors: readonly PredictionErrors[];
}

const needs: readonly Need[] = ["trace", "factors"];
const id = "rollout";

export async function measureRollout(subject: Subject, options: RolloutOptions): Promise<RolloutResult> {
  require(subject, id, needs);
  const { observed } = options;
  const films = testFilms(subject, id, options.sequences);
  checkObserved(films, observed);
  const { prediction } = await traceFilms(subject, films, ["prediction"], { observed }, subject.progress);
  const [chances, times] = [stream(subject.seed, "probe/rollout"), films.length - observed];
  const ahead = { from: observed, to: films.length };
  const errors = (name: string, position: Float64Array, frames: Float32Array): PredictionErrors => ({
    name,
    position: meanCourse(position, times, { stream: chances }),
    squared: meanCourse(scoreFrames(films, frames, ahead).squared, times, { stream: chances }),
  });
  const still = continued(films, observed, 0);
  const moving = continued(films, observed, 1);
  return {
    data: subject.dataset.title,
    sequences: films.count,
    observed,
    predictors: [
      errors(subject.model.name, scoreFrames(films, prediction, ahead).position, prediction),
      errors("last frame, standing still", still.position, still.frames),
      errors("last frame, moving on", moving.position, moving.frames),
    ],
  };
}

/** What somebody predicts who has only looked at the end. */
interface Continued {
  /** (film, time, pixel), those predicted moved by whole pixels, the others black. */
  readonly frames: Float32Array;
  /** How far the centre of mass, followed beyond the border, is from the true one: (film, predicted time). */
  readonly position: Float64Array;
}

/**
 * The last frame seen, in place of those that follow.
 * @param speed how far it is moved a frame, 1 being the way of its centre of mass since the frame before
 */
function continued(films: Films, observed: number, speed: number): Continued {
  const { count, length, size, frames } = films;
  const out = new Float32Array(frames.length);
  const position = new Float64Array(count * (length - observed));
  for (let film = 0; film < count; film++) {
    const centre = (t: number): Place => centreOfMass(frameOf(films, frames, film, t), size);
    const [before, now] = [centre(observed - 2), centre(observed - 1)];
    const last = frameOf(films, frames, film, observed - 1);
    for (let t = observed; t < length; t++) {
      const steps = speed * (t - observed + 1);
      const [right, down] = [steps * (now.x - before.x), steps * (now.y - before.y)];
      frameOf(films, out, film, t).set(moved(last, size, Math.round(right), Math.round(down)));
      position[film * (length - observed) + t - observed] = distanceBetween(centre(t), {
        x: now.x + right,
        y: now.y + down,
      });
    }
  }
  return { frames: out, position };
}

export const rolloutProbe = probe<RolloutOptions, RolloutResult>({
  id,
  title: "How far ahead a model of films predicts",
  source: "as with Moving MNIST since Srivastava, Mansimov & Salakhutdinov, arXiv:1502.04681, §3",
  about:
    "A model of films sees the first frames and predicts the others from its own predictions, latents at the means of their priors. Reported at every " +
    "predicted frame: the distance between the centres of mass of the predicted and the true frame (pixels of 0.25 or more), and the squared " +
    "error, beside those of the last frame seen, standing still or moving on as it did; with 95 % bootstrap intervals over films.",
  needs,
  options: rolloutOptions,
  measure: measureRollout,
  figures: rolloutFigures,
  text: ({ predictors, observed, sequences }) => {
    const times = shownTimes(predictors[0].position.course.length);
    const table = (key: "position" | "squared", title: string): string[] => [
      `${title.padEnd(30)}${times.map((t) => `t = ${observed + t}`.padStart(9)).join("")}     mean [95 %]`,
      ...predictors.map((p) => {
        const cells = times.map((t) => p[key].course[t].value.toFixed(2).padStart(9));
        return `  ${p.name.padEnd(28)}${cells.join("")}     ${withInterval(p[key].mean)}`;
      }),
    ];
    return [
      `${sequences} films, frames 0 to ${observed - 1} seen`,
      ...table("position", "position error, px"),
      ...table("squared", "squared error of a frame"),
    ].join("\n");
  },
});
