import type { Attractor, Stages } from "../analyses/concepts/stages.ts";
import { lineChart, type Region } from "../figures/chart.ts";
import type { NoiseStagesOptions, NoiseStagesResult } from "./noise-stages.ts";
import type { NamedFigure } from "./probe.ts";
import { swapped } from "./repeated-inference-figures.ts";
import type { Subject } from "./subject.ts";

/** What people call the attractors, from detailed to coarse. */
export const attractorNames: Readonly<Record<Attractor, string>> = {
  memory: "own memory",
  concept: "own concept",
  abstract: "abstract concept",
};

export const attractors = Object.keys(attractorNames) as readonly Attractor[];

/** "0.312", or "none". */
export const boundary = (p: number | null): string => (p === null ? "none" : p.toFixed(3));

/** Least distances over noise, with the stages shaded. */
export async function noiseStagesFigures(
  _subject: Subject,
  options: NoiseStagesOptions,
  result: NoiseStagesResult,
): Promise<NamedFigure[]> {
  const { label, trials, stages } = result;
  return [
    {
      name: "stages",
      image: { svg: stageChart(`noise-stages-${options.swap}`, result) },
      alt: "Least distances to memory, concept and abstract concept over noise, with stages I, II and III",
      caption:
        `Least distance of z(t), t = 0…${options.steps}, to the trial's own memory, the concept of "${label}" and the abstract concept; mean ± standard error ` +
        `of ${trials} images a noise level (selected pixels ${swapped(options)}). Shaded: where each is the nearest; the change from memory to concept is at ` +
        `p = ${boundary(stages.memoryToConcept)}, that from concept to abstract concept at p = ${boundary(stages.conceptToAbstract)}.`,
    },
  ];
}

function stageChart(id: string, { p, distance, stages }: NoiseStagesResult): string {
  return lineChart({
    id,
    series: attractors.map((attractor) => {
      const { mean, sem } = distance[attractor];
      return {
        name: attractorNames[attractor],
        points: p.map((level, i) => [level, mean[i]] as const),
        low: mean.map((d, i) => d - sem[i]),
        high: mean.map((d, i) => d + sem[i]),
        bars: true,
      };
    }),
    regions: regionsOf(stages, p),
    x: { label: "noise p" },
    y: { label: "least distance over t" },
  });
}

const stageNames: Readonly<Record<Attractor, string>> = { memory: "I", concept: "II", abstract: "III" };

/** Stretches of noise over which one attractor is the nearest. */
function regionsOf({ nearest, changes }: Stages, p: readonly number[]): Region[] {
  const kinds = [changes[0]?.from ?? nearest[0], ...changes.map((c) => c.to)];
  const cuts = [p[0], ...changes.map((c) => c.p), p[p.length - 1]];
  return kinds.map((kind, i) => ({ from: cuts[i], to: cuts[i + 1], label: stageNames[kind] }));
}
