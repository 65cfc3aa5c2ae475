import { ShapeError } from "../base/errors.ts";
import { type ChartOptions, drawFrame } from "./chart-frame.ts";
import { domainOf, type NumberAxis, nothing } from "./domain.ts";
import { type Film, layOutFilm } from "./film.ts";
import type { LegendItem } from "./legend.ts";
import { colorOf } from "./palette.ts";
import { drawLevels, levelsRoom, type Region, type Rule, regionMarks, regionsWithin, ruleMarks } from "./rules.ts";
import { seriesBand, seriesLine } from "./series-marks.ts";
import { layOutTopLabels } from "./top-labels.ts";

/** A named line. Points that are not finite leave a gap. */
export interface Series {
  readonly name: string;
  /** x and y of each point, in the order of the line. */
  readonly points: readonly (readonly [number, number])[];
  /** Lower and upper edge of a band around the line, one value for each point: an interval of confidence, say. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Draw low and high as an error bar at each point instead of a band. */
  readonly bars?: boolean;
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
  /** Shaded stretches of the x axis, named above. */
  readonly regions?: readonly Region[];
  /** Pictures above the chart, each over its time on a linear x axis. */
  readonly film?: Film;
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
  const whole = xs.every(Number.isInteger);
  const ys = series.flatMap((s) => [...s.points.map(([, y]) => y), ...(s.low ?? []), ...(s.high ?? [])]);
  xs.push(...rules.flatMap((rule) => rule.x ?? []));
  ys.push(...rules.flatMap((rule) => rule.y ?? []));
  const x = { ...options.x, domain: domainOf("x", options.x, xs, "exact"), whole };
  const y = { ...options.y, domain: domainOf("y", options.y, ys.filter(Number.isFinite), "nice") };

  const within = (value: number | undefined, [low, high]: readonly [number, number]) =>
    value === undefined || (value >= low && value <= high);
  const drawn = rules.filter((rule) => within(rule.x, x.domain) && within(rule.y, y.domain));
  const regions = regionsWithin(options.regions ?? [], x.domain);
  const above = (across: number) => layOutTopLabels(topTexts(drawn, regions, x, across), across);
  const filmAbove = (across: number) =>
    options.film && layOutFilm(options.film, (across - 2 * INSET) / (x.domain[1] - x.domain[0]));
  const clip = options.x.domain !== undefined || options.y.domain !== undefined;
  const color = (s: Series, i: number) => colorOf(s.color ?? i);
  return drawFrame({
    ...options,
    width,
    marksHeight: Math.min(236, Math.round(0.6 * width)),
    x,
    y,
    grid: ["y"],
    inset: INSET,
    legend: options.legend === false ? [] : lineLegend(series),
    marks: [
      ...regionMarks(regions, x.domain, INSET),
      ...series.map((s, i) => seriesBand(s, color(s, i), clip)),
      ...ruleMarks(drawn),
      ...series.flatMap((s, i) => seriesLine(s, color(s, i), clip, options.id)),
    ],
    reserve: {
      right: levelsRoom(drawn, width),
      top: (across) => above(across).height + (filmAbove(across)?.height ?? 0),
    },
    beside: (layout) => {
      const across = layout.right - layout.left;
      const names = above(across);
      const film = filmAbove(across);
      const filmTop = layout.top - names.height - (film?.height ?? 0);
      const parts = [drawLevels(drawn, layout), names.draw(layout.left, layout.top)];
      return [...parts, film?.draw(layout.x.apply, filmTop)].filter(Boolean).join("\n");
    },
  });
}

/** The legend of these series, for charts that share it. Series without a name have no place in it. */
export function lineLegend(series: readonly Pick<Series, "name" | "dashed" | "color">[]): LegendItem[] {
  return series
    .map((s, i): LegendItem => ({ name: s.name, color: colorOf(s.color ?? i), mark: s.dashed ? "dashed" : "line" }))
    .filter((item) => item.name !== "");
}

/** Pixels between the axes and the outermost points. */
const INSET = 6;

/** Names of regions, then those of moments, each from the left, at their places between the ends of the x axis. */
function topTexts(
  rules: readonly Rule[],
  regions: readonly Region[],
  { domain, type }: NumberAxis & { readonly domain: readonly [number, number] },
  across: number,
) {
  const scale = type === "log" ? Math.log : (value: number) => value;
  const [low, high] = domain.map(scale);
  const at = (value: number) => INSET + ((scale(value) - low) / (high - low)) * (across - 2 * INSET);
  const stretches = regions.map(({ from, to, label }) => ({ text: label, at: (at(from) + at(to)) / 2 }));
  const moments = rules.flatMap(({ x, label }) => (x === undefined ? [] : [{ text: label, at: at(x) }]));
  const fromLeft = (a: { at: number }, b: { at: number }) => a.at - b.at;
  return [...stretches.sort(fromLeft), ...moments.sort(fromLeft)].filter(({ text }) => text !== "");
}

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
