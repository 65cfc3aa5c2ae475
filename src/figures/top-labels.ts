import { FAINT, lines, TICK_FONT } from "./svg.ts";
import { textWidth } from "./text-width.ts";

/** What stands above a place of the x axis. */
export interface TopLabel {
  readonly text: string;
  /** Pixels right of the y axis. */
  readonly at: number;
}

export interface TopLabels {
  /** Pixels, 0 without labels. */
  readonly height: number;
  /** SVG markup, its origin where the y axis ends at the top. */
  draw(left: number, top: number): string;
}

/**
 * Labels centred on their places, on as many lines as keep them apart: the first ones on the lowest line.
 * @param across pixels from the y axis to the right end of the x axis, which no label passes
 */
export function layOutTopLabels(labels: readonly TopLabel[], across: number): TopLabels {
  const rows: { readonly start: number; readonly end: number }[][] = [];
  const places = labels.map(({ text, at }) => {
    const width = textWidth(text, TICK_FONT);
    const start = Math.max(0, Math.min(at - width / 2, across - width));
    const free = rows.findIndex((row) =>
      row.every((other) => start >= other.end + 8 || other.start >= start + width + 8),
    );
    const row = free >= 0 ? free : rows.push([]) - 1;
    rows[row].push({ start, end: start + width });
    return { text, middle: start + width / 2, row };
  });
  return {
    height: rows.length > 0 ? rows.length * LINE + 2 : 0,
    draw: (left, top) =>
      places
        .map(({ text, middle, row }) => {
          const x = Number((left + middle).toFixed(2));
          return lines([text], x, top - 5 - row * LINE, LINE, { fill: FAINT, "text-anchor": "middle" });
        })
        .join("\n"),
  };
}

const LINE = 15;
