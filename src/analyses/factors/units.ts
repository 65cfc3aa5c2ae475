import { UsageError } from "../../base/errors.ts";
import type { Stream } from "../../base/random.ts";

/**
 * Rows of each unit of observation, in their order. Rows of one unit (frames of one sequence) depend on each other, so
 * folds and resamples take units whole.
 * @param units the number of each row's unit; any numbers, equal within a unit
 * @returns     one list of rows for each unit, units in the order of their first rows
 */
export function rowsOfUnits(units: ArrayLike<number>): Uint32Array[] {
  const lists = new Map<number, number[]>();
  for (let row = 0; row < units.length; row++) {
    const list = lists.get(units[row]);
    if (list) list.push(row);
    else lists.set(units[row], [row]);
  }
  return [...lists.values()].map((list) => Uint32Array.from(list));
}

/**
 * Splits rows into folds by whole units, dealt out in random order; folds differ by at most one unit.
 * @returns the fold of each row, 0…folds−1
 * @throws UsageError if there are fewer units than folds, or fewer folds than `least`
 */
export function foldsOfUnits(units: ArrayLike<number>, folds: number, stream: Stream, least = 2): Uint32Array {
  const lists = rowsOfUnits(units);
  if (!(folds >= least) || lists.length < folds) {
    throw new UsageError({
      where: "folds",
      expected: `${least} folds or more, at most the ${lists.length} units`,
      got: `${folds}`,
      fix: "take fewer folds or more units",
    });
  }
  const fold = new Uint32Array(units.length);
  stream.permutation(0, lists.length).forEach((unit, place) => {
    for (const row of lists[unit]) fold[row] = place % folds;
  });
  return fold;
}

/**
 * For a null distribution: rows in an order in which whole units have changed places, each keeping its inner order.
 * What is then found between latents and the factors of other units is the bias that dependence within units causes.
 * @param step another order for each step of the stream
 * @returns    for each row, the row whose factors it takes
 * @throws UsageError unless all units have the same number of rows
 */
export function permutedUnits(units: ArrayLike<number>, stream: Stream, step = 0): Uint32Array {
  const lists = rowsOfUnits(units);
  const odd = lists.find((l) => l.length !== lists[0].length);
  if (odd) {
    throw new UsageError({
      where: "permuted units",
      expected: `units of ${lists[0].length} rows each`,
      got: `one of ${odd.length}`,
      fix: "leave incomplete units out",
    });
  }
  const from = new Uint32Array(units.length);
  stream.permutation(step, lists.length).forEach((other, unit) => {
    lists[unit].forEach((row, t) => void (from[row] = lists[other][t]));
  });
  return from;
}
