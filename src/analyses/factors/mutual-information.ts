import { type Codes, countsOf } from "./bins.ts";
import { type EntropyEstimator, plugInEntropy } from "./entropy.ts";

/**
 * Mutual information of two columns of classes or bins, nats: H(a) + H(b) − H(a, b). With plug-in entropies it is that
 * of the rows themselves; with Miller–Madow entropies the bias of a sample is corrected to first order, and it can fall
 * below 0.
 */
export function mutualInformation(a: Codes, b: Codes, entropy: EntropyEstimator = plugInEntropy): number {
  const pairs = { codes: a.codes.map((c, i) => c * b.size + b.codes[i]), size: a.size * b.size };
  return entropy(countsOf(a)) + entropy(countsOf(b)) - entropy(countsOf(pairs));
}
