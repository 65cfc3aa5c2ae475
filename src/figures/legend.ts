import { element, escapeText } from "./escape.ts";
import { textWidth } from "./text-width.ts";

/** A name with the mark it explains. */
export interface LegendItem {
  readonly name: string;
  readonly color: string;
  readonly mark: "line" | "dashed" | "rule" | "dot" | "square";
}

export interface Legend {
  /** Pixels, 0 without items. */
  readonly height: number;
  /** SVG markup to stand at `left`, `top`. */
  draw(left: number, top: number): string;
}

/**
 * Names and swatches side by side, on as many lines as they need.
 * @param width room, pixels
 */
export function layOutLegend(items: readonly LegendItem[], width: number): Legend {
  let [x, line] = [0, 0];
  const places = items.map((item) => {
    const swatch = SWATCH[item.mark];
    const own = swatch + 7 + textWidth(item.name, FONT);
    if (x > 0 && x + own > width) [x, line] = [0, line + 1];
    const place = { item, x, y: line * LINE + LINE / 2, swatch };
    x += own + 14;
    return place;
  });
  return {
    height: items.length > 0 ? (line + 1) * LINE : 0,
    draw: (left, top) =>
      places
        .map(({ item, x, y, swatch }) => {
          const text = { x: left + x + swatch + 7, y: top + y, dy: "0.35em", "font-size": FONT };
          return drawSwatch(item, left + x, top + y) + element("text", text, escapeText(item.name));
        })
        .join("\n"),
  };
}

const FONT = 13;
const LINE = 20;
const SWATCH = { line: 22, dashed: 22, rule: 22, dot: 10, square: 12 } as const;

function drawSwatch({ mark, color }: LegendItem, x: number, y: number): string {
  if (mark === "dot") return element("circle", { cx: x + 5, cy: y, r: 5, fill: color });
  if (mark === "square") return element("rect", { x, y: y - 6, width: 12, height: 12, rx: 2, fill: color });
  const dash = { line: undefined, dashed: "6 4", rule: "2 3" }[mark];
  return element("line", {
    x1: x,
    x2: x + 22,
    y1: y,
    y2: y,
    stroke: color,
    "stroke-width": mark === "rule" ? 1.25 : 2,
    "stroke-dasharray": dash,
  });
}
