import * as Plot from "@observablehq/plot";
import { ShapeError, UsageError } from "../base/errors.ts";
import { type AxisText, type ChartOptions, drawFrame } from "./chart-frame.ts";
import { colorOf } from "./palette.ts";
import { drawRules, type Rule, ruleMarks, rulesRoom } from "./rules.ts";
import { apart, niceDomain } from "./ticks.ts";

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

/** An axis of numbers. */
export interface NumberAxis extends AxisText {
  readonly type?: "linear" | "log";
  /** Lowest and highest value shown; marks beyond are cut off. All of the data unless given. */
  readonly domain?: readonly [number, number];
}

export interface LineChartOptions extends ChartOptions {
  readonly series: readonly Series[];
  readonly x: NumberAxis;
  readonly y: NumberAxis;
  /** Lines across the chart: `y` for a level, `x` for a moment. */
  readonly rules?: readonly Rule[];
}

/**
 * Lines over a common axis. Up to 25 points each is also marked by a dot.
 * @throws UsageError  if there is nothing to draw, or a value that a logarithmic axis cannot show
 * @throws ShapeError if a band has not one value for each point
 */
export function lineChart(options: LineChartOptions): string {
  const { series, rules = [], width = 640, height = 320 } = options;
  for (const one of series) checkSeries(one);
  if (series.length === 0) nothing("lineChart, series", "at least one series", "no series");

  const xs = series.flatMap((s) => s.points.map(([x]) => x)).filter(Number.isFinite);
  const ys = series.flatMap((s) => [...s.points.map(([, y]) => y), ...(s.low ?? []), ...(s.high ?? [])]);
  xs.push(...rules.flatMap((rule) => rule.x ?? []));
  ys.push(...rules.flatMap((rule) => rule.y ?? []));
  const x = { ...options.x, domain: domainOf("x", options.x, xs, "exact"), whole: xs.every(Number.isInteger) };
  const y = { ...options.y, domain: domainOf("y", options.y, ys.filter(Number.isFinite), "nice") };

  const clip = options.x.domain !== undefined || options.y.domain !== undefined;
  const color = (s: Series, i: number) => colorOf(s.color ?? i);
  return drawFrame({
    ...options,
    width,
    height,
    x,
    y,
    grid: ["y"],
    inset: 6,
    legend: series
      .map((s, i) => ({ name: s.name, color: color(s, i), mark: s.dashed ? ("dashed" as const) : ("line" as const) }))
      .filter((item) => item.name !== ""),
    marks: [
      ...series.map((s, i) => band(s, color(s, i), clip)),
      ...ruleMarks(rules),
      ...series.flatMap((s, i) => line(s, color(s, i), clip, `${options.id}-line`)),
    ],
    reserve: rulesRoom(rules, width),
    beside: (layout) => drawRules(rules, layout),
  });
}

/**
 * The values an axis spans: those asked for, or all of the data.
 * @param round "nice" widens to the next ticks
 * @throws UsageError if a logarithmic axis would have to show 0 or less, or the domain asked for is empty
 */
export function domainOf(
  name: string,
  axis: NumberAxis,
  values: readonly number[],
  round: "exact" | "nice",
): readonly [number, number] {
  const least = (a: number, b: number) => Math.min(a, b);
  const most = (a: number, b: number) => Math.max(a, b);
  const [low, high] = axis.domain ?? [values.reduce(least, Infinity), values.reduce(most, -Infinity)];
  if (!(axis.domain ? low < high : low <= high)) {
    nothing(`chart, ${name} axis "${axis.label}"`, "a lowest value below a highest", `${low} to ${high}`);
  }
  if (axis.type === "log" && low <= 0) {
    throw new UsageError({
      where: `chart, ${name} axis "${axis.label}"`,
      expected: "values above 0 on a logarithmic axis",
      got: String(low),
      fix: 'leave those out, or use type "linear"',
    });
  }
  if (axis.domain) return axis.domain;
  if (axis.type === "log") return low < high ? [low, high] : [low / 2, high * 2];
  return round === "nice" ? niceDomain(low, high, 6) : apart(low, high);
}

/** @throws UsageError that says what is missing */
export function nothing(where: string, expected: string, got: string): never {
  throw new UsageError({ where, expected, got, fix: "give the chart something to draw" });
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
