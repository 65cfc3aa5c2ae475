import { UsageError } from "../base/errors.ts";
import { type AxisText, axisLabel, EDGE, TITLE_FONT } from "./chart-frame.ts";
import { type ColorRange, layOutColorBar } from "./color-bar.ts";
import { element } from "./escape.ts";
import { type LegendItem, layOutLegend } from "./legend.ts";
import { LABEL_FONT, lines, svg } from "./svg.ts";
import { wrapText } from "./text-width.ts";

export interface PanelsOptions {
  /** Unique on the page, and none that a panel has. */
  readonly id: string;
  /** Panels side by side; all unless given. */
  readonly columns?: number;
  /** Pixels between panels; 12 unless given. */
  readonly gap?: number;
  /** Pixels of the whole; as much as the panels need unless given. What is left over goes between the panels. */
  readonly width?: number;
  readonly title?: string;
  /** Letters above the panels: (a), (b), … */
  readonly labels?: boolean;
  /** Names above the panels, after the letters if there are any; these need no titles of their own then. */
  readonly names?: readonly string[];
  /** A legend that all share, above them. */
  readonly legend?: readonly LegendItem[];
  /** Labels of axes that all share: below, and at the left. */
  readonly x?: AxisText;
  readonly y?: AxisText;
  /** A colour bar at the right, shared by the panels of one row, counted from 0, or by all unless a row is given. */
  readonly colorBar?: ColorRange & { readonly value: AxisText; readonly row?: number };
  /** White behind the whole unless false. */
  readonly background?: boolean;
}

/**
 * Several figures as one, in reading order, each at its own size so that its text stays readable. Standalone SVG.
 * @param figures as charts and image panels come
 * @throws UsageError for no figures, other SVG, an id in two figures, names that do not match, or more columns than fit
 */
export function panels(figures: readonly string[], options: PanelsOptions): string {
  const { id, columns = figures.length, names = [], labels = false, title, background } = options;
  const parsed = figures.map(parseFigure);
  checkPanels(parsed, options);
  const cells = parsed.map((figure, i) => ({ figure, column: i % columns, row: Math.floor(i / columns) }));
  const most = (along: "column" | "row", size: "width" | "height") => {
    const out: number[] = [];
    for (const cell of cells) out[cell[along]] = Math.max(out[cell[along]] ?? 0, cell.figure[size]);
    return out;
  };
  const [widths, heights] = [most("column", "width"), most("row", "height")];
  const barRow = options.colorBar?.row;
  const { left, bar, right } = sides(options, barRow === undefined ? sum(heights) : (heights[barRow] ?? 0));
  const gap = spread(options, widths, left + right);
  const width = options.width ?? left + sum(widths) + gap * (widths.length - 1) + right;

  const titleLines = title ? wrapText(title, width - 2 * EDGE, TITLE_FONT) : [];
  const legend = layOutLegend(options.legend ?? [], width - 2 * EDGE);
  const headings = cells.map(({ figure }, i) =>
    // Bold text is a tenth wider.
    wrapText(`${labels ? `(${letter(i)})` : ""} ${names[i] ?? ""}`, (figure.width - EDGE) / 1.1, LABEL_FONT),
  );
  const lineCount = Math.max(...headings.map((h) => h.length));
  const heading = lineCount > 0 ? 17 * lineCount + 3 : 0;
  const xLabel = wrapText(options.x ? axisLabel(options.x) : "", width - left - right, LABEL_FONT);
  const legendTop = (titleLines.length > 0 ? EDGE + titleLines.length * 20 + 4 : 0) + (legend.height > 0 ? EDGE : 0);
  const top = legendTop + legend.height + (legend.height > 0 ? 4 : 0);
  const step = options.gap ?? GAP;
  const bottom = top + sum(heights.map((height) => height + heading)) + step * (heights.length - 1);
  const height = bottom + (xLabel.length > 0 ? 17 * xLabel.length + EDGE : 0);

  const topOf = (row: number) => top + sum(heights.slice(0, row)) + (heading + step) * row + heading;
  const beside = cells.filter(({ row }) => barRow === undefined || row === barRow);
  const barTop = Math.min(...beside.map(({ row, figure }) => topOf(row) + figure.marks[0]));
  const barEnd = Math.max(...beside.map(({ row, figure }) => topOf(row) + figure.marks[1]));
  const place = ({ column, row }: (typeof cells)[number]) => ({
    x: Number((left + sum(widths.slice(0, column)) + gap * column).toFixed(2)),
    y: topOf(row),
  });
  const centred = { "font-size": LABEL_FONT, "text-anchor": "middle" };
  const middle = `translate(${EDGE + 11} ${(top + bottom) / 2}) rotate(-90)`;
  const yLabel = wrapText(options.y ? axisLabel(options.y) : "", bottom - top, LABEL_FONT);
  return svg({ id, width, height }, title ?? (names.join(", ") || "panels"), [
    background === false ? "" : element("rect", { width, height, fill: "#ffffff" }),
    lines(titleLines, EDGE, EDGE + 14, 20, { "font-size": TITLE_FONT, "font-weight": 600 }),
    element("g", { class: `${id}-legend` }, legend.draw(EDGE, legendTop)),
    ...cells.map((cell, i) => {
      const { x, y } = place(cell);
      const style = { "font-size": LABEL_FONT, "font-weight": 600, class: `${id}-heading` };
      const text = lines(headings[i], x + EDGE, y - 5 - 17 * (headings[i].length - 1), 17, style);
      return `${text}\n${nested(cell.figure, x, y)}`;
    }),
    lines(xLabel, (left + width - right) / 2, bottom + 13, 17, centred),
    element("g", { transform: middle }, lines(yLabel, 0, 0, 17, centred)),
    bar?.draw(width - right - BAR_INDENT, barTop, barEnd) ?? "",
  ]);
}

