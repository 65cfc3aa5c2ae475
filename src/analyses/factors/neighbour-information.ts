import { type Stream, stream } from "../../base/random.ts";
import { classesOf, firstWhere } from "./bins.ts";
import { neighbourDistances } from "./nearest-neighbours.ts";

export interface NeighbourSettings {
  /** Neighbours that set the scale of each row (default 3). */
  readonly k?: number;
  /** Random numbers of the jitter: steps 0 and 1. */
  readonly stream?: Stream;
}

/**
 * Size of the noise that parts equal values, in standard deviations of the column (as Kraskov et al. 2004, §II,
 * advise).
 */
const JITTER = 1e-10;

/**
 * Mutual information of two continuous columns, nats, by the k nearest neighbours: ψ(k) + ψ(n) − ⟨ψ(n_x + 1) + ψ(n_y +
 * 1)⟩, with n_x and n_y the rows nearer in x (in y) than the k-th neighbour in the maximum norm (Kraskov, Stögbauer &
 * Grassberger 2004, "Estimating mutual information", Phys. Rev. E 69, 066138, eq. 8: their first estimator). Columns
 * are scaled to variance 1 first. 0 where one is constant.
 */
export function continuousInformation(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { k = 3, stream: random = stream(0, "neighbour-information") }: NeighbourSettings = {},
): number {
  const [a, b] = [scaledWithJitter(x, random, 0), scaledWithJitter(y, random, 1)];
  const n = x.length;
  if (!a || !b || n <= k) return 0;
  const radii = neighbourDistances(a, b, k);
  const [ψ, sortedA, sortedB] = [digammas(n), a.slice().sort(), b.slice().sort()];
  let sum = 0;
  for (let i = 0; i < n; i++) sum += ψ[countNearer(sortedA, a[i], radii[i])] + ψ[countNearer(sortedB, b[i], radii[i])];
  return ψ[k] + ψ[n] - sum / n;
}

/**
 * Mutual information of a column of classes and a continuous one, nats: ψ(n) + ⟨ψ(k_i)⟩ − ⟨ψ(n_c)⟩ − ⟨ψ(m)⟩, with n_c
 * the rows of the row's class, and m those of all classes that are nearer than its k-th neighbour of the same class,
 * itself included (Ross 2014, "Mutual information between discrete and continuous data sets", PLoS ONE 9(2): e87357).
 * k_i = min(k, n_c − 1); rows that are alone in their class are left out. 0 where the column is constant.
 */
export function classInformation(
  classes: ArrayLike<number>,
  values: ArrayLike<number>,
  { k = 3, stream: random = stream(0, "neighbour-information") }: NeighbourSettings = {},
): number {
  const { codes, size } = classesOf(classes);
  const scaled = scaledWithJitter(values, random, 0);
  if (!scaled) return 0;
  const members = Array.from({ length: size }, (): number[] => []);
  codes.forEach((c, i) => void members[c].push(scaled[i]));
  const kept = members.filter((m) => m.length > 1).map((m) => Float64Array.from(m).sort());
  const all = Float64Array.from(kept.flatMap((m) => [...m])).sort();
  const ψ = digammas(all.length);
  let sum = 0;
  for (const m of kept) {
    const neighbours = Math.min(k, m.length - 1);
    m.forEach((v, i) => {
      sum += ψ[neighbours] - ψ[m.length] - ψ[countNearer(all, v, neighbourDistance(m, i, neighbours))];
    });
  }
  return all.length > 0 ? ψ[all.length] + sum / all.length : 0;
}

/** ψ(0…n) at whole numbers: ψ(m) = −γ + Σ_{i<m} 1/i. There is none at 0. */
function digammas(n: number): Float64Array {
  const ψ = new Float64Array(n + 1).fill(Number.NaN);
  ψ[1] = -0.5772156649015329;
  for (let m = 1; m < n; m++) ψ[m + 1] = ψ[m] + 1 / m;
  return ψ;
}

/** The column with variance 1 and equal values parted; none for a constant one. */
function scaledWithJitter(values: ArrayLike<number>, random: Stream, step: number): Float64Array | undefined {
  const x = Float64Array.from(values);
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const std = Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length);
  if (x.every((v) => v === x[0])) return undefined;
  const noise = new Float64Array(x.length);
  random.normal(step, noise);
  return x.map((v, i) => (v - mean) / std + JITTER * noise[i]);
}

/**
 * Distance of sorted[i] to its k-th nearest other number. They lie within sorted[i − k … i + k], in a run of k + 1 that
 * has i in it.
 */
function neighbourDistance(sorted: Float64Array, i: number, k: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let first = Math.max(0, i - k); first <= i && first + k < sorted.length; first++) {
    least = Math.min(least, Math.max(sorted[i] - sorted[first], sorted[first + k] - sorted[i]));
  }
  return least;
}

/**
 * How many sorted numbers lie nearer to one of them than a radius, itself included. Differences are rounded as in the
 * radius itself.
 */
function countNearer(sorted: Float64Array, centre: number, radius: number): number {
  const first = firstWhere(sorted.length, (i) => centre - sorted[i] < radius);
  const end = firstWhere(sorted.length, (i) => sorted[i] - centre >= radius);
  return Math.max(1, end - first);
}
