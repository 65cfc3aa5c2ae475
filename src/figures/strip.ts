import { ShapeError, UsageError } from "../base/errors.ts";
import { EDGE, TITLE_FONT } from "./chart-frame.ts";
import { element } from "./escape.ts";
import { imageGrid } from "./image-grid.ts";
import { encodePng, pngDataUri } from "./png.ts";
import { FAINT, lines, svg, TICK_FONT } from "./svg.ts";
import { textWidth, wrapText } from "./text-width.ts";
import { layOutTopLabels } from "./top-labels.ts";

export interface StripOptions {
  /** Unique on the page: letters, digits, "-" and "_", a letter first. */
  readonly id: string;
  readonly title?: string;
  /** Rows and columns of one image, pixels. */
  readonly imageHeight: number;
  readonly imageWidth: number;
  /** 1 for grey (the default), 3 for red, green, blue; innermost in the data. */
  readonly channels?: 1 | 3;
  /** Ink on paper: 1 is drawn black and 0 white. By default 1 is white. */
  readonly invert?: boolean;
  /** Pixels of the whole strip at most, 920 unless given; images are at most four times their own size. */
  readonly width?: number;
  /** Pixels between images; 2 unless given. */
  readonly gap?: number;
  /** The time of each column: 0, 1, 2 … unless given. */
  readonly times?: readonly number[];
  /** What the times are called; "t" unless given. */
  readonly time?: string;
  /** Columns from `from` to `to`, the latter included, go by a name, above the times: "observed", "predicted". */
  readonly spans?: readonly { readonly from: number; readonly to: number; readonly label: string }[];
  /** Name of a last column that stands apart: what the rows come close to, say. Rows then have an image for it. */
  readonly apart?: string;
  /** An arrow from the last time to the column apart. */
  readonly arrow?: boolean;
}

export interface StripRow {
  readonly name: string;
  /** time × height × width (× channels), values in [0, 1]. */
  readonly images: Float32Array;
  /** The image of the column apart, height × width (× channels). */
  readonly apart?: Float32Array;
}

/**
 * Rows of images over time, as standalone SVG.
 * @throws ShapeError if a row has not an image for each time; UsageError if there is no row, or a name is missing or too many
 */
export function filmStrip(rows: readonly StripRow[], options: StripOptions): string {
  const { id, title, imageHeight, imageWidth, width: most = 920, gap = 2, time = "t", spans = [], apart } = options;
  const times = checked(rows, options);
  const titleLines = title ? wrapText(title, most - 2 * EDGE, TITLE_FONT) : [];
  const left = Math.max(...rows.map(({ name }) => (name ? textWidth(name, TICK_FONT) + 10 : 0))) + EDGE;
  const apartWidth = apart === undefined ? 0 : textWidth(apart, TICK_FONT);
  const between = options.arrow ? 30 : 16;
  const beside = apart === undefined ? 0 : between - gap;
  const images = times.length + (apart === undefined ? 0 : 1);
  const room = most - left - EDGE - beside - gap * (images - 1) - 12; // the last name may reach beyond its column
  const across = Math.floor(Math.min(4 * imageWidth, room / images));
  if (across < 8) {
    refuse(
      "width",
      `room for ${images} columns of 8 pixels at least`,
      `${most}`,
      "show fewer times or widen the strip",
    );
  }
  const up = Math.round((across * imageHeight) / imageWidth);
  const head = EDGE + titleLines.length * 20 + (titleLines.length > 0 ? 4 : 0);
  const xOf = (column: number) => left + column * (across + gap);
  const middles = spans.map(({ from, to, label }) => ({ text: label, at: (xOf(from) + xOf(to) + across) / 2 }));
  const spanNames = layOutTopLabels(middles, most);
  const brackets = head + spanNames.height;
  const top = brackets + (spans.length > 0 ? 6 : 0) + 18;
  const apartX = xOf(times.length) + beside;
  const lastName = Math.max(0, ...middles.map(({ text, at }) => at + textWidth(text, TICK_FONT) / 2));
  const end = apart === undefined ? xOf(times.length) - gap : apartX + Math.max(across, (across + apartWidth) / 2);
  const width = Math.ceil(Math.max(end, Math.min(lastName, most - EDGE)) + EDGE);
  const height = top + rows.length * (up + gap) - gap + EDGE;

  const shown = (data: Float32Array, x: number, y: number) =>
    element("image", {
      x,
      y,
      width: across,
      height: up,
      href: pngDataUri(
        encodePng(imageGrid(data, { ...options, height: imageHeight, width: imageWidth, columns: 1, scale: 1 })),
      ),
      style: across >= imageWidth ? "image-rendering: pixelated" : undefined,
    });
  const size = rows[0].images.length / times.length;
  const strips = rows.map((row, r) => {
    const y = top + r * (up + gap);
    const frames = times.map((_, t) => shown(row.images.subarray(t * size, (t + 1) * size), xOf(t), y));
    const name = { dy: "0.35em", "text-anchor": "end" };
    const paper = options.invert
      ? element("rect", { x: left, y, width: xOf(times.length) - gap - left, height: up, fill: PAPER })
      : "";
    return [
      paper,
      row.name ? lines([row.name], left - 8, y + up / 2, 0, name) : "",
      ...frames,
      row.apart ? shown(row.apart, apartX, y) : "",
      row.apart && options.arrow ? arrow(xOf(times.length) - gap, apartX, y + up / 2) : "",
    ].join("\n");
  });
  const names = columnNames(times, time, across + gap);
  const centred = { "text-anchor": "middle" };
  return svg({ id, width, height }, title ?? rows.map((row) => row.name).join(", "), [
    element("rect", { width, height, fill: "#ffffff" }),
    lines(titleLines, EDGE, EDGE + 14, 20, { "font-size": TITLE_FONT, "font-weight": 600 }),
    spanNames.draw(0, brackets),
    ...spans.map(({ from, to }) => bracket(xOf(from), xOf(to) + across, brackets)),
    ...names.map((text, t) => (text ? lines([text], xOf(t) + across / 2, top - 6, 0, centred) : "")),
    apart === undefined ? "" : lines([apart], apartX + across / 2, top - 6, 0, centred),
    ...strips,
  ]);
}

