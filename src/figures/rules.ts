import * as Plot from "@observablehq/plot";
import type { Layout } from "./chart-frame.ts";
import { element } from "./escape.ts";
import { FAINT, lines, TICK_FONT } from "./svg.ts";
import { textWidth, wrapText } from "./text-width.ts";

/** A line right across a chart, at a value of y or of x, with what it stands for. */
export type Rule = { readonly label: string } & (
  | { readonly y: number; readonly x?: undefined }
  | { readonly x: number; readonly y?: undefined }
);

/** The dashed lines themselves. */
export function ruleMarks(rules: readonly Rule[]): Plot.Markish[] {
  const style = { stroke: FAINT, strokeOpacity: 0.8, strokeWidth: 1.25, strokeDasharray: "2 3" };
  return rules.map((rule) => (rule.y !== undefined ? Plot.ruleY([rule.y], style) : Plot.ruleX([rule.x], style)));
}

/**
 * Pixels the labels need outside the marks: levels are named on the right, moments above.
 * @param width of the whole chart
 */
export function rulesRoom(rules: readonly Rule[], width: number): { right: number; top: number } {
  const levels = rules.filter((rule) => rule.y !== undefined);
  const moments = rules.filter((rule) => rule.x !== undefined);
  const widths = levels.flatMap((rule) => wrap(rule, width).map((text) => textWidth(text, TICK_FONT)));
  // Each moment may need a line of its own, if they stand close together.
  return {
    right: levels.length > 0 ? Math.ceil(Math.max(...widths)) + 18 : 0,
    top: moments.length > 0 ? moments.length * LINE + 2 : 0,
  };
}

/** The labels, moved apart where their lines lie close. */
export function drawRules(rules: readonly Rule[], layout: Layout): string {
  return [...drawLevels(rules, layout), ...drawMoments(rules, layout)].join("\n");
}

const LINE = 15;

function wrap(rule: Rule, width: number): string[] {
  return wrapText(rule.label, width / 4, TICK_FONT);
}

function drawLevels(rules: readonly Rule[], { width, y, right, bottom, top }: Layout): string[] {
  const labels = rules
    .flatMap((rule) => (rule.y === undefined ? [] : [{ at: y.apply(rule.y), texts: wrap(rule, width) }]))
    .sort((a, b) => a.at - b.at)
    .map(({ at, texts }) => ({ at, texts, height: texts.length * LINE + 4, top: at - (texts.length * LINE) / 2 - 2 }));
  // Downwards each begins below the one before; then upwards what ran past the bottom makes room again.
  let free = top - LINE / 2;
  for (const label of labels) free = (label.top = Math.max(label.top, free)) + label.height;
  let limit = bottom + LINE / 2;
  for (const label of labels.toReversed()) limit = label.top = Math.min(label.top, limit - label.height);
  return labels.map(({ at, texts, height, top }) => {
    const middle = top + height / 2;
    const leader = { x1: right, y1: at, x2: right + 7, y2: middle, stroke: FAINT };
    return `${element("line", leader)}${lines(texts, right + 10, top + LINE - 2, LINE, { fill: FAINT })}`;
  });
}

function drawMoments(rules: readonly Rule[], { x, left, right, top }: Layout): string[] {
  const ends: number[] = []; // of each line of text, the lowest first
  return rules
    .flatMap((rule) => (rule.x === undefined ? [] : [{ at: x.apply(rule.x), text: rule.label }]))
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => {
      const width = textWidth(text, TICK_FONT);
      const start = Math.max(left, Math.min(at - width / 2, right - width));
      const free = ends.findIndex((end) => end + 8 <= start);
      const row = free >= 0 ? free : ends.length;
      ends[row] = start + width;
      const y = top - 5 - row * LINE;
      return lines([text], start + width / 2, y, LINE, { fill: FAINT, "text-anchor": "middle" });
    });
}
