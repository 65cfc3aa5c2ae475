import { UsageError } from "../base/errors.ts";
import type { AxisText } from "./chart-frame.ts";
import { apart, niceDomain } from "./ticks.ts";

/** An axis of numbers. */
export interface NumberAxis extends AxisText {
  readonly type?: "linear" | "log";
  /** Lowest and highest value shown; marks beyond are cut off. All of the data unless given. */
  readonly domain?: readonly [number, number];
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
