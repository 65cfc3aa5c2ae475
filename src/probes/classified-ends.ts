import { z } from "zod";
import { meanAndError } from "../analyses/concepts/distances.ts";
import { UsageError } from "../base/errors.ts";
import { classifiedEndsFigures } from "./classified-ends-figures.ts";
import { judgeTrials } from "./judged-trials.ts";
import { probe } from "./probe.ts";
import { courseOf, repeatedInferenceOptions, type TrialsCourse } from "./repeated-inference.ts";
import type { Need, Subject } from "./subject.ts";
import { parseLabels } from "./trials.ts";

const { steps, noise, swap } = repeatedInferenceOptions.shape;

export const classifiedEndsOptions = z.strictObject({
  label: z.string().default("6").describe("label that trials begin with, by name or number"),
  trials: z.int().min(1).default(300).describe("noisy images of that label"),
  steps,
  noise,
  swap,
});

export type ClassifiedEndsOptions = z.infer<typeof classifiedEndsOptions>;

export interface ClassifiedEndsResult {
  readonly data: string;
  readonly label: string;
  readonly trials: number;
  /** Trials whose last image is judged to show the label that they began with. */
  readonly stayed: number;
  /** Trials by judged class. */
  readonly judgedAs: Readonly<Record<string, number>>;
  /** Mean probability of the likeliest class. */
  readonly confidence: number;
  /** Distance to the label's concept over time, of all trials. */
  readonly all: TrialsCourse;
  /** Of those that stayed; null if none did. */
  readonly kept: TrialsCourse | null;
}

const needs: readonly Need[] = ["infer", "generate", "labels", "judge"];
const id = "classified-ends";

/** Trials of one label through repeated inference, their last images judged by a classifier. */
export async function measureClassifiedEnds(
  subject: Subject,
  options: ClassifiedEndsOptions,
): Promise<ClassifiedEndsResult> {
  const { classes, title } = subject.dataset;
  const label = oneLabel(options.label, classes);
  const { judged, probabilities, overTime } = await judgeTrials(subject, id, { ...options, label });
  const stayed = Array.from(judged.keys()).filter((trial) => judged[trial] === label);
  const largest = Array.from(judged, (end, trial) => probabilities[trial * classes.length + end]);
  const kept = overTime.map((now) => stayed.map((trial) => now[trial]));
  return {
    data: title,
    label: classes[label],
    trials: judged.length,
    stayed: stayed.length,
    judgedAs: Object.fromEntries(classes.map((name, k) => [name, judged.filter((end) => end === k).length])),
    confidence: meanAndError(largest).mean,
    all: courseOf(overTime),
    kept: stayed.length > 0 ? courseOf(kept) : null,
  };
}

/** @throws UsageError for a list, or an unknown label */
export function oneLabel(text: string, classes: readonly string[]): number {
  const labels = parseLabels(text, classes);
  if (labels.length === 1) return labels[0];
  throw new UsageError({
    where: "label",
    expected: "one label",
    got: `"${text}", ${labels.length} labels`,
    fix: `choose one of ${classes.join(", ")}`,
  });
}

export const classifiedEndsProbe = probe<ClassifiedEndsOptions, ClassifiedEndsResult>({
  id,
  title: "What a classifier sees where repeated inference ends",
  source: "Nagano, Karakida & Okada, arXiv:1712.04195, Appendix B, fig. B.2",
  about:
    "Noisy images of one label are encoded and decoded again and again, and a classifier of its own (--judge <run>) judges the last images. " +
    "Reported: how many still show the label, what the others show, and how far from the label's concept all trials and those that stayed are.",
  needs,
  options: classifiedEndsOptions,
  measure: measureClassifiedEnds,
  figures: classifiedEndsFigures,
  text: (result, { steps: T }) => {
    const { label, trials, stayed, judgedAs, confidence, all, kept } = result;
    const row = (name: string, c: TrialsCourse): string =>
      [
        `${name} (${c.trials})`.padEnd(14),
        String(c.nearestAt).padStart(3),
        ...[c.start, c.nearest, c.end].map((d) => d.toFixed(3).padStart(7)),
        `  ${c.approachesAndLeaves ? (c.clear ? "yes" : "within two standard errors") : "no"}`,
      ].join(" ");
    return [
      `${stayed} of ${trials} trials that began with "${label}" are judged "${label}" at t = ${T} ` +
        `(${((100 * stayed) / trials).toFixed(1)} %); mean confidence ${confidence.toFixed(3)}`,
      `judged as: ${Object.entries(judgedAs)
        .filter(([, n]) => n > 0)
        .map(([name, n]) => `${name} × ${n}`)
        .join(", ")}`,
      "",
      `trials          t*   d(0)    d(t*)   d(${T})   falls, then rises`,
      row("all", all),
      ...(kept ? [row("stayed", kept)] : []),
    ].join("\n");
  },
});
