/** A column as whole numbers: the class or bin of each row. */
export interface Codes {
  /** 0…size−1, one a row. */
  readonly codes: Uint32Array;
  readonly size: number;
}

/** Classes numbered by increasing value. */
export function classesOf(values: ArrayLike<number>): Codes {
  const distinct = [...new Set(Array.from(values))].sort((a, b) => a - b);
  const number = new Map(distinct.map((v, i) => [v, i]));
  return { codes: Uint32Array.from(Array.from(values), (v) => number.get(v)!), size: distinct.length };
}

/**
 * Bins for n rows: ⌊n^⅓⌋, at least 2. The bias of mutual information between two binned columns, (bins − 1)²/2n, then
 * falls as n^−⅓/2, and bins become finer as n grows.
 */
export function binCount(n: number): number {
  return Math.max(2, Math.floor(Math.cbrt(n) + 1e-9));
}

/**
 * Bins of equal counts: bin ⌊bins · (r + ½)/n⌋ for the rank r = 0…n−1. Equal values share their mean rank, hence their
 * bin, so counts differ and bins may be empty where values repeat. Only the order of values counts.
 */
export function equalCountBins(values: ArrayLike<number>, bins = binCount(values.length)): Codes {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const codes = Uint32Array.from(Array.from(values), (v) => {
    const twiceMidRank = firstNotBelow(sorted, v) + firstAbove(sorted, v); // 2r + 1
    return Math.floor((bins * twiceMidRank) / (2 * n));
  });
  return { codes, size: bins };
}

/** How many rows each code has. */
export function countsOf({ codes, size }: Codes): Uint32Array {
  const counts = new Uint32Array(size);
  for (const c of codes) counts[c]++;
  return counts;
}

function firstNotBelow(sorted: Float64Array, v: number): number {
  return firstWhere(sorted.length, (i) => sorted[i] >= v);
}

function firstAbove(sorted: Float64Array, v: number): number {
  return firstWhere(sorted.length, (i) => sorted[i] > v);
}

/** The first of 0…n−1 for which a test holds that, once true, stays true; n if there is none. */
export function firstWhere(n: number, test: (i: number) => boolean): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
