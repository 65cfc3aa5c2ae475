import * as Plot from "@observablehq/plot";
import { type AxisText, axisLabel } from "./chart-frame.ts";
import { element } from "./escape.ts";
import { INK, LABEL_FONT, lines, TICK_FONT } from "./svg.ts";
import { textWidth, wrapText } from "./text-width.ts";
import { formatTicks, linearTicks } from "./ticks.ts";

/** How a number becomes a colour. */
export interface ColorRange {
  /** Lowest and highest colour. Values beyond take the outermost. */
  readonly domain: readonly [number, number];
  /** Blue below the middle of the domain, white there, red above; otherwise dark for low and bright for high. */
  readonly diverging?: boolean;
}

/** From value to "#rrggbb" or "rgb(r, g, b)": viridis, or red-white-blue turned so that red is high. */
export function painter({ domain, diverging = false }: ColorRange): (value: number) => string {
  const scheme = diverging ? "rdbu" : "viridis";
  const scale = Plot.scale({ color: { type: "linear", scheme, domain, reverse: diverging, clamp: true } });
  return (value) => scale.apply(value);
}

export interface ColorBar {
  /** Pixels, with the space before it. */
  readonly width: number;
  /** SVG markup to stand right of `right`, between `top` and `bottom`. */
  draw(right: number, top: number, bottom: number): string;
}

/**
 * A strip of colours with ticks and a label, upright.
 * @param length about, pixels; the strip may be drawn at another
 */
export function layOutColorBar(range: ColorRange, value: AxisText, length: number): ColorBar {
  const [low, high] = range.domain;
  const paint = painter(range);
  const ticks = linearTicks(low, high, Math.max(2, Math.min(6, Math.floor(length / 40))));
  const labels = formatTicks(ticks);
  const title = wrapText(axisLabel(value), length, LABEL_FONT);
  const text = Math.max(...labels.map((l) => textWidth(l, TICK_FONT)));
  const width = Math.ceil(16 + BAR + 7 + text + 8 + (title.length > 0 ? 17 * title.length + 8 : 0));
  const draw = (right: number, top: number, bottom: number) => {
    const x = right + 16;
    const step = (bottom - top) / STEPS;
    const steps = Array.from({ length: STEPS }, (_, i) => {
      // Half a pixel longer than its share, so that no seam shows.
      const size = { width: BAR, height: (step + (i < STEPS - 1 ? 0.5 : 0)).toFixed(2) };
      const fill = paint(high + ((i + 0.5) / STEPS) * (low - high));
      return element("rect", { x, y: (top + i * step).toFixed(2), ...size, fill });
    });
    const names = ticks.map((tick, i) => {
      const y = (bottom - ((tick - low) / (high - low)) * (bottom - top)).toFixed(2);
      const line = element("line", { x1: x + BAR, x2: x + BAR + 4, y1: y, y2: y, stroke: INK });
      return `${line}${element("text", { x: x + BAR + 7, y, dy: "0.35em" }, labels[i])}`;
    });
    const middle = `translate(${x + BAR + 7 + text + 20} ${(top + bottom) / 2}) rotate(-90)`;
    const style = { "font-size": LABEL_FONT, "text-anchor": "middle" };
    return [...steps, ...names, element("g", { transform: middle }, lines(title, 0, 0, 17, style))].join("\n");
  };
  return { width, draw };
}

/** Width of the strip, pixels, and how many shades it shows. */
const BAR = 14;
const STEPS = 64;
