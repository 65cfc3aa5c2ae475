import { lineChart, lineLegend, type Series } from "../figures/chart.ts";
import { panels } from "../figures/panels.ts";
import type { NamedFigure } from "./probe.ts";
import type { PredictionErrors, RolloutOptions, RolloutResult } from "./rollout.ts";
import type { Subject } from "./subject.ts";

/** Both errors over the horizon. */
export async function rolloutFigures(
  _subject: Subject,
  _options: RolloutOptions,
  { predictors, observed, sequences }: RolloutResult,
): Promise<NamedFigure[]> {
  const series = (key: "position" | "squared"): Series[] => predictors.map((p) => errorSeries(p, key, observed));
  const chart = (key: "position" | "squared", label: string, unit?: string): string =>
    lineChart({
      id: `rollout-${key}`,
      width: 440,
      legend: false,
      background: false,
      series: series(key),
      x: { label: "frame" },
      y: { label, ...(unit && { unit }), domain: [0, 1.05 * highest(series(key))] },
    });
  const svg = panels([chart("position", "position error", "px"), chart("squared", "squared error of a frame")], {
    id: "rollout-errors",
    labels: true,
    legend: lineLegend(series("position")),
  });
  return [
    {
      name: "errors",
      image: { svg },
      alt: "Error of the predicted position and squared error of the predicted frame over time, of the model and of the last frame seen",
      caption: `(a) Distance between the centres of mass of predicted and true frames, (b) squared error summed over a frame's pixels, after ${observed} frames seen; means of ${sequences} films with 95 % bootstrap intervals.`,
    },
  ];
}

const highest = (series: readonly Series[]): number => Math.max(...series.flatMap(({ high = [] }) => high));

function errorSeries({ name, ...errors }: PredictionErrors, key: "position" | "squared", observed: number): Series {
  const { course } = errors[key];
  return {
    name,
    points: course.map(({ value }, t) => [observed + t, value] as const),
    low: course.map(({ low }) => low),
    high: course.map(({ high }) => high),
  };
}
