import * as Plot from "@observablehq/plot";
import type { Layout } from "./chart-frame.ts";
import { element } from "./escape.ts";
import { FAINT, INK, lines, TICK_FONT } from "./svg.ts";
import { textWidth, wrapText } from "./text-width.ts";

/**
 * A line right across a chart, at a value of y or of x, with what it stands for: levels are named on the right, moments above.
 * An empty label takes no room.
 */
export type Rule = { readonly label: string } & (
  | { readonly y: number; readonly x?: undefined }
  | { readonly x: number; readonly y?: undefined }
);

/** A stretch of the x axis, shaded over the whole height, with its name above. */
export interface Region {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** The dashed lines themselves. */
export function ruleMarks(rules: readonly Rule[]): Plot.Markish[] {
  const style = { stroke: FAINT, strokeOpacity: 0.8, strokeWidth: 1.25, strokeDasharray: "2 3" };
  return rules.map((rule) => (rule.y !== undefined ? Plot.ruleY([rule.y], style) : Plot.ruleX([rule.x], style)));
}

/** The parts of regions that lie within the axis; those beyond it are left out. */
export function regionsWithin(regions: readonly Region[], [low, high]: readonly [number, number]): Region[] {
  return regions
    .map(({ from, to, label }) => ({ from: Math.max(from, low), to: Math.min(to, high), label }))
    .filter(({ from, to }) => from < to);
}

/**
 * The shades, darker and lighter in turn.
 * @param inset pixels between the y axis and the lowest x; a region that begins or ends there goes on to the edge
 */
export function regionMarks(
  regions: readonly Region[],
  domain: readonly [number, number],
  inset: number,
): Plot.Markish[] {
  return regions.map(({ from, to }, i) =>
    Plot.rect([{ from, to }], {
      x1: "from",
      x2: "to",
      fill: INK,
      fillOpacity: i % 2 === 0 ? 0.07 : 0.03,
      insetLeft: from <= domain[0] ? -inset : 0,
      insetRight: to >= domain[1] ? -inset : 0,
    }),
  );
}

/**
 * Pixels the names of levels need right of the marks.
 * @param width of the whole chart
 */
export function levelsRoom(rules: readonly Rule[], width: number): number {
  const named = rules.filter((rule) => rule.y !== undefined && rule.label !== "");
  const widths = named.flatMap((rule) => wrap(rule, width).map((text) => textWidth(text, TICK_FONT)));
  return named.length > 0 ? Math.ceil(Math.max(...widths)) + 18 : 0;
}

/** The names of levels, moved apart where their lines lie close. */
export function drawLevels(rules: readonly Rule[], { width, y, right, bottom, top }: Layout): string {
  const labels = rules
    .filter((rule) => rule.label !== "")
    .flatMap((rule) => (rule.y === undefined ? [] : [{ at: y.apply(rule.y), texts: wrap(rule, width) }]))
    .sort((a, b) => a.at - b.at)
    .map(({ at, texts }) => ({ at, texts, height: texts.length * LINE + 4, top: at - (texts.length * LINE) / 2 - 2 }));
  // Downwards each begins below the one before; then upwards what ran past the bottom makes room again.
  let free = top - LINE / 2;
  for (const label of labels) free = (label.top = Math.max(label.top, free)) + label.height;
  let limit = bottom + LINE / 2;
  for (const label of labels.toReversed()) limit = label.top = Math.min(label.top, limit - label.height);
  return labels
    .map(({ at, texts, height, top }) => {
      const middle = top + height / 2;
      const leader = { x1: right, y1: at, x2: right + 7, y2: middle, stroke: FAINT };
      return `${element("line", leader)}${lines(texts, right + 10, top + LINE - 2, LINE, { fill: FAINT })}`;
    })
    .join("\n");
}

const LINE = 15;

function wrap(rule: Rule, width: number): string[] {
  return wrapText(rule.label, width / 4, TICK_FONT);
}
