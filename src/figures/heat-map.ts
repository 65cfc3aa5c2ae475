import * as Plot from "@observablehq/plot";
import { ShapeError } from "../base/errors.ts";
import { widest } from "./axis-ticks.ts";
import { type AxisText, axisLabel, type ChartOptions, drawFrame, type Layout } from "./chart-frame.ts";
import { layOutColorBar, painter } from "./color-bar.ts";
import { nothing } from "./domain.ts";
import { element } from "./escape.ts";
import { channelsOf, contrast } from "./palette.ts";
import { encodePng, pngDataUri } from "./png.ts";
import { INK } from "./svg.ts";
import { textWidth } from "./text-width.ts";
import { apart, formatNumber } from "./ticks.ts";

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
  /** Write each value into its cell, with this many decimals; left out if the cells are too small for that. */
  readonly decimals?: number;
}

/**
 * A matrix in colours, with a colour bar on the right. Rows or columns numbered one after the other are marked by round numbers
 * where there is no room for all.
 * @throws ShapeError if there are not rows × columns values; UsageError if none is finite
 */
export function heatMap(options: HeatMapOptions): string {
  const { values, diverging = false, decimals, width = 640 } = options;
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
  const finite = shown.map((cell) => cell.value);
  const range = { domain: options.domain ?? span(finite, diverging), diverging };
  const paint = painter(range);

  // Rows that are named one by one need the height of a line.
  const side = Math.min(40, Math.max(rows.length > 40 ? 4 : 15, (0.75 * width) / columns.length));
  const marksHeight = Math.max(rows.length > 6 ? 0 : 120, side * rows.length);
  const length = options.height === undefined ? marksHeight : options.height - 100;
  const bar = options.legend === false ? undefined : layOutColorBar(range, options.value, length);
  const asImage = values.length > MANY;
  const beside = (bar?.width ?? 16) + (axisLabel(options.y) ? 40 : 17) + widest(rows);
  const cell = { width: (width - beside) / columns.length, height: length / rows.length };
  return drawFrame({
    ...options,
    width,
    marksHeight,
    x: { ...options.x, names: columns },
    y: { ...options.y, names: rows },
    grid: [],
    legend: [],
    marks: [
      asImage ? null : cellMarks(shown, paint, `${options.id}-cells`),
      decimals === undefined || !fits(shown, decimals, cell) ? null : numberMarks(shown, decimals, paint),
    ],
    reserve: { right: bar?.width },
    beside: (layout) =>
      [
        asImage ? cellImage(values, columns.length, paint, layout) : "",
        bar?.draw(layout.right, layout.top, layout.bottom) ?? "",
      ].join("\n"),
  });
}

interface Cell {
  readonly value: number;
  readonly row: number;
  readonly column: number;
}

function cellMarks(cells: readonly Cell[], paint: (value: number) => string, className: string): Plot.Markish {
  return Plot.rect(cells, {
    x1: (cell: Cell) => cell.column - 0.5,
    x2: (cell: Cell) => cell.column + 0.5,
    y1: (cell: Cell) => cell.row - 0.5,
    y2: (cell: Cell) => cell.row + 0.5,
    fill: (cell: Cell) => paint(cell.value),
    shapeRendering: "crispEdges",
    className,
  });
}

/** A pixel a cell, drawn out without blur: a fraction of the bytes of as many rectangles. */
function cellImage(
  values: ArrayLike<number>,
  columns: number,
  paint: (value: number) => string,
  { left, right, top, bottom }: Layout,
): string {
  const blank = [255, 255, 255];
  const pixels = Array.from(values, (v) => (Number.isFinite(v) ? channelsOf(paint(v)) : blank));
  const picture = {
    width: columns,
    height: values.length / columns,
    channels: 3,
    data: Uint8Array.from(pixels.flat()),
  };
  return element("image", {
    x: left + 1,
    y: top,
    width: right - left - 1,
    height: bottom - top,
    preserveAspectRatio: "none",
    href: pngDataUri(encodePng({ ...picture, channels: 3 })),
    style: "image-rendering: pixelated",
  });
}

function numberMarks(cells: readonly Cell[], decimals: number, paint: (value: number) => string): Plot.Markish {
  return Plot.text(cells, {
    x: "column",
    y: "row",
    text: (cell: Cell) => formatNumber(cell.value, decimals),
    fill: (cell: Cell) => (contrast(paint(cell.value), INK) > 4.5 ? INK : "#ffffff"),
    fontSize: CELL_FONT,
  });
}

function fits(cells: readonly Cell[], decimals: number, room: { width: number; height: number }): boolean {
  const widest = Math.max(...cells.map((cell) => textWidth(formatNumber(cell.value, decimals), CELL_FONT)));
  return widest + 2 < room.width && CELL_FONT + 2 < room.height;
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

const CELL_FONT = 11;

/** More cells than this become an image. */
const MANY = 1500;
