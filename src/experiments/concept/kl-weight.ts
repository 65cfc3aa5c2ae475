import { lineChart } from "../../figures/line-chart.ts";
import { panels } from "../../figures/panels.ts";
import { conceptsOptions, measureConcepts } from "../../probes/concepts.ts";
import {
  measureRepeatedInference,
  type RepeatedInferenceOptions,
  type RepeatedInferenceResult,
  repeatedInferenceOptions,
} from "../../probes/repeated-inference.ts";
import type { WantedRun } from "../../recipes/run-store.ts";
import { experiment } from "../experiment.ts";
import type { PresetName } from "../reproduce.ts";
import { readingNames, readings } from "./readings.ts";
import { notes, paper } from "./runs.ts";

const { swap: _, ...defaults } = repeatedInferenceOptions.parse({});

type Options = Omit<RepeatedInferenceOptions, "swap">;

/** Trainings with a weight β of the KL term. */
const weighted = (preset: PresetName, weights: readonly number[]): WantedRun[] =>
  weights.map((beta) => ({
    recipe: "concept/vae",
    preset,
    seed: 1,
    ...(beta !== 1 && { set: [`model.beta=${beta}`] }),
  }));

const weights = [1, 2, 4, 8];

/** What was measured of the model of one β. */
interface OneWeight {
  readonly beta: number;
  readonly active: number;
  readonly meanCosine: number;
  /** Labels that approach their concept and leave it, by reading; beyond two standard errors in `clear`. */
  readonly pattern: Readonly<Record<string, number>>;
  readonly clear: Readonly<Record<string, number>>;
  readonly stayed: Readonly<Record<string, number>>;
  readonly labels: number;
  readonly test: Readonly<Record<string, number>>;
}

export const klWeight = experiment<Options>({
  id: "concept/kl-weight",
  title: "How many latents are active depends on the weight of the KL term",
  source: { paper, part: "§3.1, beyond the paper" },
  about:
    "The paper counts 14 active latents of 100, the bound of eq. (5) leaves more. The KL term is given a weight β: which β leaves 14, " +
    "and do trajectories approach the concept then?",
  presets: {
    paper: {
      note: "The paper's network trained for 8 epochs, once for each β; 100 trials a label.",
      runs: weighted("quick", weights),
      options: defaults,
    },
    quick: {
      note: "The paper's network trained for 8 epochs, once for each β; 100 trials a label.",
      runs: weighted("quick", weights),
      options: defaults,
    },
    smoke: { note: notes.smoke, runs: weighted("smoke", [1, 4]), options: { ...defaults, trials: 40, steps: 6 } },
  },
  async measure(runs, options, { progress }) {
    const found: OneWeight[] = [];
    for (const { run, open } of runs) {
      const subject = await open();
      const { active, offDiagonal } = await measureConcepts(subject, conceptsOptions.parse({}));
      const courses: RepeatedInferenceResult[] = [];
      for (const swap of readings) courses.push(await measureRepeatedInference(subject, { ...options, swap }));
      const by = <T>(pick: (r: (typeof courses)[number]) => T): Record<string, T> =>
        Object.fromEntries(readings.map((swap, i) => [swap, pick(courses[i])]));
      found.push({
        beta: run.config.model["beta"] as number,
        active: active.length,
        meanCosine: offDiagonal.meanAbsolute,
        pattern: by((r) => r.approachesAndLeaves),
        clear: by((r) => r.clear),
        stayed: by((r) => r.stayed),
        labels: courses[0].labels.length,
        test: run.record.metrics?.["test"] ?? {},
      });
      progress(found.length / runs.length);
    }
    const each = (of: (w: OneWeight) => string): string => found.map((w) => `β = ${w.beta}: ${of(w)}`).join("; ");
    const nearest = found.reduce((a, b) => (Math.abs(b.active - 14) < Math.abs(a.active - 14) ? b : a));
    return {
      findings: [
        {
          what: "active latents by β (shown: some β above 1 leaves 14 ± 2)",
          paper: "14 of 100, β = 1",
          ours: `${each((w) => String(w.active))}; nearest to 14 with β = ${nearest.beta}`,
          verdict: nearest.beta > 1 && Math.abs(nearest.active - 14) <= 2 ? "shown" : "not shown",
        },
        ...readings.map((swap) => ({
          what: `labels that approach their concept and leave it by β (pixels ${readingNames[swap]}); in brackets those beyond two standard errors`,
          paper: `all ${found[0].labels}`,
          ours: each((w) => `${w.pattern[swap]} (${w.clear[swap]})`),
          verdict: "measured" as const,
        })),
        {
          what: "mean size of the cosine of two labels' concepts by β",
          paper: "near zero",
          ours: each((w) => w.meanCosine.toFixed(2)),
          verdict: "measured",
        },
      ],
      numbers: { weights: found },
      figures: [
        {
          name: "latents",
          image: { svg: chart(found) },
          alt: "Active latents and labels with the paper's pattern, against the weight of the KL term",
          caption:
            "Left: active latents of the model by the weight β of its KL term; the line is the paper's 14. Right: labels of ten that approach their concept and leave it, for both readings of swapped pixels.",
        },
      ],
    };
  },
});

function chart(found: readonly OneWeight[]): string {
  const x = { label: "weight β of the KL term", type: "log" as const };
  const active = lineChart({
    id: "kl-weight-active",
    width: 440,
    background: false,
    legend: false,
    series: [{ name: "active latents", points: found.map((w) => [w.beta, w.active] as const) }],
    rules: [{ y: 14, label: "paper: 14" }],
    x,
    y: { label: "active latents" },
  });
  const labels = lineChart({
    id: "kl-weight-labels",
    width: 440,
    background: false,
    series: readings.map((swap) => ({
      name: `pixels ${readingNames[swap]}`,
      points: found.map((w) => [w.beta, w.pattern[swap]] as const),
    })),
    x,
    y: { label: "labels with the pattern", domain: [0, found[0].labels] },
  });
  return panels([active, labels], { id: "kl-weight", labels: true });
}
