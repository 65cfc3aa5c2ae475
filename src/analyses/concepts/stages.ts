import { UsageError } from "../../base/errors.ts";

/** What trajectories come nearest to; stages I, II and III of the paper. */
export type Attractor = "memory" | "concept" | "abstract";

/** Mean minimum distances (eq. 13) at each noise level. */
export interface StageCurves extends Readonly<Record<Attractor, ArrayLike<number>>> {
  /** Noise levels, rising. */
  readonly p: ArrayLike<number>;
}

/** Another attractor becomes the nearest. */
export interface StageChange {
  readonly p: number;
  readonly from: Attractor;
  readonly to: Attractor;
  /** `from` is not the nearest again before two noise levels have passed. */
  readonly lasting: boolean;
}

/** Which attractor is the nearest at which noise. */
export interface Stages {
  /** At each noise level; of equally near ones the more detailed (memory, concept, abstract). */
  readonly nearest: readonly Attractor[];
  /** All changes, by rising p. */
  readonly changes: readonly StageChange[];
  /** p of the first lasting change from memory to concept (I → II); null if there is none. */
  readonly memoryToConcept: number | null;
  /** p of the first lasting change from concept to abstract concept (II → III); null if there is none. */
  readonly conceptToAbstract: number | null;
  /** One of the two changes happens more than once: the curves cross again, and the numbers above are only the first lasting ones. */
  readonly repeated: boolean;
}

const attractors: readonly Attractor[] = ["memory", "concept", "abstract"];

/**
 * Stages of repeated inference by noise: the attractor with the least mean minimum distance, and where it changes, by straight lines between
 * noise levels (Nagano et al., arXiv:1712.04195, fig. 4 and §3.2).
 * @throws UsageError unless noise levels rise, and each has three finite distances
 */
export function stages(curves: StageCurves): Stages {
  check(curves);
  const p = Array.from(curves.p);
  const pieces = nearestPieces(curves);
  const changes = pieces.slice(1).map(({ begin, nearest: to }, i): StageChange => {
    const from = pieces[i].nearest;
    const second = p[p.findIndex((level) => level > begin) + 1] ?? p[p.length - 1];
    const back = pieces.some((later) => later.nearest === from && later.begin > begin && later.begin < second);
    return { p: begin, from, to, lasting: !back };
  });
  const those = (from: Attractor, to: Attractor): StageChange[] =>
    changes.filter((c) => c.from === from && c.to === to);
  const [toConcept, toAbstract] = [those("memory", "concept"), those("concept", "abstract")];
  const firstLasting = (list: StageChange[]): number | null => list.find((c) => c.lasting)?.p ?? null;
  return {
    nearest: p.map((_, i) => nearestOf((a) => curves[a][i])),
    changes,
    memoryToConcept: firstLasting(toConcept),
    conceptToAbstract: firstLasting(toAbstract),
    repeated: toConcept.length > 1 || toAbstract.length > 1,
  };
}

/** From this noise on, up to the next piece's, one attractor is the nearest. */
interface Piece {
  readonly begin: number;
  readonly nearest: Attractor;
}

/** The lower envelope of the three curves. */
function nearestPieces(curves: StageCurves): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i + 1 < curves.p.length; i++) {
    const cuts = [0, ...crossings(curves, i), 1];
    for (let k = 0; k + 1 < cuts.length; k++) {
      const nearest = nearestOf((a) => between(curves[a], i, (cuts[k] + cuts[k + 1]) / 2));
      if (pieces.at(-1)?.nearest !== nearest) pieces.push({ begin: between(curves.p, i, cuts[k]), nearest });
    }
  }
  return pieces;
}

/** The value a share of the way from entry i to the next. */
function between(values: ArrayLike<number>, i: number, share: number): number {
  return values[i] * (1 - share) + values[i + 1] * share;
}

/** Where two of the three lines between levels i and i + 1 cross, as shares of the way, rising. */
function crossings(curves: StageCurves, i: number): number[] {
  const pairs = [
    ["memory", "concept"],
    ["concept", "abstract"],
    ["memory", "abstract"],
  ] as const;
  return pairs
    .flatMap(([a, b]) => {
      const [before, after] = [curves[a][i] - curves[b][i], curves[a][i + 1] - curves[b][i + 1]];
      return before * after < 0 ? [before / (before - after)] : [];
    })
    .sort((s, t) => s - t);
}

function nearestOf(distance: (a: Attractor) => number): Attractor {
  return attractors.reduce((best, a) => (distance(a) < distance(best) ? a : best));
}

function check(curves: StageCurves): void {
  const p = Array.from(curves.p);
  const levels = p.length > 0 && p.every((level, i) => Number.isFinite(level) && (i === 0 || level > p[i - 1]));
  const odd = attractors.find((a) => curves[a].length !== p.length || !Array.from(curves[a]).every(Number.isFinite));
  if (levels && odd === undefined) return;
  throw new UsageError({
    where: "stages of repeated inference",
    expected: "rising noise levels, and for each of them three finite distances",
    got: levels ? `${curves[odd!].length} of ${odd}, for ${p.length} levels` : `levels ${p.join(", ")}`,
    fix: "sort the levels and leave incomplete ones out",
  });
}
