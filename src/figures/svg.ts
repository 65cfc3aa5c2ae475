import { UsageError } from "../base/errors.ts";
import { element, escapeText } from "./escape.ts";

export interface SvgSize {
  /** Letters, digits, "-" and "_", a letter first. */
  readonly id: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/**
 * A figure: the outer element with its content.
 * @param name what it shows, for those who cannot see it
 * @throws UsageError as `checkId`
 */
export function svg({ id, width, height }: SvgSize, name: string, parts: readonly string[]): string {
  checkId(id);
  const values = {
    xmlns: "http://www.w3.org/2000/svg",
    id,
    class: id,
    role: "img",
    "aria-label": name,
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "font-family": FONT_FAMILY,
    "font-size": TICK_FONT,
    fill: INK,
    color: INK,
  };
  return `${element("svg", values, `\n${parts.filter(Boolean).join("\n")}\n`)}\n`;
}

/** Lines of text, one below the other, the first with its baseline at y. */
export function lines(
  texts: readonly string[],
  x: number,
  y: number,
  step: number,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return texts.map((text, i) => element("text", { x, y: y + i * step, ...values }, escapeText(text))).join("\n");
}

export const FONT_FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
export const INK = "#1f2328";
export const FAINT = "#59636e";
/** Size of tick labels, the smallest text of a chart, pixels. */
export const TICK_FONT = 12;
export const LABEL_FONT = 13;

/** @throws UsageError unless the id can be a class name and an XML id */
export function checkId(id: string): void {
  if (/^[A-Za-z][\w-]*$/.test(id)) return;
  throw new UsageError({
    where: "chart, id",
    expected: "letters, digits, - and _, a letter first",
    got: JSON.stringify(id),
    fix: "give the figure a short name that no other on the page has",
  });
}
