import { type Bar, barChart } from "../figures/chart.ts";
import type { LegendItem } from "../figures/legend.ts";
import { colorOf } from "../figures/palette.ts";
import { panels } from "../figures/panels.ts";
import type { DecodedFactor, DecodedState, DecodingOptions, DecodingResult } from "./decoding.ts";
import type { NamedFigure } from "./probe.ts";
import type { Subject } from "./subject.ts";
import { factorName } from "./watched-sequences.ts";

/** Bars for each factor and layer, of states and of latents. */
export async function decodingFigures(
  _subject: Subject,
  _options: DecodingOptions,
  { states, sequences, frames }: DecodingResult,
): Promise<NamedFigure[]> {
  const kinds = [
    { kind: "h", name: "states", what: "states h" },
    { kind: "z", name: "latents", what: "latents z (posterior means)" },
  ];
  return kinds.flatMap(({ kind, name, what }): NamedFigure[] => {
    const shown = states.filter(({ state }) => state.startsWith(kind));
    if (shown.length === 0) return [];
    return [
      {
        name,
        image: { svg: decodingChart(`decoding-${name}`, shown.map(readings)) },
        alt: `How well each factor is read out of the ${what} of each layer, as bars`,
        caption: `Factors read linearly out of the ${what} of each layer, in films that the fit has not seen: (a) R² of ridge regression, (b) share of right classes by logistic regression. ${sequences} films, frames ${frames.join(", ")}; lines are 95 % bootstrap intervals over films.`,
      },
    ];
  });
}

/** What a group of bars shows: a factor's value with the ends of its error bar, or without. */
export interface Readings {
  readonly name: string;
  readonly r2: readonly Reading[];
  readonly accuracy: readonly Reading[];
}

/** A bar. */
export type Reading = Pick<DecodedFactor, "factor" | "value" | "chance"> & {
  readonly low?: number;
  readonly high?: number;
};

const readings = ({ state, r2, accuracy }: DecodedState): Readings => ({ name: state, r2, accuracy });

/** Number of the palette for what is known without a state. */
const GRAY = 7;

/** R² and accuracies side by side, a colour for each reader, and what chance gives. */
export function decodingChart(id: string, all: readonly Readings[]): string {
  const names = [...all.map(({ name }) => name), "chance"];
  const colors = [...all.keys(), GRAY];
  const chart = (key: "r2" | "accuracy", label: string): string => {
    const bars = all.flatMap((reading, group) =>
      reading[key].map(({ factor, value, low, high }): Bar => ({ name: factorName(factor), value, low, high, group })),
    );
    const chance = all[0][key].map(
      ({ factor, chance }): Bar => ({ name: factorName(factor), value: chance, group: all.length }),
    );
    const least = Math.min(0, ...[...bars, ...chance].map((b) => b.low ?? b.value));
    return barChart({
      id: `${id}-${key}`,
      width: 440,
      legend: false,
      background: false,
      groups: names,
      colors,
      bars: [...bars, ...chance],
      names: { label: "" },
      // What falls far below 0 is as bad as what falls a little.
      value: { label, domain: [Math.max(-0.5, 1.1 * least), 1] },
    });
  };
  const legend = names.map((name, g): LegendItem => ({ name, color: colorOf(colors[g]), mark: "square" }));
  return panels([chart("r2", "R²"), chart("accuracy", "share of right classes")], { id, labels: true, legend });
}
