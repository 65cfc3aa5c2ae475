import type { PixelNoise } from "../../analyses/concepts/pixel-noise.ts";
import {
  type ClassifiedEndsOptions,
  type ClassifiedEndsResult,
  classifiedEndsOptions,
  measureClassifiedEnds,
} from "../../probes/classified-ends.ts";
import { classifiedEndsFigures } from "../../probes/classified-ends-figures.ts";
import type { NamedFigure } from "../../probes/probe.ts";
import { experiment, type Finding } from "../experiment.ts";
import { eachSeed, meanAndSpread, seedsOf } from "../spread.ts";
import { readingNames, readings } from "./readings.ts";
import { classifierRun, notes, paper, vaeRuns } from "./runs.ts";

type Options = Omit<ClassifiedEndsOptions, "swap">;

const { swap: _, ...defaults } = classifiedEndsOptions.parse({});

export const switching = experiment<Options>({
  id: "concept/switching",
  title: "Trials that stay with their label, judged by a classifier",
  source: { paper, part: "Appendix B, fig. B.2" },
  about:
    'Is it other labels that draw trajectories away from the concept? A convolutional classifier judges the last images of trials that began with a noisy "6" ' +
    "(p = 0.2), and the distance to the concept is averaged over all trials and over those that are still judged to show it. " +
    'Both readings of "swapped" pixels are tried.',
  presets: {
    paper: {
      note: `${notes.paper} One classifier, 12 epochs.`,
      runs: [...vaeRuns("paper", [100], [1, 2, 3]), classifierRun("paper")],
      options: defaults,
    },
    quick: {
      note: `${notes.quick} The paper's classifier, 3 epochs.`,
      runs: [...vaeRuns("quick", [100], [1]), classifierRun("quick")],
      options: defaults,
    },
    smoke: {
      note: notes.smoke,
      runs: [...vaeRuns("smoke", [10], [1]), classifierRun("smoke")],
      options: { ...defaults, trials: 20, steps: 6 },
    },
  },
  async measure(runs, options, { progress }) {
    const judging = runs.find(({ run }) => run.model.classify)!;
    const judged = runs.filter((run) => run !== judging);
    const judge = await judging.open();
    let done = 0;
    const subjects = await Promise.all(
      judged.map(async ({ open }) => ({
        ...(await open()),
        judge,
        progress: (part: number) => progress((done + part) / (judged.length * readings.length)),
      })),
    );
    const results: Record<PixelNoise, ClassifiedEndsResult[]> = { invert: [], permute: [] };
    const figures: NamedFigure[] = [];
    for (const swap of readings) {
      for (const subject of subjects) {
        results[swap].push(await measureClassifiedEnds(subject, { ...options, swap }));
        done++;
      }
      const drawn = await classifiedEndsFigures(subjects[0], { ...options, swap }, results[swap][0]);
      const which = judged.length > 1 ? ` Seed ${judged[0].run.record.seed}.` : "";
      figures.push(...drawn.map((f) => ({ ...f, name: `${swap}-${f.name}`, caption: `${f.caption}${which}` })));
    }
    const accuracy = judging.run.record.metrics?.["test"]?.["accuracy"] ?? Number.NaN;
    return {
      findings: [accuracyFinding(accuracy), ...readings.flatMap((swap) => findings(swap, results[swap], options))],
      numbers: {
        accuracy,
        ...Object.fromEntries(
          readings.map((swap) => [swap, results[swap].map((r, i) => ({ seed: judged[i].run.record.seed, ...r }))]),
        ),
      },
      figures,
    };
  },
});

function accuracyFinding(accuracy: number): Finding {
  return {
    what: "test accuracy of the classifier that judges (shown from the paper's on, partly from 98 %)",
    paper: "99.25 %",
    ours: Number.isFinite(accuracy) ? `${(100 * accuracy).toFixed(2)} %` : "not evaluated",
    verdict: accuracy >= 0.9925 ? "shown" : accuracy >= 0.98 ? "partly" : "not shown",
  };
}

/** Trials that stayed, and trials, in the paper. */
const PAPER = { stayed: 193, trials: 300 };

/** @param results of every seed */
export function findings(
  swap: PixelNoise,
  results: readonly ClassifiedEndsResult[],
  { trials, label, steps }: Pick<Options, "trials" | "label" | "steps">,
): Finding[] {
  const reading = readingNames[swap];
  const stayed = results.map((r) => r.stayed);
  const share = stayed.reduce((a, b) => a + b, 0) / results.length / trials;
  const expected = PAPER.stayed / PAPER.trials;
  const margin = 2 * Math.sqrt(expected * (1 - expected) * (1 / PAPER.trials + 1 / trials));
  const kept = results.flatMap((r) => r.kept ?? []);
  const pattern = kept.filter((c) => c.approachesAndLeaves);
  const clear = pattern.filter((c) => c.clear);
  const over = (key: "start" | "nearest" | "end" | "nearestAt"): string =>
    meanAndSpread(
      kept.map((c) => c[key]),
      key === "nearestAt" ? 1 : 2,
    );
  return [
    {
      what: `trials of ${trials} that are still judged "${label}" (pixels ${reading}; shown: mean within ± ${Math.round(margin * trials)}, two standard errors of the difference of two such samples; partly: more than half stay)`,
      paper: `${PAPER.stayed} of ${PAPER.trials}`,
      ours: `${eachSeed(stayed)} (${(100 * share).toFixed(1)} %)`,
      verdict: Math.abs(share - expected) <= margin ? "shown" : share > 0.5 ? "partly" : "not shown",
    },
    {
      what: `trials that stayed approach the concept and leave it (pixels ${reading}; shown: fall and rise beyond two standard errors in every seed; partly: the means do in some)`,
      paper: "yes, as do all trials",
      ours:
        `in ${clear.length} of ${seedsOf(results)}; ` +
        `all trials in ${results.filter((r) => r.all.approachesAndLeaves && r.all.clear).length}`,
      verdict: clear.length === results.length ? "shown" : pattern.length > 0 ? "partly" : "not shown",
    },
    {
      what: `t*; d(0), d(t*), d(${steps}) of the trials that stayed (pixels ${reading})`,
      paper: "no numbers in the text",
      ours: `${over("nearestAt")}; ${over("start")}, ${over("nearest")}, ${over("end")}`,
      verdict: "measured",
    },
  ];
}
