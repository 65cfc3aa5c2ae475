import * as Plot from "@observablehq/plot";
import type { Series } from "./line-chart.ts";

/** What lies between the low and high edge of a series, if it is to be a band. */
export function seriesBand({ points, low, high, bars }: Series, fill: string, clip: boolean): Plot.Markish {
  if (!low || !high || bars) return null;
  const edges = points.map(([x], i) => [x, low[i], high[i]]);
  return Plot.areaY(edges, { x: "0", y1: "1", y2: "2", fill, fillOpacity: 0.18, clip });
}

/** The line; dots if the points are few; error bars if asked for. */
export function seriesLine(series: Series, color: string, clip: boolean, id: string): Plot.Markish[] {
  const { points, dashed, bars } = series;
  const at = { x: "0", y: "1", clip };
  const strokeDasharray = dashed ? "6 4" : undefined;
  const path = Plot.line(points, { ...at, stroke: color, strokeWidth: 2, strokeDasharray, className: `${id}-line` });
  const dots = points.length > FEW ? null : Plot.dot(points, { ...at, fill: color, r: 2.75 });
  return [...(bars ? errorBars(series, color, clip, `${id}-bars`) : []), path, dots];
}

/** Series of at most this many points show them. */
const FEW = 25;

function errorBars({ points, low, high }: Series, stroke: string, clip: boolean, className: string): Plot.Markish[] {
  if (!low || !high) return [];
  const edges = points.map(([x], i) => ({ x, low: low[i], high: high[i] }));
  const style = { x: "x", stroke, strokeWidth: 1.25, clip };
  return [
    Plot.ruleX(edges, { ...style, y1: "low", y2: "high", className }),
    ...["low", "high"].map((y) => Plot.dot(edges, { ...style, y, symbol: DASH, r: 3.5 })),
  ];
}

/** A whisker's end: a short line across. */
const DASH = {
  draw(context: Pen, size: number): void {
    const reach = Math.sqrt(size / Math.PI);
    context.moveTo(-reach, 0);
    context.lineTo(reach, 0);
  },
};

/** The little of a canvas that a symbol draws with. */
interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}
