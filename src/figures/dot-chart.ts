import * as Plot from "@observablehq/plot";
import { UsageError } from "../base/errors.ts";
import { type AxisText, type ChartOptions, drawFrame } from "./chart-frame.ts";
import { domainOf, type NumberAxis, nothing } from "./domain.ts";
import { colorOf } from "./palette.ts";
import { FAINT } from "./svg.ts";

/** One value of a name. */
export interface Dot {
  readonly name: string;
  readonly value: number;
  /** Index into `groups`. */
  readonly group: number;
}

/** Dots of one kind. */
export interface DotGroup {
  /** In the legend. */
  readonly name: string;
  /** "square" for what is a reference beside the dots. Default "dot". */
  readonly mark?: "dot" | "square";
}

export interface DotChartOptions extends ChartOptions {
  /** Names stand below each other, in the order in which they first come. */
  readonly dots: readonly Dot[];
  readonly groups: readonly DotGroup[];
  readonly names: AxisText;
  readonly value: NumberAxis;
  /** Lines across all names, explained in the legend. */
  readonly levels?: readonly { readonly value: number; readonly label: string }[];
}

/**
 * Values by name, every one a dot: groups in lanes of their own, one below the other within the name.
 * @throws UsageError if there are none, or one is not finite or has no group
 */
export function dotChart(options: DotChartOptions): string {
  const { dots, groups, levels = [], id, width = 640 } = options;
  if (dots.length === 0) nothing("dotChart, dots", "at least one dot", "none");
  for (const { name, value, group } of dots) {
    if (!Number.isFinite(value)) nothing(`dotChart, dot of "${name}"`, "a finite value", String(value));
    if (groups[group] !== undefined) continue;
    throw new UsageError({
      where: "dotChart, groups",
      expected: "a name for each group",
      got: `a dot of group ${group}, and ${groups.length} names`,
      fix: "number the groups from 0 and name each",
    });
  }
  const names = [...new Set(dots.map((dot) => dot.name))];
  const values = [...dots.map((dot) => dot.value), ...levels.map((level) => level.value)];
  const domain = domainOf("value", options.value, values, "exact");
  const lane = ({ name, group }: Dot): number => names.indexOf(name) + 0.7 * ((group + 0.5) / groups.length - 0.5);
  const clip = options.value.domain !== undefined;
  const of = (mark: "dot" | "square") => dots.filter(({ group }) => (groups[group].mark ?? "dot") === mark);
  const style = { x: "value", y: lane, fill: ({ group }: Dot) => colorOf(group), clip };
  return drawFrame({
    ...options,
    width,
    marksHeight: Math.max(48, names.length * Math.max(26, 11 * groups.length + 8)),
    x: { ...options.value, domain },
    y: { ...options.names, names },
    grid: ["x"],
    inset: 8,
    legend:
      options.legend === false
        ? []
        : [
            ...groups.map(({ name, mark = "dot" }, g) => ({ name, color: colorOf(g), mark })),
            ...levels.map(({ label }) => ({ name: label, color: FAINT, mark: "rule" as const })),
          ],
    marks: [
      Plot.ruleX(levels, { x: "value", stroke: FAINT, strokeWidth: 1.25, strokeDasharray: "2 3", clip }),
      Plot.dot(of("dot"), { ...style, r: 3.5, fillOpacity: 0.75, className: `${id}-dots` }),
      Plot.dot(of("square"), { ...style, r: 3.5, symbol: "square", className: `${id}-squares` }),
    ],
  });
}
