import { heatMap } from "../figures/chart.ts";
import { panels } from "../figures/panels.ts";
import type { FactorsOptions, FactorsResult, LayerFactors } from "./factors.ts";
import type { NamedFigure } from "./probe.ts";
import { factorName } from "./watched-sequences.ts";

/** Matrices of factors and latents, a panel for each layer: correlations, and information by both estimators. */
export function factorsFigures(
  result: FactorsResult,
  { bins, neighbours, samples }: Pick<FactorsOptions, "bins" | "neighbours" | "samples">,
): NamedFigure[] {
  const { sequences, length, layers } = result;
  const frames = `${sequences} test sequences of ${length} frames`;
  const used = Math.min(samples, sequences * length);
  const latents = layers.length > 1 ? "Latents of each layer" : "Latents";
  return [
    {
      name: "correlation",
      image: { svg: matrices("factors-correlation", result, (l) => l.correlation, "|r| or η") },
      alt: "Matrices of factors and latents, one a layer: sizes of correlations as colours",
      caption: `${latents} (posterior means) and factors, ${frames}: size of Pearson's correlation r, of discrete factors the correlation ratio η.`,
    },
    {
      name: "information",
      image: { svg: matrices("factors-information", result, (l) => l.binned, "NMI") },
      alt: "Matrices of factors and latents, one a layer: normalised mutual information as colours",
      caption: `Normalised mutual information, ${bins} bins of equal counts, ${frames}. By chance the best latent of a factor would have ${range(layers)}.`,
    },
    {
      name: "information-neighbours",
      image: { svg: matrices("factors-neighbours", result, (l) => l.neighbours, "NMI") },
      alt: "The same matrices of mutual information, estimated by nearest neighbours",
      caption: `The same estimated without bins, by ${neighbours} nearest neighbours, from ${used} frames.`,
    },
  ];
}

/** One matrix a layer, all in the same colours. */
export function matrices(
  id: string,
  { layers, factors }: Pick<FactorsResult, "layers" | "factors">,
  pick: (layer: LayerFactors) => readonly (readonly number[])[],
  value: string,
): string {
  const top = Math.max(0.01, ...layers.flatMap((l) => pick(l).flat()));
  const domain = [0, top] as const;
  const charts = layers.map((layer) =>
    heatMap({
      id: `${id}-${layer.layer}`,
      width: 740,
      background: false,
      legend: false,
      values: factors.flatMap((_, j) => pick(layer).map((row) => row[j])),
      rows: factors.map(({ name }) => factorName(name)),
      columns: layer.latents,
      domain,
      decimals: 2,
      x: { label: `latent of layer ${layer.layer}` },
      y: { label: "" },
      value: { label: value },
    }),
  );
  return panels(charts, { id, columns: 1, colorBar: { domain, value: { label: value } } });
}

/** "0.012 to 0.034". */
function range(layers: readonly LayerFactors[]): string {
  const chances = layers.flatMap((l) => l.best.map(({ chance }) => chance));
  return `${Math.min(...chances).toFixed(3)} to ${Math.max(...chances).toFixed(3)}`;
}
