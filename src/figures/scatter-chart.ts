import * as Plot from "@observablehq/plot";
import { UsageError } from "../base/errors.ts";
import { type ChartOptions, drawFrame, type Layout } from "./chart-frame.ts";
import { domainOf, type NumberAxis, nothing } from "./domain.ts";
import { element, escapeText } from "./escape.ts";
import type { LegendItem } from "./legend.ts";
import { drawMarked, type MarkedPoint } from "./marked-points.ts";
import { colorOf } from "./palette.ts";
import { INK } from "./svg.ts";

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Index into `groups`. */
  readonly group: number;
}

export interface ScatterChartOptions extends ChartOptions {
  readonly points: readonly ScatterPoint[];
  /** Names in the legend. One group without a name draws no legend. */
  readonly groups: readonly string[];
  readonly x: NumberAxis;
  readonly y: NumberAxis;
  /** One unit is as long across as it is up, as in a latent plane. */
  readonly equal?: boolean;
  /** Also write each group's name at the median of its points. */
  readonly nameGroups?: boolean;
  /** Points that stand out, above the others, with their names beside them. */
  readonly marked?: readonly MarkedPoint[];
}

/** Points coloured by group. Those that are not finite are left out. @throws UsageError if none is left, or a group has no name */
export function scatterChart(options: ScatterChartOptions): string {
  const { groups, id, equal = false, width = equal ? 560 : 640 } = options;
  const marked = (options.marked ?? []).filter((p) => Number.isFinite(p.x) && Number.isFinite(p.y));
  const points = options.points.filter((p) => Number.isFinite(p.x) && Number.isFinite(p.y));
  if (points.length === 0) {
    nothing("scatterChart, points", "at least one finite point", `${options.points.length} points, none finite`);
  }
  const all = [...points, ...marked];
  const stray = all.find((p) => groups[p.group] === undefined);
  if (stray) {
    throw new UsageError({
      where: "scatterChart, groups",
      expected: "a name for each group",
      got: `a point of group ${stray.group}, and ${groups.length} names`,
      fix: "number the groups from 0 and name each",
    });
  }
  const x = {
    ...options.x,
    domain: domainOf(
      "x",
      options.x,
      all.map((p) => p.x),
      "exact",
    ),
  };
  const y = {
    ...options.y,
    domain: domainOf(
      "y",
      options.y,
      all.map((p) => p.y),
      "exact",
    ),
  };
  return drawFrame({
    ...options,
    width,
    marksHeight: Math.round(Math.min(equal ? 480 : 340, (equal ? 0.86 : 0.75) * width)),
    x,
    y,
    equal: equal && x.type !== "log" && y.type !== "log",
    grid: ["x", "y"],
    inset: 10,
    digits: points.length > 3000 ? 1 : 2,
    legend: options.legend === false ? [] : scatterLegend(groups),
    marks: [
      Plot.dot(points, {
        x: "x",
        y: "y",
        fill: (p: ScatterPoint) => colorOf(p.group),
        fillOpacity: points.length > 3000 ? 0.6 : points.length > 300 ? 0.75 : 0.9,
        r: points.length > 3000 ? 1.75 : points.length > 300 || width < 300 ? 2.75 : 4,
        clip: options.x.domain !== undefined || options.y.domain !== undefined,
        className: `${id}-dots`,
      }),
    ],
    beside: (layout) =>
      [options.nameGroups ? nameGroups(points, groups, layout) : "", drawMarked(marked, layout)].join("\n"),
  });
}

/** The legend of these groups, for charts that share it. */
export function scatterLegend(groups: readonly string[]): LegendItem[] {
  return groups
    .map((name, i): LegendItem => ({ name, color: colorOf(i), mark: "dot" }))
    .filter((item) => item.name !== "");
}

function nameGroups(points: readonly ScatterPoint[], groups: readonly string[], { x, y }: Layout): string {
  const halo = { stroke: "#ffffff", "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke" };
  return groups
    .map((name, g) => {
      const own = points.filter((p) => p.group === g);
      if (own.length === 0) return "";
      const at = { x: x.apply(median(own.map((p) => p.x))), y: y.apply(median(own.map((p) => p.y))) };
      const style = { "font-size": 16, "font-weight": 700, "text-anchor": "middle", dy: "0.35em", fill: INK, ...halo };
      return element("text", { x: at.x.toFixed(1), y: at.y.toFixed(1), ...style }, escapeText(name));
    })
    .join("\n");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
