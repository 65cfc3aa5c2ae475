/**
 * Discs of equal mass in a square box with a corner at the origin: no friction, elastic collisions, time in steps.
 * Positions and velocities are (ball, 2): x, y of the first ball, x, y of the second, …
 */
export interface BallsBox {
  /** Length of a side. */
  readonly side: number;
  /** Of every ball. */
  readonly radius: number;
  /** Steps from one frame to the next; each lasts 1/steps. */
  readonly steps: number;
}

/** The box of Sutskever's bouncing balls (Sutskever, Hinton & Taylor 2008, "The recurrent temporal restricted Boltzmann machine"; their public code). */
export const sutskeverBox: BallsBox = { side: 10, radius: 1.2, steps: 2 };

/** Positions, and velocities per frame, each (time, ball, 2). */
export interface BallsPath {
  readonly position: Float64Array;
  readonly velocity: Float64Array;
}

/**
 * The balls at `length` frames, the first of which is the start. The velocity of a frame is the one with which balls leave it.
 * @param position (ball, 2) at the start
 * @param velocity (ball, 2), box lengths a frame
 */
export function ballsPath(
  box: BallsBox,
  position: ArrayLike<number>,
  velocity: ArrayLike<number>,
  length: number,
): BallsPath {
  const [x, v] = [Float64Array.from(position), Float64Array.from(velocity)];
  const path = { position: new Float64Array(length * x.length), velocity: new Float64Array(length * x.length) };
  for (let t = 0; t < length; t++) {
    path.position.set(x, t * x.length);
    path.velocity.set(v, t * x.length);
    for (let s = 0; s < box.steps; s++) stepBalls(box, x, v);
  }
  return path;
}

/**
 * One step, in place: balls move; those beyond a wall turn inwards; then each pair that overlaps exchanges the velocities along
 * the line of its centres. Places are not corrected, so balls may lie a little beyond a wall, or overlap, for a step or two.
 */
export function stepBalls({ side, radius, steps }: BallsBox, x: Float64Array, v: Float64Array): void {
  for (let k = 0; k < x.length; k++) {
    x[k] += v[k] / steps;
    if (x[k] < radius) v[k] = Math.abs(v[k]);
    if (x[k] > side - radius) v[k] = -Math.abs(v[k]);
  }
  for (let i = 2; i < x.length; i += 2) for (let j = 0; j < i; j += 2) collide(x, v, i, j, 2 * radius);
}

/** Do the balls whose x lie at places i and j overlap? */
export function overlap(x: ArrayLike<number>, i: number, j: number, radius: number): boolean {
  return Math.hypot(x[i] - x[j], x[i + 1] - x[j + 1]) < 2 * radius;
}

function collide(x: Float64Array, v: Float64Array, i: number, j: number, diameter: number): void {
  const [dx, dy] = [x[i] - x[j], x[i + 1] - x[j + 1]];
  const distance = Math.hypot(dx, dy);
  if (distance >= diameter) return;
  const [nx, ny] = [dx / distance, dy / distance];
  const exchanged = (v[j] - v[i]) * nx + (v[j + 1] - v[i + 1]) * ny;
  v[i] += exchanged * nx;
  v[i + 1] += exchanged * ny;
  v[j] -= exchanged * nx;
  v[j + 1] -= exchanged * ny;
}