/** The width for charts that are to stand in panels of these options, pixels: what each of the columns gets of the whole. */
export function panelWidth(options: PanelsOptions & { readonly columns: number; readonly width: number }): number {
  const { left, right } = sides(options, 200);
  return Math.floor((options.width - left - right - (options.gap ?? GAP) * (options.columns - 1)) / options.columns);
}

const GAP = 12;

/** A colour bar begins with as many pixels of space fewer than beside a chart, since panels end with their own. */
const BAR_INDENT = 8;

interface Figure {
  readonly width: number;
  readonly height: number;
  /** Attributes of the outer element that are its own. */
  readonly values: string;
  /** What is inside. */
  readonly content: string;
  readonly ids: readonly string[];
  /** Where the marks begin and end, pixels from the top. */
  readonly marks: readonly [number, number];
}

function parseFigure(figure: string, i: number): Figure {
  // Attribute values hold no ">" and no quotes: they are escaped where they are made.
  const [, tag, content] = figure.match(/^<svg xmlns="[^"]*" ([^>]*)>(.*)<\/svg>\s*$/s) ?? [];
  const [, width, height] = tag?.match(/ width="([\d.]+)" height="([\d.]+)" viewBox=/) ?? [];
  if (width === undefined || height === undefined) {
    refuse(
      `figure ${i}`,
      "a chart or image panel, as SVG",
      JSON.stringify(figure.slice(0, 40)),
      "pass what charts return",
    );
  }
  const ids = [...figure.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]);
  const axes = content.match(/-axes" d="M[\d.]+,([\d.]+)V([\d.]+)/);
  return {
    width: Number(width),
    height: Number(height),
    values: tag.replace(' role="img"', ' role="group"'),
    content,
    ids,
    marks: axes ? [Number(axes[1]), Number(axes[2])] : [EDGE, Number(height) - EDGE],
  };
}

function nested({ values, content }: Figure, x: number, y: number): string {
  return `<svg x="${x}" y="${y}" ${values}>${content}</svg>`;
}

/** Room left of the panels, and right of them with the colour bar. */
function sides({ y, colorBar }: PanelsOptions, length: number) {
  const bar = colorBar && layOutColorBar(colorBar, colorBar.value, length);
  return { left: y ? EDGE + 17 : 0, bar, right: bar ? bar.width - BAR_INDENT : 0 };
}

/** Pixels between columns. */
function spread({ width, gap = GAP }: PanelsOptions, widths: readonly number[], beside: number): number {
  const needed = beside + sum(widths) + gap * (widths.length - 1);
  if (width === undefined) return gap;
  if (needed > width) {
    refuse(
      "width",
      `at least the ${needed} pixels of the panels`,
      `${width}`,
      "draw the panels at panelWidth, or in fewer columns",
    );
  }
  return widths.length > 1 ? gap + (width - needed) / (widths.length - 1) : gap;
}

function checkPanels(
  figures: readonly Figure[],
  { id, columns = figures.length, names, width, colorBar }: PanelsOptions,
): void {
  if (figures.length === 0) refuse("figures", "at least one", "none", "give the panels something to show");
  if (!(Number.isInteger(columns) && columns >= 1)) {
    refuse("columns", "a whole number, 1 or more", `${columns}`, "say how many panels stand side by side");
  }
  const rows = Math.ceil(figures.length / columns);
  if (colorBar?.row !== undefined && !(Number.isInteger(colorBar.row) && colorBar.row >= 0 && colorBar.row < rows)) {
    refuse("colorBar, row", `a row from 0 to ${rows - 1}`, `${colorBar.row}`, "leave the row out to span all");
  }
  if (names && names.length !== figures.length) {
    refuse("names", `${figures.length}, one for each panel`, `${names.length}`, "name each panel or none");
  }
  if (width !== undefined && !(width > 0)) refuse("width", "pixels above 0", `${width}`, "leave the width out");
  const seen = new Set([id]);
  for (const one of figures.flatMap((figure) => figure.ids)) {
    if (seen.has(one))
      refuse(`id "${one}"`, "an id of its own for each figure", "it twice", "number the ids of the charts");
    seen.add(one);
  }
}

/** a … z, aa, ab … */
function letter(i: number): string {
  return (i >= 26 ? letter(Math.floor(i / 26) - 1) : "") + String.fromCharCode(97 + (i % 26));
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function refuse(what: string, expected: string, got: string, fix: string): never {
  throw new UsageError({ where: `panels, ${what}`, expected, got, fix });
}
