import * as Plot from "@observablehq/plot";
import { UsageError } from "../base/errors.ts";
import { element, escapeText } from "./escape.ts";
import { type LegendItem, layOutLegend } from "./legend.ts";
import { drawPlot, type PlotScale } from "./plot-svg.ts";
import { textWidth, wrapText } from "./text-width.ts";
import { formatLogTicks, formatTicks, linearTicks, logTicks } from "./ticks.ts";

/** What every chart takes. */
export interface ChartOptions {
  /** Unique on the page: letters, digits, "-" and "_", a letter first. */
  readonly id: string;
  readonly title?: string;
  /** Pixels. */
  readonly width?: number;
  /** Pixels. */
  readonly height?: number;
  /** White behind the chart unless false. */
  readonly background?: boolean;
}

/** What an axis says. */
export interface AxisText {
  readonly label: string;
  /** "nats per image", written after the label in parentheses. */
  readonly unit?: string;
}

/** An axis of numbers, or of names: name i takes the band from i − 0.5 to i + 0.5, from the left or from the top. */
export type FrameAxis = AxisText &
  (
    | { readonly domain: readonly [number, number]; readonly type?: "linear" | "log"; readonly whole?: boolean }
    | { readonly names: readonly string[] }
  );

/** Where the drawn marks ended up. Lengths in pixels from the top left. */
export interface Layout {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly x: PlotScale;
  readonly y: PlotScale;
}

export interface Frame extends ChartOptions {
  readonly width: number;
  readonly height: number;
  readonly x: FrameAxis;
  readonly y: FrameAxis;
  readonly legend: readonly LegendItem[];
  readonly marks: readonly Plot.Markish[];
  /** Light lines at the ticks of these axes. */
  readonly grid: readonly ("x" | "y")[];
  /** Pixels between the axes and the outermost marks. */
  readonly inset?: number;
  /** Pixels kept free right of, and above, the marks for `beside`. */
  readonly reserve?: { readonly right?: number; readonly top?: number };
  /** Markup to stand beside the marks. */
  readonly beside?: (layout: Layout) => string;
  /** One unit is as long across as it is up; both axes linear. */
  readonly equal?: boolean;
}

export const FONT_FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
export const INK = "#1f2328";
export const FAINT = "#59636e";
/** Size of tick labels, the smallest text of a chart, pixels. */
export const TICK_FONT = 12;
const LABEL_FONT = 13;
const TITLE_FONT = 15;

/**
 * A whole chart: title, legend, labelled axes, marks. From the top: title, legend, room for `beside`, marks, x axis; so nothing
 * can lie over anything else. Standalone SVG, no scripts; text is at least 12 pixels high.
 * @throws UsageError if id, width or height are unusable
 */
