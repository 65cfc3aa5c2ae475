import { lineChart } from "../figures/chart.ts";
import type { Film } from "../figures/film.ts";
import { panels } from "../figures/panels.ts";
import type { NamedFigure } from "./probe.ts";
import { readField, type Subject } from "./subject.ts";
import type { TracesOptions, TracesResult } from "./traces.ts";

/** The latents of every layer over time, one panel a layer, below the frames. */
export async function tracesFigures(
  subject: Subject,
  { sequence }: TracesOptions,
  result: TracesResult,
): Promise<NamedFigure[]> {
  const { dataset, field } = subject;
  const frames = readField(subject, dataset.splits.test, field, [sequence]);
  const walls =
    result.contacts.length > 0 ? "; lines: wall contacts, between the last frame before and the first after" : "";
  return [
    {
      name: "latents",
      image: { svg: traceCharts("traces-latents", result, { images: frames, ...dataset.picture }) },
      alt: "Posterior means of all latents of each layer over time, below the frames of the sequence",
      caption: `Posterior means of the ${result.layers[0].means.length} latents of each layer along test sequence ${sequence}${walls}.`,
    },
  ];
}

/** The frames stand above the first layer; walls have their names there. */
function traceCharts(id: string, { layers, contacts }: TracesResult, film: Film): string {
  const charts = layers.map(({ layer, means }, i) =>
    lineChart({
      id: `${id}-${layer}`,
      width: 920,
      left: 56,
      ...(i > 0 && { height: 190 }),
      legend: false,
      background: false,
      series: means.map((mean, latent) => ({
        name: `latent ${latent}`,
        points: mean.map((z, t) => [t, z] as const),
        color: latent,
      })),
      rules: contacts.map(({ factor, after }) => ({ x: after + 0.5, label: i === 0 ? wall(factor) : "" })),
      ...(i === 0 && { film }),
      x: { label: "", domain: [0, means[0].length - 1] },
      y: { label: "" },
    }),
  );
  const names = layers.map(({ layer }) => `layer ${layer}`);
  return panels(charts, { id, columns: 1, gap: 4, names, x: { label: "frame" }, y: { label: "posterior mean" } });
}

/** "x" for "bounce-x". */
const wall = (factor: string): string => factor.replace(/^bounce-?/, "");
