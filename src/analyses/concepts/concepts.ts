import { UsageError } from "../../base/errors.ts";
import { requireLength } from "../factors/factor.ts";
import { type Rows, rowCount } from "../rows.ts";

/** Centres of the labels' memories in the space of latents. */
export interface Concepts {
  /** ξ̄_num, [label][latent]. */
  readonly concepts: readonly Float64Array[];
  /** N_num, rows of each label. */
  readonly counts: Uint32Array;
}

/**
 * Concepts: ξ̄_num = (1/N_num) Σ_i ξ_num⁽ⁱ⁾, the mean of the memories of each label (Nagano et al., arXiv:1712.04195, eq. 8), where a memory
 * ξ⁽ⁱ⁾ = E_q(z|x⁽ⁱ⁾)[z] is the posterior mean of a clean training image (eq. 9).
 * @param memories (rows, latent)
 * @param labels   0…classes−1, one a row
 * @throws UsageError for a label that is none of these or that no row has; ShapeError unless there is a label for each row
 */
export function concepts(memories: Rows, labels: ArrayLike<number>, classes: number): Concepts {
  const { data, width } = memories;
  requireLength("labels of memories", labels, rowCount(memories));
  const sums = Array.from({ length: classes }, () => new Float64Array(width));
  const counts = new Uint32Array(classes);
  for (let row = 0; row < labels.length; row++) {
    const sum = sums[labels[row]];
    if (!sum) noSuchLabel(labels[row], classes);
    counts[labels[row]]++;
    for (let j = 0; j < width; j++) sum[j] += data[row * width + j];
  }
  const empty = counts.indexOf(0);
  if (empty >= 0) {
    throw new UsageError({
      where: "concepts",
      expected: `memories of all ${classes} labels`,
      got: `none of label ${empty}`,
      fix: "take more images",
    });
  }
  return { concepts: sums.map((sum, label) => sum.map((s) => s / counts[label])), counts };
}

/** Abstract concept: ξ̄_all, the mean of the concepts, each of equal weight however many memories it has (Nagano et al., eq. 12). */
export function abstractConcept(concepts: readonly ArrayLike<number>[]): Float64Array {
  if (concepts.length === 0) noCentre("none");
  const data = concepts.flatMap((c) => Array.from(c));
  return centroid({ data, width: concepts[0].length }, concepts.keys());
}

/**
 * Mean of some rows: the concept of any set of memories.
 * @param chosen numbers of the rows
 * @throws UsageError if there are none, or one of them does not exist
 */
export function centroid(rows: Rows, chosen: Iterable<number>): Float64Array {
  const { data, width } = rows;
  const [sum, n] = [new Float64Array(width), rowCount(rows)];
  let count = 0;
  for (const row of chosen) {
    if (!(Number.isInteger(row) && row >= 0 && row < n)) noCentre(`row ${row} of ${n}`);
    for (let j = 0; j < width; j++) sum[j] += data[row * width + j];
    count++;
  }
  return count > 0 ? sum.map((s) => s / count) : noCentre("none");
}

function noSuchLabel(label: number, classes: number): never {
  throw new UsageError({
    where: "concepts",
    expected: `labels 0…${classes - 1}`,
    got: `${label}`,
    fix: "give the number of classes, and each row's class",
  });
}

function noCentre(got: string): never {
  throw new UsageError({
    where: "centre of rows",
    expected: "at least one row, each one that exists",
    got,
    fix: "choose other rows",
  });
}
