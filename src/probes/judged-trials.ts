import { openClassifier } from "../analyses/classification.ts";
import { concepts } from "../analyses/concepts/concepts.ts";
import { distances } from "../analyses/concepts/distances.ts";
import { openRepeatedInference } from "../analyses/concepts/repeated-inference.ts";
import { UsageError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { joinLatents, memoriesOf } from "./memories.ts";
import { require, type Subject } from "./subject.ts";
import { type NoiseOptions, noisyTrials } from "./trials.ts";

/** Trials of one label, what a classifier says of their last images, and how far they are from the label's concept. */
export interface JudgedTrials {
  /** x(0), (trial, pixel). */
  readonly start: Float32Array;
  /** p(class | x(T)), (trial, class). */
  readonly probabilities: Float32Array;
  /** Likeliest class of each x(T); of equally likely ones the first. */
  readonly judged: Uint32Array;
  /** ‖z(t) − ξ̄‖ at t = 0…T, [t][trial]. */
  readonly overTime: readonly Float64Array[];
}

/** Which trials, and how long. */
export interface JudgedRequest extends NoiseOptions {
  readonly label: number;
  readonly trials: number;
  readonly steps: number;
}

/**
 * Follows noisy images of one label through repeated inference and has their last images judged.
 * @throws UsageError without a judge of the same classes and pixels
 */
export async function judgeTrials(subject: Subject, probe: string, request: JudgedRequest): Promise<JudgedTrials> {
  const judge = judgeOf(subject, probe);
  const { model, parameters, runtime, dataset } = subject;
  const { label, trials, steps: T } = request;
  const memories = await memoriesOf(subject);
  const own = concepts(memories, memories.labels, dataset.classes.length).concepts[label];
  const { start } = noisyTrials(subject, memories.labels, label, trials, request);
  const classes = dataset.classes.length;
  const probabilities = new Float32Array(trials * classes);
  const overTime = Array.from({ length: T + 1 }, () => new Float64Array(trials));

  const batch = Math.min(500, trials);
  const repeated = await openRepeatedInference(model, parameters, runtime, { ...subject.options, batch });
  const classifier = await openClassifier(judge.model, judge.parameters, judge.runtime, judge.options);
  try {
    const progress = (done: number, of: number): void => subject.progress?.(done / of);
    for await (const { first, z, x } of repeated.batches({ start, T, progress })) {
      for (const [t, into] of overTime.entries()) {
        const now = Object.fromEntries(Object.entries(z).map(([name, course]) => [name, course[t]]));
        into.set(distances({ data: joinLatents(model, now), width: memories.width }, own), first);
      }
      probabilities.set(await classifier.probabilities(x[T]), first * classes);
    }
  } finally {
    await repeated.dispose();
    await classifier.dispose();
  }
  const judged = Uint32Array.from({ length: trials }, (_, i) => {
    const p = probabilities.subarray(i * classes, (i + 1) * classes);
    return p.indexOf(Math.max(...p));
  });
  return { start, probabilities, judged, overTime };
}

/** @throws UsageError if there is no judge, or one of other classes or pixels */
function judgeOf(subject: Subject, probe: string): Subject {
  require(subject, probe, ["infer", "generate", "labels", "judge"]);
  const judge = subject.judge!;
  const tells = ({ dataset, model }: Subject): string =>
    `images of ${sizeOf(model.observation.shape)} pixels and the classes ${dataset.classes.join(", ")}`;
  if (tells(judge) === tells(subject)) return judge;
  throw new UsageError({
    where: `probe ${probe} of ${subject.name}, judge ${judge.name}`,
    expected: `a classifier of ${tells(subject)}`,
    got: `one of ${tells(judge)}`,
    fix: `judge by a classifier trained on ${subject.dataset.title}`,
  });
}
