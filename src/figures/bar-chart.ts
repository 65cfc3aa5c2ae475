import * as Plot from "@observablehq/plot";
import { UsageError } from "../base/errors.ts";
import { type AxisText, type ChartOptions, drawFrame, type FrameAxis } from "./chart-frame.ts";
import { domainOf, type NumberAxis, nothing } from "./domain.ts";
import { colorOf } from "./palette.ts";
import { INK } from "./svg.ts";
import { textWidth } from "./text-width.ts";
import { niceDomain } from "./ticks.ts";

export interface Bar {
  /** What the bar stands for, on the axis of names. Bars of one name stand side by side. */
  readonly name: string;
  readonly value: number;
  /** Ends of an error bar, in units of the value. */
  readonly low?: number;
  readonly high?: number;
  /** Index into `groups`, 0 unless given. */
  readonly group?: number;
}

export interface BarChartOptions extends ChartOptions {
  readonly bars: readonly Bar[];
  /** Names of the colours in the legend; none for bars of one kind. */
  readonly groups?: readonly string[];
  /** Numbers of the groups' colours in the palette (default: those of the groups). */
  readonly colors?: readonly number[];
  /** The axis of names. */
  readonly names: AxisText;
  /** The axis of values; bars begin at 0, or at the edge of a domain that leaves 0 out. */
  readonly value: NumberAxis & { readonly type?: "linear" };
}

/**
 * Bars that stand if each name fits below its bar, and lie otherwise.
 * @throws UsageError if there are none, one is not finite, or two share both name and group
 */
export function barChart(options: BarChartOptions): string {
  const { bars, groups = [], id } = options;
  const colorOfGroup = (group: number): string => colorOf(options.colors?.[group] ?? group);
  checkBars(bars, groups);
  const names = [...new Set(bars.map((bar) => bar.name))];
  const kinds = Math.max(1, ...bars.map((bar) => (bar.group ?? 0) + 1));
  const width = options.width ?? 640;
  const stands = names.every((name) => textWidth(name, 12) + 12 < (0.8 * width) / names.length);

  const reach = bars.flatMap((bar) => [bar.value, bar.low ?? bar.value, bar.high ?? bar.value]);
  const [low, high] = domainOf("value", options.value, [0, ...reach], "exact");
  const domain = options.value.domain ?? niceDomain(low, high, 6);
  const base = Math.min(Math.max(0, domain[0]), domain[1]);
  const bandAxis: FrameAxis = { ...options.names, names };
  const valueAxis: FrameAxis = { ...options.value, domain };

  // Name i is the band around i; bars take four fifths of it, shared among the kinds.
  const clip = options.value.domain !== undefined;
  const share = 0.8 / kinds;
  const from = (bar: Bar) => names.indexOf(bar.name) - 0.4 + share * (bar.group ?? 0);
  const across = { from: (bar: Bar) => from(bar) + 0.02, to: (bar: Bar) => from(bar) + share - 0.02 };
  const style = { fill: (bar: Bar) => colorOfGroup(bar.group ?? 0), clip, className: `${id}-bars` };
  const whisker = { stroke: INK, strokeWidth: 1.5, clip, className: `${id}-errors` };
  const uncertain = bars.filter((bar) => bar.low !== undefined && bar.high !== undefined);
  const middle = (bar: Bar) => from(bar) + share / 2;
  const marks = stands
    ? [
        Plot.rect(bars, { ...style, x1: across.from, x2: across.to, y1: () => base, y2: "value" }),
        Plot.ruleX(uncertain, { ...whisker, x: middle, y1: "low", y2: "high" }),
      ]
    : [
        Plot.rect(bars, { ...style, y1: across.from, y2: across.to, x1: () => base, x2: "value" }),
        Plot.ruleY(uncertain, { ...whisker, y: middle, x1: "low", x2: "high" }),
      ];
  return drawFrame({
    ...options,
    width,
    marksHeight: stands ? 236 : names.length * Math.max(28, 18 * kinds + 10),
    x: stands ? bandAxis : valueAxis,
    y: stands ? valueAxis : bandAxis,
    grid: [stands ? "y" : "x"],
    legend:
      options.legend === false
        ? []
        : groups.map((name, g) => ({ name, color: colorOfGroup(g), mark: "square" as const })),
    marks,
  });
}

function checkBars(bars: readonly Bar[], groups: readonly string[]): void {
  if (bars.length === 0) nothing("barChart, bars", "at least one bar", "none");
  const seen = new Set<string>();
  for (const { name, value, group = 0 } of bars) {
    if (!Number.isFinite(value)) nothing(`barChart, bar "${name}"`, "a finite value", String(value));
    if (group > 0 && groups[group] === undefined) {
      nothing(`barChart, groups`, "a name for each group", `a bar of group ${group}, and ${groups.length} names`);
    }
    const key = `${group} ${name}`;
    if (seen.has(key)) {
      throw new UsageError({
        where: `barChart, bar "${name}"`,
        expected: "one bar for each name and group",
        got: "two",
        fix: "number the groups, or name the bars apart",
      });
    }
    seen.add(key);
  }
}
