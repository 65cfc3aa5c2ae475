import { z } from "zod";
import { type Estimate, type MeanCourse, meanCourse } from "../analyses/mean-course.ts";
import { stream } from "../base/random.ts";
import { withInterval } from "./estimates.ts";
import { checkObserved, type Films, type Stretch, scoreFrames, testFilms } from "./films.ts";
import { type FilmJudge, openFilmJudge } from "./judged-films.ts";
import { probe } from "./probe.ts";
import { type Need, require, type Subject } from "./subject.ts";
import { type Condition, predictUnder, suppressionConditions } from "./suppression-conditions.ts";
import { suppressionFigures } from "./suppression-figures.ts";

export const suppressionOptions = z.strictObject({
  observed: z.int().min(1).default(10).describe("frames that are seen; the others are predicted"),
  during: z
    .enum(["prediction", "all"])
    .default("prediction")
    .describe(
      "suppressed from the first predicted frame on, or from the first of the film on, which tells of seen frames too",
    ),
  sequences: z.int().min(2).default(500).describe("films of the test split, from the first; all if there are fewer"),
  shown: z.int().min(1).default(3).describe("films that figures show"),
});

export type SuppressionOptions = z.infer<typeof suppressionOptions>;

/** What is left of position and shape in predictions. */
export interface KeptFrames {
  /** "prediction", "h1", "top-down"; "nothing" where no model predicted. */
  readonly id: string;
  readonly name: string;
  /** Distance of the centres of mass of predicted and true frame, px, at each frame. */
  readonly position: MeanCourse;
  /** Intersection over union of the ink, centres brought together. */
  readonly overlap: MeanCourse;
  /** Share of frames in which the judge sees the film's class; null without a judge. */
  readonly accuracy: MeanCourse | null;
}

/** What is left under every condition, over some frames of the films. */
export interface KeptStretch extends Stretch {
  /** Undisturbed first. */
  readonly conditions: readonly KeptFrames[];
  /** What is left where nothing is known: of the position the middle of the frame, of the shape that of another film. */
  readonly nothing: KeptFrames;
  /** Share of true frames in which the judge sees the film's class: no prediction can be judged better. Null without a judge. */
  readonly ceiling: Estimate | null;
}

export interface SuppressionResult {
  readonly data: string;
  readonly sequences: number;
  readonly observed: number;
  /** Frames that follow those seen, each predicted from predicted ones. */
  readonly ahead: KeptStretch;
  /** Frames that are seen, each predicted from those before; null where nothing is suppressed then. */
  readonly seen: KeptStretch | null;
}

const needs: readonly Need[] = ["trace", "factors", "labels"];
const id = "suppression";

/** Frames that show nothing yet of the way a digit takes. */
const UNKNOWN = 2;

export async function measureSuppression(subject: Subject, options: SuppressionOptions): Promise<SuppressionResult> {
  require(subject, id, needs);
  const { observed, during } = options;
  const films = testFilms(subject, id, options.sequences);
  checkObserved(films, observed);
  const conditions = suppressionConditions(subject.model, during === "all" ? 0 : observed);
  const judge = subject.judge ? await openFilmJudge(subject, id, films) : undefined;
  try {
    const predicted: Predicted[] = [];
    for (const [i, condition] of conditions.entries()) {
      const progress = (part: number): void => subject.progress?.((i + part) / conditions.length);
      predicted.push({ ...condition, frames: await predictUnder(subject, films, condition, observed, progress) });
    }
    const over = (from: number, to: number): Promise<KeptStretch> =>
      keptStretch(subject, films, predicted, { from, to }, judge);
    return {
      data: subject.dataset.title,
      sequences: films.count,
      observed,
      ahead: await over(observed, films.length),
      seen: during === "all" && observed > UNKNOWN ? await over(UNKNOWN, observed) : null,
    };
  } finally {
    await judge?.dispose();
  }
}

