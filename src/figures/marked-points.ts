import type { Layout } from "./chart-frame.ts";
import { element, escapeText } from "./escape.ts";
import { colorOf } from "./palette.ts";
import { INK, LABEL_FONT } from "./svg.ts";
import { textWidth } from "./text-width.ts";

/** A point with its name, in the units of the chart. */
export interface MarkedPoint {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  /** Gives the colour, as of the chart's other points. */
  readonly group: number;
}

/** Ringed dots, each with its name where that covers no other dot or name; points beyond the axes are left out. */
export function drawMarked(points: readonly MarkedPoint[], layout: Layout): string {
  const { left, right, top, bottom } = layout;
  const places = points
    .map((point) => ({ point, x: layout.x.apply(point.x), y: layout.y.apply(point.y) }))
    .filter(({ x, y }) => x >= left && x <= right && y >= top && y <= bottom);
  const taken = places.map(({ x, y }): Box => ({ left: x - R, right: x + R, top: y - R, bottom: y + R }));
  const names = places.map(({ point, x, y }) => {
    const boxes = around(x, y, textWidth(point.label, LABEL_FONT));
    const inside = boxes.filter((b) => b.left >= left && b.right <= right && b.top >= top && b.bottom <= bottom);
    const overlap = (box: Box) => taken.reduce((sum, other) => sum + common(box, other), 0);
    const best = (inside.length > 0 ? inside : boxes).reduce((a, b) => (overlap(b) < overlap(a) ? b : a));
    taken.push(best);
    const at = { x: ((best.left + best.right) / 2).toFixed(1), y: ((best.top + best.bottom) / 2).toFixed(1) };
    return element("text", { ...at, dy: "0.35em", ...STYLE }, escapeText(point.label));
  });
  const dots = places.map(({ point, x, y }) => {
    const ring = { stroke: INK, "stroke-width": 1.75 };
    const halo = element("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: R + 1, fill: "#ffffff" });
    return (
      halo + element("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: R - 1, fill: colorOf(point.group), ...ring })
    );
  });
  return [...dots, ...names].join("\n");
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where a name may stand: right, left, above, below, and at the corners, the best first. */
function around(x: number, y: number, width: number): Box[] {
  const [far, up] = [R + 4 + width / 2, R + 2 + HEIGHT / 2];
  const middles = [
    [far, 0],
    [-far, 0],
    [0, -up],
    [0, up],
    [far - 3, -up + 3],
    [far - 3, up - 3],
    [-far + 3, -up + 3],
    [-far + 3, up - 3],
  ];
  return middles.map(([dx, dy]) => ({
    left: x + dx - width / 2,
    right: x + dx + width / 2,
    top: y + dy - HEIGHT / 2,
    bottom: y + dy + HEIGHT / 2,
  }));
}

/** Area that two boxes share. */
function common(a: Box, b: Box): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const up = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return Math.max(0, across) * Math.max(0, up);
}

/** Radius of a marked point with its ring, and height of a name, pixels. */
const R = 6.5;
const HEIGHT = 14;

const STYLE = {
  "font-size": LABEL_FONT,
  "font-weight": 700,
  "text-anchor": "middle",
  stroke: "#ffffff",
  "stroke-width": 4,
  "stroke-linejoin": "round",
  "paint-order": "stroke",
} as const;
