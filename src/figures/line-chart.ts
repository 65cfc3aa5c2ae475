import * as Plot from "@observablehq/plot";
import { ShapeError } from "../base/errors.ts";
import { type ChartOptions, drawFrame } from "./chart-frame.ts";
import { domainOf, type NumberAxis, nothing } from "./domain.ts";
import { colorOf } from "./palette.ts";
import { drawRules, type Rule, ruleMarks, rulesRoom } from "./rules.ts";

/** A named line. Points that are not finite leave a gap. */
export interface Series {
  readonly name: string;
  /** x and y of each point, in the order of the line. */
  readonly points: readonly (readonly [number, number])[];
  /** Lower and upper edge of a band around the line, one value for each point: an interval of confidence, say. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  readonly dashed?: boolean;
  /** Series of equal colour belong together (solid and dashed, say); the number of the series unless given. */
  readonly color?: number;
}

export interface LineChartOptions extends ChartOptions {
  readonly series: readonly Series[];
  readonly x: NumberAxis;
  readonly y: NumberAxis;
  /** Lines across the chart: `y` for a level, `x` for a moment. Those beyond a domain asked for are left out. */
  readonly rules?: readonly Rule[];
}

/**
 * Lines over a common axis. Up to 25 points each is also marked by a dot.
 * @throws UsageError  if there is nothing to draw, or a value that a logarithmic axis cannot show
 * @throws ShapeError if a band has not one value for each point
 */
export function lineChart(options: LineChartOptions): string {
  const { series, rules = [], width = 640 } = options;
  for (const one of series) checkSeries(one);
  if (series.length === 0) nothing("lineChart, series", "at least one series", "no series");

  const xs = series.flatMap((s) => s.points.map(([x]) => x)).filter(Number.isFinite);
  const ys = series.flatMap((s) => [...s.points.map(([, y]) => y), ...(s.low ?? []), ...(s.high ?? [])]);
  xs.push(...rules.flatMap((rule) => rule.x ?? []));
  ys.push(...rules.flatMap((rule) => rule.y ?? []));
  const x = { ...options.x, domain: domainOf("x", options.x, xs, "exact"), whole: xs.every(Number.isInteger) };
  const y = { ...options.y, domain: domainOf("y", options.y, ys.filter(Number.isFinite), "nice") };

  const within = (value: number | undefined, [low, high]: readonly [number, number]) =>
    value === undefined || (value >= low && value <= high);
  const drawn = rules.filter((rule) => within(rule.x, x.domain) && within(rule.y, y.domain));
  const clip = options.x.domain !== undefined || options.y.domain !== undefined;
  const color = (s: Series, i: number) => colorOf(s.color ?? i);
  return drawFrame({
    ...options,
    width,
    marksHeight: 236,
    x,
    y,
    grid: ["y"],
    inset: 6,
    legend: series
      .map((s, i) => ({ name: s.name, color: color(s, i), mark: s.dashed ? ("dashed" as const) : ("line" as const) }))
      .filter((item) => item.name !== ""),
    marks: [
      ...series.map((s, i) => band(s, color(s, i), clip)),
      ...ruleMarks(drawn),
      ...series.flatMap((s, i) => line(s, color(s, i), clip, `${options.id}-line`)),
    ],
    reserve: rulesRoom(drawn, width),
    beside: (layout) => drawRules(drawn, layout),
  });
}

/** Series of at most this many points show them. */
const FEW = 25;

function checkSeries({ name, points, low, high }: Series): void {
  const where = `lineChart, series "${name}"`;
  const finite = points.filter((p) => p.every(Number.isFinite)).length;
  if (finite === 0) nothing(where, "at least one finite point", `${points.length} points, none finite`);
  for (const [edge, values] of Object.entries({ low, high })) {
    if (values !== undefined && values.length !== points.length) {
      throw new ShapeError({
        where: `${where}, ${edge}`,
        expected: `one value for each of the ${points.length} points`,
        got: String(values.length),
        fix: "make the edge of the band as long as the line",
      });
    }
  }
  if ((low === undefined) !== (high === undefined)) nothing(where, "low and high together", "one of them");
}

function band({ points, low, high }: Series, fill: string, clip: boolean): Plot.Markish {
  if (!low || !high) return null;
  const edges = points.map(([x], i) => [x, low[i], high[i]]);
  return Plot.areaY(edges, { x: "0", y1: "1", y2: "2", fill, fillOpacity: 0.18, clip });
}

function line({ points, dashed }: Series, color: string, clip: boolean, className: string): Plot.Markish[] {
  const at = { x: "0", y: "1", clip };
  const strokeDasharray = dashed ? "6 4" : undefined;
  const path = Plot.line(points, { ...at, stroke: color, strokeWidth: 2, strokeDasharray, className });
  return points.length > FEW ? [path] : [path, Plot.dot(points, { ...at, fill: color, r: 2.75 })];
}
