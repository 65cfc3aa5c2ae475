/** Entropy in nats, estimated from how often each class was seen. */
export type EntropyEstimator = (counts: ArrayLike<number>) => number;

/**
 * −Σ p ln p of the shares themselves: exact for a whole population, too low by about (classes − 1)/2n for a sample of
 * n.
 */
export const plugInEntropy: EntropyEstimator = (counts) => {
  const { n, weighted } = sums(counts);
  return n > 0 ? Math.log(n) - weighted / n : 0;
};

/**
 * The above plus (K − 1)/2n, K the number of classes that were seen (Miller 1955; correction of first order in 1/n).
 */
export const millerMadowEntropy: EntropyEstimator = (counts) => {
  const { n, seen } = sums(counts);
  return n > 0 ? plugInEntropy(counts) + (seen - 1) / (2 * n) : 0;
};

/** Sample size, number of classes seen, and Σ c ln c. */
function sums(counts: ArrayLike<number>): { n: number; seen: number; weighted: number } {
  let [n, seen, weighted] = [0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    const c = counts[i];
    if (c === 0) continue;
    n += c;
    seen++;
    weighted += c * Math.log(c);
  }
  return { n, seen, weighted };
}
