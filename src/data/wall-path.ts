/** One frame later: the place, the velocity per frame, and the wall that was hit on the way: −1 the lesser, 1 the greater, 0 none. */
export interface WallStep {
  readonly place: number;
  readonly velocity: number;
  readonly bounce: -1 | 0 | 1;
}

/** What becomes of something that moves along a line between walls at `least` and `greatest`. */
export type WallRule = (place: number, velocity: number, least: number, greatest: number) => WallStep;

/** A step that would pass a wall is taken backwards instead. No wall is ever passed if they are two steps apart or more. */
export const turnBack: WallRule = (place, velocity, least, greatest) => {
  const next = place + velocity;
  const bounce = next < least ? -1 : next > greatest ? 1 : 0;
  return bounce === 0 ? { place: next, velocity, bounce } : { place: place - velocity, velocity: -velocity, bounce };
};

/** A step that reaches or passes a wall ends there, and the next leads back. */
export const stopAtWall: WallRule = (place, velocity, least, greatest) => {
  const next = place + velocity;
  if (next <= least) return { place: least, velocity: -velocity, bounce: -1 };
  if (next >= greatest) return { place: greatest, velocity: -velocity, bounce: 1 };
  return { place: next, velocity, bounce: 0 };
};

/** Places and bounces, each (time). A bounce is marked on the first frame after it; the first frame, the start, has none. */
export interface WallPath {
  readonly places: Float64Array;
  readonly bounces: Int8Array;
}

/** `length` frames of a path along a line, the first of them at `start`. */
export function wallPath(
  rule: WallRule,
  start: number,
  velocity: number,
  least: number,
  greatest: number,
  length: number,
): WallPath {
  const path = { places: new Float64Array(length).fill(start), bounces: new Int8Array(length) };
  let step: WallStep = { place: start, velocity, bounce: 0 };
  for (let t = 1; t < length; t++) {
    step = rule(step.place, step.velocity, least, greatest);
    path.places[t] = step.place;
    path.bounces[t] = step.bounce;
  }
  return path;
}