/** Between images of ink on paper, where white would not show their edges. */
const PAPER = "#d9d9d9";

/** "t = 0" above the first column, and as many of the other times as do not touch. */
function columnNames(times: readonly number[], time: string, step: number): string[] {
  const named = times.map((t, i) => (i === 0 && time ? `${time} = ${t}` : String(t)));
  const widths = named.map((text) => textWidth(text, TICK_FONT));
  const every = Math.max(1, Math.ceil((Math.max(0, ...widths.slice(1)) + 6) / step));
  const second = (widths[0] + (widths[1] ?? 0)) / 2 + 6; // from the middle of the first name
  return named.map((text, i) => (i % every === 0 && (i === 0 || i * step >= second) ? text : ""));
}

/** A line over columns, its ends bent down. */
function bracket(left: number, right: number, y: number): string {
  return element("path", { d: `M${left + 1},${y + 4}V${y}H${right - 1}V${y + 4}`, fill: "none", stroke: FAINT });
}

function arrow(left: number, right: number, y: number): string {
  const [from, to] = [left + 7, right - 7];
  const d = `M${from},${y}H${to}M${to - 5},${y - 4}L${to},${y}L${to - 5},${y + 4}`;
  return element("path", { d, fill: "none", stroke: FAINT, "stroke-width": 1.5 });
}

/** The times. */
function checked(rows: readonly StripRow[], options: StripOptions): readonly number[] {
  const { imageHeight, imageWidth, channels = 1, spans = [] } = options;
  const size = imageHeight * imageWidth * channels;
  if (rows.length === 0) refuse("rows", "at least one", "none", "give the strip something to show");
  const times = options.times ?? Array.from({ length: Math.floor(rows[0].images.length / size) }, (_, t) => t);
  for (const { name, images, apart } of rows) {
    const wrong = images.length !== times.length * size || times.length === 0;
    if (wrong || (apart !== undefined && apart.length !== size)) {
      throw new ShapeError({
        where: `filmStrip, row "${name}"`,
        expected: `${times.length} times × ${imageHeight} × ${imageWidth} × ${channels}, and apart one such image`,
        got: wrong ? `${images.length} values` : `${apart?.length} values apart`,
        fix: "give each row an image for each time",
      });
    }
    if ((apart !== undefined) !== (options.apart !== undefined)) {
      const got = apart ? "an image, and no name" : "a name, and no image";
      refuse(`row "${name}", apart`, "both a name of the column and an image in each row", got, "give both or neither");
    }
  }
  for (const { from, to, label } of spans) {
    const whole = Number.isInteger(from) && Number.isInteger(to);
    if (whole && from >= 0 && from <= to && to < times.length) continue;
    refuse(`span "${label}"`, `columns from 0 to ${times.length - 1}`, `${from} to ${to}`, "count columns, not times");
  }
  return times;
}

function refuse(what: string, expected: string, got: string, fix: string): never {
  throw new UsageError({ where: `filmStrip, ${what}`, expected, got, fix });
}
