/** Sides of a frame, px. */
export interface FrameSize {
  readonly height: number;
  readonly width: number;
}

/** A point of a frame, px from its left and upper border: the middle of the first pixel is at ½, ½. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Pixels of at least this grey level are ink, those below are haze. */
export const INK = 0.25;

/**
 * Centre of mass of a frame's ink, pixels weighted by their grey levels. Haze is left out: faint as it is, there are many pixels of it. A
 * frame without ink is weighed whole, and the middle of the frame stands for a black one.
 * @param frame (pixel) row by row, grey levels in [0, 1]
 */
export function centreOfMass(frame: ArrayLike<number>, size: FrameSize, ink = INK): Place {
  return weighed(frame, size, ink) ?? weighed(frame, size, 0) ?? { x: size.width / 2, y: size.height / 2 };
}

/** Of the pixels of at least this level; undefined if they weigh nothing. */
function weighed(frame: ArrayLike<number>, { width }: FrameSize, least: number): Place | undefined {
  let [mass, x, y] = [0, 0, 0];
  for (let p = 0; p < frame.length; p++) {
    const level = frame[p];
    if (level < least) continue;
    mass += level;
    x += level * ((p % width) + 0.5);
    y += level * (Math.floor(p / width) + 0.5);
  }
  return mass > 0 ? { x: x / mass, y: y / mass } : undefined;
}

/** From one place to another, px. */
export function distanceBetween(a: Place, b: Place): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
