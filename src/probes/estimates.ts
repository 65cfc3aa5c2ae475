import type { Estimate } from "../analyses/mean-course.ts";

/** "3.41 [3.20, 3.63]" */
export function withInterval({ value, low, high }: Estimate, digits = 2): string {
  return `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

/** The first, the middle and the last of so many times. */
export function shownTimes(times: number): number[] {
  return [...new Set([0, Math.floor((times - 1) / 2), times - 1])];
}
