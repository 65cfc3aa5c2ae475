import type { PenLine } from "./glyph-ink.ts";
import type { PenStroke, Point, Template } from "./glyph-strokes.ts";

/** Rows and columns of a glyph's picture. */
export const glyphSide = 28;

/** The chances of one act of writing. */
export interface Hand {
  /** At least 7 uniform numbers in (0, 1). */
  readonly u: ArrayLike<number>;
  /** Standard normal numbers, some 60 for the longest digit; cut at ±2 so that no digit becomes another. */
  readonly normal: ArrayLike<number>;
}

/**
 * Writes a template by hand: unsteady points, loops of other proportions, a smooth warp, slant, turn, stretch and size, a pen of
 * some width pressed unevenly, strokes that begin or end a little early or late.
 * @returns lines in pixels; the digit's longer side is 20 to 24 of 28 pixels with the palest ink, its centre of mass near the middle
 */
export function write(template: Template, hand: Hand): PenLine[] {
  const { u, normal } = hand;
  let used = 0;
  const next = (sd: number): number => sd * Math.max(-2, Math.min(2, normal[used++ % normal.length]));

  const turn = next(0.12);
  const slant = 0.14 + next(0.24);
  const stretch = Math.exp(next(0.2));
  const waist = next(0.06); // moves the middle of the digit up or down
  const lean = next(0.05); // moves it to the side
  const waves = Array.from({ length: 3 }, (_, k) => ({
    x: next(0.036) / (1 + k),
    y: next(0.036) / (1 + k),
    kx: 0.6 + 0.5 * k + next(0.2),
    ky: 0.9 - 0.2 * k + next(0.2),
    phase: next(3),
  }));
  const warp = ([x, y]: Point): Point => {
    let wx = x + lean * Math.sin(Math.PI * y);
    let wy = y + waist * Math.sin(Math.PI * y);
    for (const w of waves) {
      const s = Math.sin(2 * Math.PI * (w.kx * x + w.ky * y) + w.phase);
      wx += w.x * s;
      wy += w.y * s;
    }
    const sx = (wx - 0.5) * stretch - (wy - 0.5) * slant;
    return [sx * Math.cos(turn) - (wy - 0.5) * Math.sin(turn), sx * Math.sin(turn) + (wy - 0.5) * Math.cos(turn)];
  };

  let [ex, ey] = [0, 0];
  // Errors of neighbouring points go together: a hand drifts, it does not tremble.
  const jitter = (p: Point): Point => {
    [ex, ey] = [0.6 * ex + next(0.015), 0.6 * ey + next(0.015)];
    return [p[0] + ex, p[1] + ey];
  };
  const polylines = template.map((stroke) =>
    flatten(loosenEnds(unsteady(stroke, jitter), next(0.035), next(0.035))).map(warp),
  );
  const radius = 0.5 * 1.6 * (3.6 / 1.6) ** u[3];
  const place = placement(polylines, 20 + 4 * u[0], 1.3 * radius + 1, next(0.75), next(0.75));
  return polylines.map((line) => {
    const points = new Float64Array(2 * line.length);
    const radii = new Float64Array(line.length);
    line.forEach((p, i) => {
      const [x, y] = place(p);
      points[2 * i] = x;
      points[2 * i + 1] = y;
      const along = i / (line.length - 1);
      const pressure = 1 + 0.28 * u[4] * Math.sin(2 * Math.PI * (along * (0.5 + 1.5 * u[5]) + u[6]));
      radii[i] = Math.max(0.45, radius * pressure);
    });
    return { points, radii };
  });
}

/** Moves every point a little; a corner, which two arcs share, moves as one. */
function unsteady(stroke: PenStroke, jitter: (p: Point) => Point): Point[][] {
  let corner: Point | undefined;
  return stroke.map((arc) => {
    const moved = arc.map((p, i) => (i === 0 && corner ? corner : jitter(p)));
    corner = moved.at(-1);
    return moved;
  });
}

/** Lets the pen touch down and lift off early (negative: late, or past its aim), by a distance along the line. */
function loosenEnds(stroke: Point[][], early: number, late: number): Point[][] {
  const first = stroke[0];
  const last = stroke.at(-1)!;
  first[0] = beyond(first[1], first[0], early);
  last[last.length - 1] = beyond(last.at(-2)!, last.at(-1)!, late);
  return stroke;
}

function beyond([x0, y0]: Point, [x1, y1]: Point, by: number): Point {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const more = Math.max(-0.5, by / length);
  return [x1 + (x1 - x0) * more, y1 + (y1 - y0) * more];
}

/** Smooth arcs to one polyline. */
function flatten(stroke: readonly (readonly Point[])[]): Point[] {
  const line: Point[] = [stroke[0][0]];
  for (const arc of stroke) {
    for (let i = 0; i + 1 < arc.length; i++) {
      const [a, b, c, d] = [arc[Math.max(0, i - 1)], arc[i], arc[i + 1], arc[Math.min(arc.length - 1, i + 2)]];
      const pieces = arc.length === 2 ? 2 : 5;
      for (let k = 1; k <= pieces; k++) line.push(catmullRom(a, b, c, d, k / pieces));
    }
  }
  return line;
}

/** The cubic through b (t = 0) and c (t = 1) whose slopes there are (c − a)/2 and (d − b)/2. */
function catmullRom(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  const one = (j: 0 | 1): number =>
    b[j] +
    0.5 * t * (c[j] - a[j] + t * (2 * a[j] - 5 * b[j] + 4 * c[j] - d[j] + t * (3 * (b[j] - c[j]) + d[j] - a[j])));
  return [one(0), one(1)];
}

/**
 * The map from the writing plane to pixels: centre of mass to the picture's middle plus an offset, but not over its edge.
 * @param size longer side of the digit with its ink
 * @param ink  how far ink reaches from the line
 */
function placement(
  lines: readonly (readonly Point[])[],
  size: number,
  ink: number,
  offsetX: number,
  offsetY: number,
): (p: Point) => Point {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  let [mass, mx, my] = [0, 0, 0];
  for (const line of lines) {
    for (let i = 0; i < line.length; i++) {
      const [x, y] = line[i];
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      if (i === 0) continue;
      const [x0, y0] = line[i - 1];
      const length = Math.hypot(x - x0, y - y0);
      mass += length;
      mx += (length * (x + x0)) / 2;
      my += (length * (y + y0)) / 2;
    }
  }
  const scale = (size - 2 * ink) / Math.max(right - left, bottom - top, 0.3);
  const inside = (shift: number, low: number, high: number): number =>
    Math.max(1 + ink - low * scale, Math.min(glyphSide - 1 - ink - high * scale, shift));
  const shiftX = inside(glyphSide / 2 + offsetX - (mx / mass) * scale, left, right);
  const shiftY = inside(glyphSide / 2 + offsetY - (my / mass) * scale, top, bottom);
  return ([x, y]) => [x * scale + shiftX, y * scale + shiftY];
}