/** What a model predicts under a condition. */
interface Predicted extends Pick<Condition, "id" | "name"> {
  /** (film, time, pixel) */
  readonly frames: Float32Array;
}

async function keptStretch(
  subject: Subject,
  films: Films,
  predicted: readonly Predicted[],
  stretch: Stretch,
  judge: FilmJudge | undefined,
): Promise<KeptStretch> {
  // The same resamples for all conditions.
  const course = (values: Float64Array): MeanCourse =>
    meanCourse(values, stretch.to - stretch.from, { stream: stream(subject.seed, "probe/suppression") });
  const kept = async ({ id, name, frames }: Predicted): Promise<KeptFrames> => {
    const { position, overlap } = scoreFrames(films, frames, stretch);
    const judged = await judge?.judge(frames, stretch);
    return {
      id,
      name,
      position: course(position),
      overlap: course(overlap),
      accuracy: judged ? course(judged) : null,
    };
  };
  const conditions: KeptFrames[] = [];
  for (const one of predicted) conditions.push(await kept(one));
  const nothing = await kept({ id: "nothing", name: "nothing known", frames: nextFilms(films) });
  const { position } = scoreFrames(films, new Float32Array(films.frames.length), stretch); // black: the middle
  const truth = await judge?.judge(films.frames, stretch);
  return {
    ...stretch,
    conditions,
    nothing: { ...nothing, position: course(position) },
    ceiling: truth ? course(truth).mean : null,
  };
}

/** The next film in place of each; the first in place of the last. */
function nextFilms({ frames, count }: Films): Float32Array {
  const size = frames.length / count;
  const out = new Float32Array(frames.length);
  out.set(frames.subarray(size));
  out.set(frames.subarray(0, size), frames.length - size);
  return out;
}

export const suppressionProbe = probe<SuppressionOptions, SuppressionResult>({
  id,
  title: "What predictions lose when a layer's state or top-down input is suppressed",
  source: "Miyoshi, Arakawa & Yamakawa 2018, Functional Differentiation",
  about:
    "A recurrent model sees the first frames of films with a moving digit and predicts the others, undisturbed, with the state of one layer read as zero, or " +
    "without what layers hear from above. Position: distance between the centres of mass of predicted and true frame. Shape: intersection " +
    "over union of the two digits, their centres brought together, and with --judge <run> the share of frames in which a classifier sees the right digit " +
    "(cut out by centre of mass, magnified to the classifier's size). Pixels of 0.25 or more are ink. Beside them what is left where nothing " +
    "is known: of the position the middle of the frame, of the shape another film's. With 95 % bootstrap intervals over films.",
  needs,
  options: suppressionOptions,
  measure: measureSuppression,
  figures: suppressionFigures,
  text: ({ ahead, seen, sequences, observed }, { during }) =>
    [
      `${sequences} films; suppressed ${during === "all" ? "from the first frame on" : `from frame ${observed} on`}; means [95 %]`,
      ...table(`frames ${ahead.from} to ${ahead.to - 1}, ahead`, ahead),
      ...(seen ? table(`frames ${seen.from} to ${seen.to - 1}, seen`, seen) : []),
    ].join("\n"),
});

function table(title: string, { conditions, nothing, ceiling }: KeptStretch): string[] {
  const row = (name: string, ...cells: string[]): string =>
    `${name.padEnd(28)}${cells.map((cell) => cell.padEnd(24)).join("")}`.trimEnd();
  return [
    row(title, "position error, px", "overlap of shapes", ...(ceiling ? ["judged right"] : [])),
    ...[...conditions, nothing].map(({ name, position, overlap, accuracy }) =>
      row(
        `  ${name}`,
        withInterval(position.mean),
        withInterval(overlap.mean, 3),
        ...(accuracy ? [withInterval(accuracy.mean, 3)] : []),
      ),
    ),
    ...(ceiling ? [row("  true frames", "", "", withInterval(ceiling, 3))] : []),
  ];
}
