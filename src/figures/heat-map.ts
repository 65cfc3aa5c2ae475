import * as Plot from "@observablehq/plot";
import { ShapeError } from "../base/errors.ts";
import { type AxisText, axisLabel, type ChartOptions, drawFrame, type Layout } from "./chart-frame.ts";
import { nothing } from "./domain.ts";
import { element } from "./escape.ts";
import { contrast } from "./palette.ts";
import { INK, LABEL_FONT, lines, TICK_FONT } from "./svg.ts";
import { textWidth, wrapText } from "./text-width.ts";
import { apart, formatNumber, formatTicks, linearTicks } from "./ticks.ts";

export interface HeatMapOptions extends ChartOptions {
  /** rows × columns, row by row. Values that are not finite stay blank. */
  readonly values: ArrayLike<number>;
  /** Names of the rows from the top, or how many there are (then numbered from 0). */
  readonly rows: readonly string[] | number;
  /** Names of the columns from the left, or how many. */
  readonly columns: readonly string[] | number;
  /** What columns and rows are. */
  readonly x: AxisText;
  readonly y: AxisText;
  /** What the colour says. */
  readonly value: AxisText;
  /** Blue below 0, white at 0, red above, equally far both ways; otherwise dark for low and bright for high. */
  readonly diverging?: boolean;
  /** Lowest and highest colour; all of the data unless given. Values beyond take the outermost colour. */
  readonly domain?: readonly [number, number];
  /** Write each value into its cell, with this many decimals; left out if the cells are too narrow for that. */
  readonly decimals?: number;
}

/**
 * A matrix in colours, with a colour bar on the right.
 * @throws ShapeError if there are not rows × columns values; UsageError if none is finite
 */
export function heatMap(options: HeatMapOptions): string {
  const { values, id, diverging = false, decimals, width = 640 } = options;
  const rows = namesOf(options.rows);
  const columns = namesOf(options.columns);
  if (values.length !== rows.length * columns.length) {
    throw new ShapeError({
      where: "heatMap, values",
      expected: `${rows.length} rows × ${columns.length} columns`,
      got: `${values.length} values`,
      fix: "give the values row by row, one for each cell",
    });
  }
  const cells = Array.from(values, (value, i) => ({
    value,
    row: Math.floor(i / columns.length),
    column: i % columns.length,
  }));
  const shown = cells.filter((cell) => Number.isFinite(cell.value));
  if (shown.length === 0)
    nothing("heatMap, values", "at least one finite value", `${values.length} values, none finite`);
  const domain =
    options.domain ??
    span(
      shown.map((cell) => cell.value),
      diverging,
    );
  const paint = colors(domain, diverging);

  const side = Math.min(40, Math.max(rows.length > 40 ? 4 : 14, (0.75 * width) / columns.length));
  const marksHeight = Math.max(120, side * rows.length);
  const bar = colorBar(domain, axisLabel(options.value), (options.height ?? marksHeight + 100) - 100);
  return drawFrame({
    ...options,
    width,
    marksHeight,
    x: { ...options.x, names: columns },
    y: { ...options.y, names: rows },
    grid: [],
    legend: [],
    marks: [
      Plot.rect(shown, {
        x1: (cell: Cell) => cell.column - 0.5,
        x2: (cell: Cell) => cell.column + 0.5,
        y1: (cell: Cell) => cell.row - 0.5,
        y2: (cell: Cell) => cell.row + 0.5,
        fill: (cell: Cell) => paint(cell.value),
        shapeRendering: "crispEdges",
        className: `${id}-cells`,
      }),
      decimals === undefined || !fits(shown, decimals, (width - bar.width - 70) / columns.length)
        ? null
        : Plot.text(shown, {
            x: "column",
            y: "row",
            text: (cell: Cell) => formatNumber(cell.value, decimals),
            fill: (cell: Cell) => (contrast(paint(cell.value), INK) > 4.5 ? INK : "#ffffff"),
            fontSize: CELL_FONT,
          }),
    ],
    reserve: { right: bar.width },
    beside: (layout) => bar.draw(layout, paint),
  });
}

interface Cell {
  readonly value: number;
  readonly row: number;
  readonly column: number;
}

function fits(cells: readonly Cell[], decimals: number, room: number): boolean {
  return cells.every((cell) => textWidth(formatNumber(cell.value, decimals), CELL_FONT) + 2 < room);
}

function namesOf(names: readonly string[] | number): readonly string[] {
  return typeof names === "number" ? Array.from({ length: names }, (_, i) => String(i)) : names;
}

function span(values: readonly number[], diverging: boolean): readonly [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  if (!diverging) return apart(low, high);
  const reach = Math.max(-low, high) || 1;
  return [-reach, reach];
}

/** From value to "rgb(…)": viridis, or red-white-blue turned so that red is high. */
function colors([low, high]: readonly [number, number], diverging: boolean): (value: number) => string {
  const scheme = diverging ? "rdbu" : "viridis";
  const scale = Plot.scale({ color: { type: "linear", scheme, domain: [low, high], reverse: diverging, clamp: true } });
  return (value) => scale.apply(value);
}

function colorBar(domain: readonly [number, number], label: string, length: number) {
  const ticks = linearTicks(domain[0], domain[1], Math.max(2, Math.min(6, Math.floor(length / 40))));
  const labels = formatTicks(ticks);
  const labelLines = wrapText(label, length, LABEL_FONT);
  const text = Math.max(...labels.map((l) => textWidth(l, TICK_FONT)));
  const width = Math.ceil(16 + BAR + 7 + text + 8 + 17 * labelLines.length + 8);
  const draw = ({ right, top, bottom }: Layout, paint: (value: number) => string) => {
    const x = right + 16;
    const at = (value: number) => bottom - ((value - domain[0]) / (domain[1] - domain[0])) * (bottom - top);
    const step = (bottom - top) / STEPS;
    const steps = Array.from({ length: STEPS }, (_, i) => {
      const value = domain[1] + ((i + 0.5) / STEPS) * (domain[0] - domain[1]);
      // Half a pixel longer than its share, so that no seam shows.
      const size = { width: BAR, height: (step + (i < STEPS - 1 ? 0.5 : 0)).toFixed(2) };
      return element("rect", { x, y: (top + i * step).toFixed(2), ...size, fill: paint(value) });
    });
    const names = ticks.map((tick, i) => {
      const y = at(tick).toFixed(2);
      const line = element("line", { x1: x + BAR, x2: x + BAR + 4, y1: y, y2: y, stroke: INK });
      return `${line}${element("text", { x: x + BAR + 7, y, dy: "0.35em" }, labels[i])}`;
    });
    const middle = `translate(${x + BAR + 7 + text + 20} ${(top + bottom) / 2}) rotate(-90)`;
    const title = element(
      "g",
      { transform: middle },
      lines(labelLines, 0, 0, 17, { "font-size": LABEL_FONT, "text-anchor": "middle" }),
    );
    return [...steps, ...names, title].join("\n");
  };
  return { width, draw };
}

const CELL_FONT = 11;

/** Width of the bar, pixels, and how many shades it shows. */
const BAR = 14;
const STEPS = 64;
