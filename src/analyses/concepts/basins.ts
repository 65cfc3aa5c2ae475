import { UsageError } from "../../base/errors.ts";
import { requireLength } from "../factors/factor.ts";
import type { Rows } from "../rows.ts";
import { distancesToEach } from "./distances.ts";

/** Where trials of repeated inference end. */
export interface Basins {
  /** The concept nearest to each trial's last state; of equally near ones the first. */
  readonly nearest: Uint32Array;
  /** Numbers of trials, [label at the start][nearest concept at the end]. */
  readonly counts: readonly Uint32Array[];
  /** Share of all trials that end nearest the concept of their own label. */
  readonly stayed: number;
  /** The same for each label; NaN for one without trials. */
  readonly stayedOf: Float64Array;
}

/**
 * Assigns the last states z(T) of repeated inference to the nearest concept by Euclidean distance: how many trials stay with their label, and
 * where the others go. An extension of Nagano et al. (arXiv:1712.04195, appendix B), who ask a classifier instead.
 * @param last     z(T), (trials, latent)
 * @param labels   label of the image that each trial began with
 * @param concepts ξ̄ by label (eq. 8), [label][latent]
 * @throws UsageError for a label without concept, or no trials; ShapeError unless there is one label a trial, and concepts have the latents' width
 */
export function basins(last: Rows, labels: ArrayLike<number>, concepts: readonly ArrayLike<number>[]): Basins {
  const toEach = distancesToEach(last, concepts);
  const trials = toEach[0]?.length ?? 0;
  requireLength("labels of trials", labels, trials);
  const counts = concepts.map(() => new Uint32Array(concepts.length));
  const nearest = Uint32Array.from({ length: trials }, (_, trial) =>
    toEach.reduce((best, d, label) => (d[trial] < toEach[best][trial] ? label : best), 0),
  );
  nearest.forEach((end, trial) => {
    const row = counts[labels[trial]];
    if (!row) refuse(`label ${labels[trial]}`);
    row[end]++;
  });
  if (trials === 0) refuse("no trials");
  const own = counts.reduce((sum, row, label) => sum + row[label], 0);
  const stayedOf = Float64Array.from(counts, (row, label) => row[label] / row.reduce((a, b) => a + b, 0));
  return { nearest, counts, stayed: own / trials, stayedOf };
}

function refuse(got: string): never {
  throw new UsageError({
    where: "basins of concepts",
    expected: "trials whose labels have a concept",
    got,
    fix: "give one concept for each label",
  });
}