export function drawFrame(frame: Frame): string {
  const { id, width, height, title, reserve } = frame;
  checkId(id);
  const titleLines = title ? wrapText(title, width - 2 * EDGE, TITLE_FONT) : [];
  const legend = layOutLegend(frame.legend, width - 2 * EDGE);
  const head = EDGE + titleLines.length * 20 + (titleLines.length > 0 ? 4 : 0);
  const top = head + legend.height + (legend.height > 0 ? 8 : 0) + (reserve?.top ?? 0);
  const xLabel = wrapText(axisLabel(frame.x), 0.8 * width, LABEL_FONT);
  const xNames = "names" in frame.x ? frame.x.names : undefined;
  const right = Math.max(EDGE + 8, reserve?.right ?? 0);

  // Left and bottom margins depend on the tick labels, these on the space left for them: two rounds settle it.
  let [left, bottom] = [60, 30 + 17 * xLabel.length + EDGE];
  let [x, y] = [frame.x, frame.y];
  let [xTicks, yTicks] = [NO_TICKS, NO_TICKS];
  let yLabel: string[] = [];
  for (let round = 0; round < 2; round++) {
    const across = width - left - right;
    const up = height - top - bottom;
    if (!(across >= 60 && up >= 40)) tooSmall(frame);
    yLabel = wrapText(axisLabel(frame.y), up, LABEL_FONT);
    if (frame.equal)
      [x, y] = equalUnits(frame.x, frame.y, across - 2 * (frame.inset ?? 0), up - 2 * (frame.inset ?? 0));
    xTicks = ticksOf(x, across, "x");
    yTicks = ticksOf(y, up, "y");
    left = EDGE + 17 * yLabel.length + 6 + widest(yTicks.labels) + 9;
    if (xTicks.upright && xNames) bottom = 16 + widest(xNames) + 17 * xLabel.length + EDGE;
  }
  if (frame.equal) {
    const inset = 2 * (frame.inset ?? 0);
    [x, y] = equalUnits(frame.x, frame.y, width - left - right - inset, height - top - bottom - inset);
    [xTicks, yTicks] = [ticksOf(x, width - left - right, "x"), ticksOf(y, height - top - bottom, "y")];
  }

  const axis = { label: null, tickSize: 4, tickPadding: 4, fontSize: TICK_FONT, color: FAINT } as const;
  const drawn = drawPlot(id, {
    width,
    height,
    marginLeft: left,
    marginRight: right,
    marginTop: top,
    marginBottom: bottom,
    inset: frame.inset ?? 0,
    x: plotScale(x, false),
    y: plotScale(y, "names" in y),
    marks: [
      frame.grid.includes("x") ? Plot.gridX(xTicks.values, { stroke: INK, strokeOpacity: 0.1 }) : null,
      frame.grid.includes("y") ? Plot.gridY(yTicks.values, { stroke: INK, strokeOpacity: 0.1 }) : null,
      Plot.axisX(xTicks.values, {
        ...axis,
        tickFormat: (_: number, i: number) => xTicks.labels[i],
        ...(xTicks.upright ? UPRIGHT : {}),
      }),
      Plot.axisY(yTicks.values, { ...axis, tickFormat: (_: number, i: number) => yTicks.labels[i] }),
      ...frame.marks,
    ],
  });
  const layout = { left, top, right: width - right, bottom: height - bottom, x: drawn.x, y: drawn.y };
  const name = title ?? `${axisLabel(frame.y)} over ${axisLabel(frame.x)}`;
  const parts = [
    element("title", {}, escapeText(name)),
    frame.background === false ? "" : element("rect", { width, height, fill: "#ffffff" }),
    lines(titleLines, EDGE, EDGE + 14, 20, { "font-size": TITLE_FONT, "font-weight": 600 }),
    element("g", { class: `${id}-legend` }, legend.draw(EDGE, head)),
    element("g", { "text-anchor": "middle" }, drawn.markup),
    drawAxisLines(layout, frame),
    lines(xLabel, (left + width - right) / 2, height - EDGE - 3 - 17 * (xLabel.length - 1), 17, {
      "font-size": LABEL_FONT,
      "text-anchor": "middle",
    }),
    element(
      "g",
      { transform: `translate(${EDGE + 11} ${(top + height - bottom) / 2}) rotate(-90)` },
      lines(yLabel, 0, 0, 17, { "font-size": LABEL_FONT, "text-anchor": "middle" }),
    ),
    frame.beside ? element("g", { class: `${id}-beside` }, frame.beside(layout)) : "",
  ];
  return svg(frame, name, parts);
}

/** The outer element of a figure with its content. */
export function svg(
  { id, width, height }: Frame | Required<Pick<Frame, "id" | "width" | "height">>,
  name: string,
  parts: readonly string[],
): string {
  const values = {
    xmlns: "http://www.w3.org/2000/svg",
    id,
    class: id,
    role: "img",
    "aria-label": name,
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "font-family": FONT_FAMILY,
    "font-size": TICK_FONT,
    fill: INK,
    color: INK,
  };
  return `${element("svg", values, `\n${parts.filter(Boolean).join("\n")}\n`)}\n`;
}

/** Lines of text, one below the other, the first with its baseline at y. */
export function lines(
  texts: readonly string[],
  x: number,
  y: number,
  step: number,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return texts.map((text, i) => element("text", { x, y: y + i * step, ...values }, escapeText(text))).join("\n");
}

