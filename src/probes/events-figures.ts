import { heatMap, lineChart, lineLegend } from "../figures/chart.ts";
import { panels, panelWidth } from "../figures/panels.ts";
import type { EventCourse, EventsOptions, EventsResult } from "./events.ts";
import type { NamedFigure } from "./probe.ts";
import { factorName } from "./watched-sequences.ts";

const lagAxis = { label: "frames after wall contact" };

/** Mean courses of layers around events, and of every latent. */
export function eventsFigures(
  result: EventsResult,
  { threshold, resamples }: Pick<EventsOptions, "threshold" | "resamples">,
): NamedFigure[] {
  const { sequences, events, layers } = result;
  const contacts = events.map((e) => `${e.count} ${factorName(e.name)}`).join(" and ");
  const lag = "Lag 0 is the last frame before the contact, lag 1 the first one after it.";
  const locked = layers.map((l) => `${l.latents.filter((z) => z.locked).length} in layer ${l.layer}`).join(", ");
  return [
    {
      name: "courses",
      image: { svg: courseCharts("events-courses", result) },
      alt: "Mean distance of latents from their median around wall contacts, one panel a layer",
      caption: `Distance of the latents from their median around wall contacts (${contacts} in ${sequences} test sequences), mean over a layer's latents, 1 being the mean over all frames; bands: 95 % of ${resamples} resamples of sequences. ${lag} Dotted: lag 1.`,
    },
    {
      name: "latents",
      image: { svg: latentMaps("events-latents", result) },
      alt: "Mean distance from the median around wall contacts for every latent, as colours, one panel a layer",
      caption: `The same for every latent, around contacts with any wall, each relative to its own mean over all frames. Locked to one lag with a correlation of at least ${threshold} are ${locked}. ${lag}`,
    },
  ];
}

/** One panel a layer, one line a kind of event. */
export function courseCharts(id: string, { layers, lags, events }: EventsResult): string {
  const shared = { id, columns: layers.length, width: 920, x: lagAxis, y: { label: "|z − median|, relative" } };
  const highest = Math.max(...layers.flatMap((l) => l.courses.flatMap((c) => c.high.map((v) => v ?? 0))));
  const charts = layers.map((layer) =>
    lineChart({
      id: `${id}-${layer.layer}`,
      width: Math.min(460, panelWidth(shared)),
      legend: false,
      background: false,
      series: layer.courses.map((course) => ({ name: factorName(course.event), ...pointsOf(course, lags) })),
      rules: [{ x: 1, label: "" }],
      x: { label: "" },
      y: { label: "", domain: [0, 1.05 * highest] },
    }),
  );
  const { width: _, ...whole } = shared;
  return panels(charts, {
    ...whole,
    names: layers.map(({ layer }) => `layer ${layer}`),
    legend: lineLegend(events.map(({ name }) => ({ name: factorName(name) }))),
  });
}

/** Lags that some event has. */
function pointsOf({ mean, low, high }: EventCourse, lags: readonly number[]) {
  const there = lags.map((_, i) => i).filter((i) => mean[i] !== null);
  return {
    points: there.map((i) => [lags[i], mean[i]!] as const),
    low: there.map((i) => low[i] ?? mean[i]!),
    high: there.map((i) => high[i] ?? mean[i]!),
  };
}

function latentMaps(id: string, { layers, lags }: EventsResult): string {
  const values = layers.map((l) => lags.flatMap((_, i) => l.latents.map(({ course }) => course[i] ?? Number.NaN)));
  const domain = [0, Math.max(...values.flat().filter((v) => !Number.isNaN(v)))] as const;
  const shared = {
    id,
    columns: layers.length,
    width: 920,
    x: { label: "latent" },
    y: lagAxis,
    colorBar: { domain, value: { label: "|z − median|, relative" } },
  };
  const charts = layers.map((layer, i) =>
    heatMap({
      id: `${id}-${layer.layer}`,
      width: Math.min(460, panelWidth(shared)),
      legend: false,
      background: false,
      values: values[i],
      rows: lags.map((lag) => String(lag).replace("-", "−")),
      columns: layer.latents.length,
      domain,
      x: { label: "" },
      y: { label: "" },
      value: { label: "" },
    }),
  );
  const { width: _, ...whole } = shared;
  return panels(charts, { ...whole, names: layers.map(({ layer }) => `layer ${layer}`) });
}
