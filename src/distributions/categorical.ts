import { mul, neg, sub } from "../graph/ops/arithmetic.ts";
import { equal, indicator } from "../graph/ops/compare.ts";
import { exp, log } from "../graph/ops/elementary.ts";
import { max } from "../graph/ops/extrema.ts";
import { logSoftmax } from "../graph/ops/softmax.ts";
import type { Value } from "../graph/value.ts";
import { type Distribution, sumEvent } from "./distribution.ts";

/** One of K classes by logits (…batch, K). Outcomes are one-hot vectors (…batch, K). */
export interface Categorical extends Distribution {
  /** log p of every class, normalised. */
  readonly logProbabilities: Value;
  entropy(): Value;
}

export function categorical(logits: Value): Categorical {
  const logProbabilities = logSoftmax(logits);
  const mean = exp(logProbabilities);
  return {
    mean,
    logProbabilities,
    noise: "uniform",
    logProb: (onehot) => sumEvent(mul(onehot, logProbabilities)),
    /**
     * The class with the largest log p − log(−log u) (the Gumbel-max trick); no gradient flows through. Two classes that tie in float32,
     * about one draw in a million, are both 1.
     */
    sample: (u) => {
      const score = sub(logProbabilities, log(neg(log(u))));
      return indicator(equal(score, max(score, [-1], true)));
    },
    entropy: () => neg(sumEvent(mul(mean, logProbabilities))),
  };
}

/** KL(q ‖ p) → (…batch), nats. */
export function klCategorical(q: Categorical, p: Categorical): Value {
  return sumEvent(mul(q.mean, sub(q.logProbabilities, p.logProbabilities)));
}
