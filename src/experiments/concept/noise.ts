import type { PixelNoise } from "../../analyses/concepts/pixel-noise.ts";
import {
  measureNoiseStages,
  type NoiseStagesOptions,
  type NoiseStagesResult,
  noiseStagesOptions,
} from "../../probes/noise-stages.ts";
import { noiseStagesFigures } from "../../probes/noise-stages-figures.ts";
import { experiment, type Finding } from "../experiment.ts";
import { fixed, meanAndSpread, seedsOf } from "../spread.ts";
import { readingNames, readings } from "./readings.ts";
import { notes, paper, vaeRuns } from "./runs.ts";

type Options = Omit<NoiseStagesOptions, "swap">;

const { swap: _, ...defaults } = noiseStagesOptions.parse({});

export const noise = experiment<Options>({
  id: "concept/noise",
  title: "With more noise, nearest to the memory, the concept, the abstract concept",
  source: { paper, part: "fig. 4" },
  about:
    'Training images of "6" with noise p = 0 … 1 go through repeated inference. How near does z(t) come to the memory of the clean image, to the ' +
    'concept of "6", and to the mean of all concepts? Stage I is where the memory is nearest, II the concept, III the abstract concept. Both ' +
    'readings of "swapped" pixels are tried.',
  presets: {
    paper: {
      note: `${notes.paper} 21 noise levels (our choice), 500 trials each.`,
      runs: vaeRuns("paper", [100], [1, 2, 3]),
      options: defaults,
    },
    quick: {
      note: `${notes.quick} 21 noise levels, 200 trials each.`,
      runs: vaeRuns("quick", [100], [1]),
      options: { ...defaults, trials: 200 },
    },
    smoke: {
      note: notes.smoke,
      runs: vaeRuns("smoke", [10], [1]),
      options: { ...defaults, levels: 3, trials: 10, steps: 4 },
    },
  },
  async measure(runs, options, { progress }) {
    const subjects = await Promise.all(runs.map((run) => run.open()));
    const results: Record<PixelNoise, NoiseStagesResult[]> = { invert: [], permute: [] };
    const figures = [];
    for (const [i, swap] of readings.entries()) {
      for (const [k, subject] of subjects.entries()) {
        const before = (i * subjects.length + k) / (readings.length * subjects.length);
        const watched = {
          ...subject,
          progress: (part: number) => progress(before + part / (readings.length * subjects.length)),
        };
        results[swap].push(await measureNoiseStages(watched, { ...options, swap }));
      }
      const drawn = await noiseStagesFigures(subjects[0], { ...options, swap }, results[swap][0]);
      const seed = subjects.length > 1 ? ` Seed ${runs[0].run.record.seed}.` : "";
      figures.push(...drawn.map((f) => ({ ...f, name: `${swap}-${f.name}`, caption: `${f.caption}${seed}` })));
    }
    return {
      findings: readings.flatMap((swap) => findings(swap, results[swap])),
      numbers: Object.fromEntries(
        readings.map((swap) => [swap, results[swap].map((r, i) => ({ seed: runs[i].run.record.seed, ...r }))]),
      ),
      figures,
    };
  },
});

function findings(swap: PixelNoise, results: readonly NoiseStagesResult[]): Finding[] {
  const reading = `pixels ${readingNames[swap]}`;
  const ordered = results.filter((r) => r.inOrder).length;
  const leads = results.map(conceptLead);
  const clear = results.every((r, i) => r.inOrder && leads[i].lead > 2 * leads[i].error);
  const lead = leads.map((l) => `${fixed(l.lead, 3)} ± ${fixed(l.error, 3)} at p = ${fixed(l.p, 2)}`).join(", ");
  const boundaries = (pick: (r: NoiseStagesResult) => number | null): string =>
    meanAndSpread(
      results.map((r) => pick(r) ?? Number.NaN),
      3,
    );
  return [
    {
      what:
        `stages I, II and III follow each other as p rises, each at one level at least (${reading}; shown: in every seed, the concept somewhere ` +
        "nearer than the others by two standard errors; partly: in some seeds, or within the errors)",
      paper: "I, II, III",
      ours: `${ordered} of ${seedsOf(results)}; the concept is nearer than the others by at most ${lead}`,
      verdict: clear ? "shown" : ordered > 0 ? "partly" : "not shown",
    },
    {
      what: `p where the nearest changes from memory to concept, I → II (${reading})`,
      paper: "only in the figure; no number in the text",
      ours: boundaries((r) => r.stages.memoryToConcept),
      verdict: "measured",
    },
    {
      what: `p where the nearest changes from concept to abstract concept, II → III (${reading})`,
      paper: "only in the figure; no number in the text",
      ours: boundaries((r) => r.stages.conceptToAbstract),
      verdict: "measured",
    },
  ];
}

/** By how much the concept is nearer than memory and abstract concept at the level where that is most, and the standard error of this. */
function conceptLead({ p, distance: { memory, concept, abstract } }: NoiseStagesResult) {
  const leads = p.map((level, i) => {
    const other = memory.mean[i] < abstract.mean[i] ? memory : abstract;
    return { p: level, lead: other.mean[i] - concept.mean[i], error: Math.hypot(other.sem[i], concept.sem[i]) };
  });
  return leads.reduce((best, l) => (l.lead > best.lead ? l : best));
}
