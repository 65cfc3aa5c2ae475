import type { PixelNoise } from "../../analyses/concepts/pixel-noise.ts";
import {
  measureRepeatedInference,
  type RepeatedInferenceOptions,
  type RepeatedInferenceResult,
  repeatedInferenceOptions,
} from "../../probes/repeated-inference.ts";
import { distanceChart, repeatedInferenceFigures } from "../../probes/repeated-inference-figures.ts";
import { experiment, type Finding } from "../experiment.ts";
import { eachSeed, meanAndSpread, seedsOf, spread } from "../spread.ts";
import { readingNames, readings } from "./readings.ts";
import { notes, paper, vaeRuns } from "./runs.ts";

type Options = Omit<RepeatedInferenceOptions, "swap">;

const { swap: _, ...defaults } = repeatedInferenceOptions.parse({});

export const trajectory = experiment<Options>({
  id: "concept/trajectory",
  title: "Trajectories approach the concept, then leave it",
  source: { paper, part: "figs. 1 and 2" },
  about:
    "Training images of every label with noise p = 0.2 go through T iterations of repeated inference (80 in the paper). Does the distance to the label's concept " +
    'first fall to a minimum at 0 < t* < T, and is it higher again at T? Both readings of "swapped" pixels are tried: inverted, and exchanged among each other.',
  presets: {
    paper: {
      note: `${notes.paper} 300 trials a label.`,
      runs: vaeRuns("paper", [100], [1, 2, 3]),
      options: { ...defaults, trials: 3000 },
    },
    quick: {
      note: `${notes.quick} 300 trials a label.`,
      runs: vaeRuns("quick", [100], [1]),
      options: { ...defaults, trials: 3000 },
    },
    smoke: { note: notes.smoke, runs: vaeRuns("smoke", [10], [1]), options: { ...defaults, trials: 40, steps: 6 } },
  },
  async measure(runs, options, { progress }) {
    const results: Record<PixelNoise, RepeatedInferenceResult[]> = { invert: [], permute: [] };
    const subjects = await Promise.all(runs.map((run) => run.open()));
    const total = runs.length * readings.length;
    let done = 0;
    for (const swap of readings) {
      for (const subject of subjects) {
        const watched = { ...subject, progress: (part: number) => progress((done + part) / total) };
        results[swap].push(await measureRepeatedInference(watched, { ...options, swap }));
        done++;
      }
    }
    const figures = [];
    for (const swap of readings) {
      const drawn = await repeatedInferenceFigures(subjects[0], { ...options, swap }, results[swap][0]);
      const seeds = runs.length > 1 ? ` ${runs.length} seeds, one colour each.` : "";
      for (const figure of drawn) {
        const all = figure.name === "distances";
        figures.push({
          ...figure,
          name: `${swap}-${figure.name}`,
          ...(all && {
            image: {
              svg: distanceChart(
                `trajectory-${swap}`,
                results[swap].map((r) => r.labels),
              ),
            },
            caption: `${figure.caption}${seeds}`,
          }),
        });
      }
    }
    return {
      findings: readings.flatMap((swap) => findings(swap, results[swap], options.steps)),
      numbers: Object.fromEntries(
        readings.map((swap) => [swap, results[swap].map((r, i) => ({ seed: runs[i].run.record.seed, ...r }))]),
      ),
      figures,
    };
  },
});

function findings(swap: PixelNoise, results: readonly RepeatedInferenceResult[], T: number): Finding[] {
  const [{ labels }] = results;
  const reading = readingNames[swap];
  const counts = results.map((r) => r.approachesAndLeaves);
  const least = Math.min(...counts) / labels.length;
  const over = (pick: (r: RepeatedInferenceResult) => number): number[] => results.map(pick);
  const mean = (r: RepeatedInferenceResult, key: "start" | "nearest" | "end" | "nearestAt"): number =>
    r.labels.reduce((sum, c) => sum + c[key], 0) / r.labels.length;
  return [
    {
      what: `labels that approach their concept and leave it (pixels ${reading})`,
      paper: `all ${labels.length}`,
      ours: `${eachSeed(counts)} of ${labels.length} (${seedsOf(results)}); fall and rise beyond two standard errors: ${eachSeed(over((r) => r.clear))}`,
      verdict: least === 1 ? "shown" : least > 0.5 ? "partly" : "not shown",
    },
    {
      what: `mean over labels of d(0), d(t*), d(${T}) (pixels ${reading})`,
      paper: "rapid fall, then slow rise; no numbers in the text",
      ours: `${(["start", "nearest", "end"] as const).map((key) => spread(over((r) => mean(r, key)))).join("; ")} (${seedsOf(results)})`,
      verdict: "measured",
    },
    {
      what: `mean t* over labels (pixels ${reading})`,
      paper: `0 < t* < ${T}`,
      ours: meanAndSpread(
        over((r) => mean(r, "nearestAt")),
        1,
      ),
      verdict: "measured",
    },
  ];
}