/** "ELBO (nats per image)". */
export function axisLabel({ label, unit }: AxisText): string {
  return unit ? `${label} (${unit})` : label;
}

/** @throws UsageError unless the id can be a class name and an XML id */
export function checkId(id: string): void {
  if (/^[A-Za-z][\w-]*$/.test(id)) return;
  throw new UsageError({
    where: "chart, id",
    expected: "letters, digits, - and _, a letter first",
    got: JSON.stringify(id),
    fix: "give the figure a short name that no other on the page has",
  });
}

/** Pixels left free around everything. */
const EDGE = 10;

const UPRIGHT = { tickRotate: -90 } as const;

interface Ticks {
  readonly values: readonly number[];
  readonly labels: readonly string[];
  /** Names that only fit when turned. */
  readonly upright?: boolean;
}

const NO_TICKS: Ticks = { values: [], labels: [] };

/** As many ticks as fit without their labels touching. */
function ticksOf(axis: FrameAxis, length: number, side: "x" | "y"): Ticks {
  if ("names" in axis) return nameTicks(axis.names, length, side);
  const [low, high] = axis.domain;
  for (let count = Math.max(2, Math.floor(length / (side === "x" ? 60 : 36))); ; count--) {
    const values = axis.type === "log" ? logTicks(low, high, count) : linearTicks(low, high, count, axis.whole);
    const labels = axis.type === "log" ? formatLogTicks(values) : formatTicks(values);
    const room = side === "x" ? widest(labels) + 12 : TICK_FONT + 6;
    if (count <= 2 || values.length * room <= length) return { values, labels };
  }
}

function nameTicks(names: readonly string[], length: number, side: "x" | "y"): Ticks {
  const band = length / names.length;
  const upright =
    side === "x" && widest(names) + 6 > band && band >= TICK_FONT + 3 && names.some((n) => !/^\d+$/.test(n));
  const room = side === "x" && !upright ? widest(names) + 8 : TICK_FONT + 3;
  const every = Math.max(1, Math.ceil(room / band)); // thin out what would touch
  const values = names.map((_, i) => i).filter((i) => i % every === 0);
  return { values, labels: values.map((i) => names[i]), upright };
}

function plotScale(axis: FrameAxis, reverse: boolean): Plot.ScaleOptions {
  if ("names" in axis) return { type: "linear", domain: [-0.5, axis.names.length - 0.5], reverse };
  return { type: axis.type ?? "linear", domain: axis.domain };
}

/** Widens the domain of one axis about its middle until a unit is equally long on both. */
function equalUnits(x: FrameAxis, y: FrameAxis, across: number, up: number): [FrameAxis, FrameAxis] {
  if (!("domain" in x && "domain" in y)) return [x, y];
  const unit = Math.max((x.domain[1] - x.domain[0]) / across, (y.domain[1] - y.domain[0]) / up); // data per pixel
  const widen = ([low, high]: readonly [number, number], pixels: number): [number, number] => {
    const middle = (low + high) / 2;
    return [middle - (unit * pixels) / 2, middle + (unit * pixels) / 2];
  };
  return [
    { ...x, domain: widen(x.domain, across) },
    { ...y, domain: widen(y.domain, up) },
  ];
}

function drawAxisLines({ left, right, top, bottom }: Layout, { id }: Frame): string {
  const d = `M${left + 0.5},${top}V${bottom + 0.5}H${right}`;
  return element("path", { class: `${id}-axes`, d, fill: "none", stroke: FAINT });
}

function widest(texts: readonly string[]): number {
  return Math.ceil(Math.max(0, ...texts.map((text) => textWidth(text, TICK_FONT))));
}

function tooSmall({ width, height }: Frame): never {
  throw new UsageError({
    where: "chart, width and height",
    expected: "room for the marks beside title, legend and labels",
    got: `${width} × ${height} pixels`,
    fix: "enlarge the chart or shorten its texts",
  });
}
