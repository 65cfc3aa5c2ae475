import type { FrameAxis } from "./chart-frame.ts";
import { TICK_FONT } from "./svg.ts";
import { textWidth } from "./text-width.ts";
import { formatLogTicks, formatTicks, linearTicks, logTicks } from "./ticks.ts";

export interface Ticks {
  readonly values: readonly number[];
  readonly labels: readonly string[];
  /** Names that only fit when turned. */
  readonly upright?: boolean;
}

/**
 * As many ticks as fit without their labels touching.
 * @param length of the axis, pixels
 */
export function ticksOf(axis: FrameAxis, length: number, side: "x" | "y"): Ticks {
  if ("names" in axis) return nameTicks(axis.names, length, side);
  const [low, high] = axis.domain;
  for (let count = Math.max(3, Math.floor(length / (side === "x" ? 60 : 36))); ; count--) {
    const values = axis.type === "log" ? logTicks(low, high, count) : linearTicks(low, high, count, axis.whole);
    const labels = axis.type === "log" ? formatLogTicks(values) : formatTicks(values);
    const room = side === "x" ? widest(labels) + 12 : TICK_FONT + 6;
    if (count <= 2 || values.length * room <= length) return { values, labels };
  }
}

function nameTicks(names: readonly string[], length: number, side: "x" | "y"): Ticks {
  const band = length / names.length;
  const upright =
    side === "x" && widest(names) + 6 > band && band >= TICK_FONT + 3 && names.some((n) => !/^\d+$/.test(n));
  const room = side === "x" && !upright ? widest(names) + 8 : TICK_FONT + 3;
  const every = Math.max(1, Math.ceil(room / band)); // thin out what would touch
  const first = Number(names[0]);
  const counted = names.every((name, i) => /^\d+$/.test(name) && Number(name) === first + i);
  const step = counted ? roundStep(every) : every;
  const values = names.map((_, i) => i).filter((i) => (counted ? first + i : i) % step === 0);
  return { values, labels: values.map((i) => names[i]), upright };
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function roundStep(least: number): number {
  for (let power = 1; ; power *= 10) {
    const step = [power, 2 * power, 5 * power].find((s) => s >= least);
    if (step !== undefined) return step;
  }
}

/** Width of the widest of some tick labels, pixels. */
export function widest(texts: readonly string[]): number {
  return Math.ceil(Math.max(0, ...texts.map((text) => textWidth(text, TICK_FONT))));
}
