import * as Plot from "@observablehq/plot";
import { UsageError } from "../base/errors.ts";
import { type Ticks, ticksOf, widest } from "./axis-ticks.ts";
import { element, escapeText } from "./escape.ts";
import { type LegendItem, layOutLegend } from "./legend.ts";
import { drawPlot, type PlotScale } from "./plot-svg.ts";
import { checkId, FAINT, INK, LABEL_FONT, lines, svg, TICK_FONT } from "./svg.ts";
import { wrapText } from "./text-width.ts";

/** What every chart takes. */
export interface ChartOptions {
  /** Unique on the page: letters, digits, "-" and "_", a letter first. */
  readonly id: string;
  readonly title?: string;
  /** Pixels; 640 unless given. For two charts side by side on a page take 460. */
  readonly width?: number;
  /** Pixels. As much as the marks, title, legend and labels need unless given. */
  readonly height?: number;
  /** Pixels kept free left of the marks at least: charts below each other line up. */
  readonly left?: number;
  /** White behind the chart unless false. */
  readonly background?: boolean;
  /** False leaves out the legend, or the colour bar: charts in panels may share one. */
  readonly legend?: boolean;
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
  /** Of the whole chart. */
  readonly width: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly x: PlotScale;
  readonly y: PlotScale;
}

export interface Frame extends Omit<ChartOptions, "legend"> {
  readonly width: number;
  /** Height of the marks where the chart's is not given, pixels. */
  readonly marksHeight: number;
  readonly x: FrameAxis;
  readonly y: FrameAxis;
  readonly legend: readonly LegendItem[];
  readonly marks: readonly Plot.Markish[];
  /** Light lines at the ticks of these axes. */
  readonly grid: readonly ("x" | "y")[];
  /** Pixels between the axes and the outermost marks. */
  readonly inset?: number;
  /** Pixels kept free right of, and above, the marks for `beside`; above, it may depend on the pixels between the axes' ends. */
  readonly reserve?: { readonly right?: number; readonly top?: (across: number) => number };
  /** Markup to stand beside the marks. */
  readonly beside?: (layout: Layout) => string;
  /** One unit is as long across as it is up; both axes linear. */
  readonly equal?: boolean;
  /** Digits after the point in coordinates of marks; 2 unless given. */
  readonly digits?: number;
}

/**
 * A whole chart: title, legend, labelled axes, marks. From the top: title, legend, room for `beside`, marks, x axis; so nothing
 * can lie over anything else. Standalone SVG, no scripts; text is at least 11 pixels high.
 * @throws UsageError if id, width or height are unusable
 */
export function drawFrame(frame: Frame): string {
  const { id, width, title, reserve } = frame;
  checkId(id);
  const titleLines = title ? wrapText(title, width - 2 * EDGE, TITLE_FONT) : [];
  const legend = layOutLegend(frame.legend, width - 2 * EDGE);
  const head = EDGE + titleLines.length * 20 + (titleLines.length > 0 ? 4 : 0);
  const above = head + legend.height + (legend.height > 0 ? 8 : 0);
  const xLabel = wrapText(axisLabel(frame.x), 0.8 * width, LABEL_FONT);
  const xNames = "names" in frame.x ? frame.x.names : undefined;
  const right = Math.max(EDGE + 8, reserve?.right ?? 0);

  // The margins depend on the labels of ticks and moments, these on the space left for them: three rounds settle it.
  let [left, bottom] = [40, 22 + 17 * xLabel.length + EDGE];
  let [x, y] = [frame.x, frame.y];
  let [xTicks, yTicks] = [NO_TICKS, NO_TICKS];
  let yLabel: string[] = [];
  let [top, height] = [0, 0];
  for (let round = 0; round < 3; round++) {
    const across = width - left - right;
    top = above + (reserve?.top?.(across) ?? 0);
    height = frame.height ?? top + frame.marksHeight + bottom;
    const up = height - top - bottom;
    if (!(across >= 60 && up >= 40)) tooSmall(width, height);
    yLabel = wrapText(axisLabel(frame.y), up, LABEL_FONT);
    if (frame.equal)
      [x, y] = equalUnits(frame.x, frame.y, across - 2 * (frame.inset ?? 0), up - 2 * (frame.inset ?? 0));
    xTicks = ticksOf(x, across, "x");
    yTicks = ticksOf(y, up, "y");
    const needed = EDGE + (yLabel.length > 0 ? 17 * yLabel.length + 6 : 0) + widest(yTicks.labels) + 9;
    left = Math.max(frame.left ?? 0, needed);
    if (xTicks.upright && xNames) bottom = 14 + widest(xNames) + 17 * xLabel.length + EDGE;
  }
  if (frame.equal) {
    const inset = 2 * (frame.inset ?? 0);
    [x, y] = equalUnits(frame.x, frame.y, width - left - right - inset, height - top - bottom - inset);
    [xTicks, yTicks] = [ticksOf(x, width - left - right, "x"), ticksOf(y, height - top - bottom, "y")];
  }

  const axis = { label: null, tickSize: 4, tickPadding: 4, fontSize: TICK_FONT, color: FAINT } as const;
  const drawn = drawPlot(
    id,
    {
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
        Plot.axisX(xTicks.values, { ...axis, text: xTicks.labels, ...(xTicks.upright ? UPRIGHT : {}) }),
        Plot.axisY(yTicks.values, { ...axis, text: yTicks.labels }),
        ...frame.marks,
      ],
    },
    frame.digits,
  );
  const layout = { width, left, top, right: width - right, bottom: height - bottom, x: drawn.x, y: drawn.y };
  const name = title ?? ([axisLabel(frame.y), axisLabel(frame.x)].filter(Boolean).join(" over ") || "chart");
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
  return svg({ id, width, height }, name, parts);
}

/** "ELBO (nats per image)". */
export function axisLabel({ label, unit }: AxisText): string {
  return unit ? `${label} (${unit})` : label;
}

/** Pixels left free around everything. */
export const EDGE = 8;

export const TITLE_FONT = 15;

const NO_TICKS: Ticks = { values: [], labels: [] };

const UPRIGHT = { tickRotate: -90 } as const;

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

function tooSmall(width: number, height: number): never {
  throw new UsageError({
    where: "chart, width and height",
    expected: "room for the marks beside title, legend and labels",
    got: `${width} × ${height} pixels`,
    fix: "enlarge the chart or shorten its texts",
  });
}
