import { sigmoid, softplus } from "../graph/ops/activations.ts";
import { add, mul, sub } from "../graph/ops/arithmetic.ts";
import { greater, indicator } from "../graph/ops/compare.ts";
import type { Value } from "../graph/value.ts";
import { type Distribution, sumEvent } from "./distribution.ts";

/** Independent Bernoulli variables by their logits l = log p/(1 − p), (…batch, event). */
export interface Bernoulli extends Distribution {
  readonly logits: Value;
  entropy(): Value;
}

export function bernoulli(logits: Value): Bernoulli {
  const mean = sigmoid(logits);
  return {
    mean,
    logits,
    noise: "uniform",
    // x·log σ(l) + (1 − x)·log(1 − σ(l)) is 0·(−∞) = NaN for x = 1 once σ(l) rounds to 1 (l ≳ 17).
    // The same quantity, finite for every logit; x may be any intensity in [0, 1]:
    logProb: (x) => sumEvent(sub(mul(x, logits), softplus(logits))),
    /** 1 where u < p, u uniform; no gradient flows through. */
    sample: (u) => indicator(greater(mean, u)),
    /** Σ [softplus(l) − l·σ(l)] */
    entropy: () => sumEvent(sub(softplus(logits), mul(logits, mean))),
  };
}

/** KL(q ‖ p) of Bernoulli vectors → (…batch), nats: Σ [σ(l_q)(l_q − l_p) + softplus(l_p) − softplus(l_q)]. */
export function klBernoulli(q: Bernoulli, p: Bernoulli): Value {
  const gap = sub(softplus(p.logits), softplus(q.logits));
  return sumEvent(add(mul(q.mean, sub(q.logits, p.logits)), gap));
}
