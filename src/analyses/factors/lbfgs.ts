/** A smooth function to be minimised: returns its value at x and writes its gradient. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface MinimiseOptions {
  /** Pairs of steps kept (default 10). */
  readonly memory?: number;
  /** Largest entry of the gradient that ends the search (default 1e-6). */
  readonly tolerance?: number;
  /** Steps at most (default 1000). */
  readonly iterations?: number;
  /** Replaces v by P⁻¹ v, P about the second derivative up to a factor (default: P = I). */
  readonly precondition?: (v: Float64Array) => void;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  /** The largest entry of the gradient, in size. */
  readonly gradient: number;
}

/**
 * Minimises a smooth convex function by L-BFGS with backtracking steps (Liu & Nocedal 1989; Nocedal & Wright,
 * "Numerical Optimization", algorithm 7.4). Ends when no entry of the gradient exceeds the tolerance, or when no step
 * goes down any more in float64.
 */
export function minimise(
  objective: Objective,
  start: Float64Array,
  { memory = 10, tolerance = 1e-6, iterations = 1000, precondition = () => {} }: MinimiseOptions = {},
): Minimum {
  let [x, g] = [start.slice(), new Float64Array(start.length)];
  let value = objective(x, g);
  const pairs: Pair[] = [];
  for (let i = 0; i < iterations && size(g) > tolerance; i++) {
    const direction = descent(g, pairs, precondition);
    const slope = dot(direction, g);
    const [next, gNext] = [new Float64Array(x.length), new Float64Array(x.length)];
    let reached = Number.POSITIVE_INFINITY;
    let step = pairs.length === 0 ? 1 / Math.max(1, Math.sqrt(-slope)) : 1;
    for (let halvings = 0; halvings < 60; halvings++, step /= 2) {
      for (let j = 0; j < x.length; j++) next[j] = x[j] + step * direction[j];
      reached = objective(next, gNext);
      if (reached <= value + 1e-4 * step * slope) break;
    }
    if (!(reached < value)) {
      if (pairs.length === 0) break;
      pairs.length = 0; // once more along the gradient itself
      continue;
    }
    const s = next.map((v, j) => v - x[j]);
    const y = gNext.map((v, j) => v - g[j]);
    const curvature = dot(s, y);
    if (curvature > 1e-12 * dot(y, y)) pairs.push({ s, y, curvature });
    if (pairs.length > memory) pairs.shift();
    [x, g, value] = [next, gNext, reached];
  }
  return { x, value, gradient: size(g) };
}

/** A step s, the change y of the gradient along it, and s·y. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly curvature: number;
}

/** −H g by the two-loop recursion, which starts from H = P⁻¹, scaled to fit the last step. */
function descent(g: Float64Array, pairs: readonly Pair[], precondition: (v: Float64Array) => void): Float64Array {
  const d = g.map((v) => -v);
  const alphas = new Float64Array(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    alphas[i] = dot(pairs[i].s, d) / pairs[i].curvature;
    addTimes(d, pairs[i].y, -alphas[i]);
  }
  precondition(d);
  const last = pairs.at(-1);
  if (last) {
    const image = last.y.slice();
    precondition(image);
    const scale = last.curvature / dot(last.y, image);
    for (let j = 0; j < d.length; j++) d[j] *= scale;
  }
  pairs.forEach(({ s, y, curvature }, i) => void addTimes(d, s, alphas[i] - dot(y, d) / curvature));
  return d;
}

function addTimes(x: Float64Array, y: Float64Array, factor: number): void {
  for (let j = 0; j < x.length; j++) x[j] += factor * y[j];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

const size = (g: Float64Array): number => g.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
