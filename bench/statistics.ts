/** Minimum, median and maximum. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const s = [...values].sort((x, y) => x - y);
  const middle = s.length >> 1;
  return { min: s[0], median: s.length % 2 ? s[middle] : (s[middle - 1] + s[middle]) / 2, max: s[s.length - 1] };
}

/** The n-th root of the product: the mean that suits ratios. Undefined for no values. */
export function geometricMean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);
}
