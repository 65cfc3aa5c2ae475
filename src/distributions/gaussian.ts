import { add, div, mul, square, sub } from "../graph/ops/arithmetic.ts";
import { exp } from "../graph/ops/elementary.ts";
import type { Value } from "../graph/value.ts";
import { type Distribution, sumEvent } from "./distribution.ts";

/** ½ log 2π */
const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);

/** Diagonal Gaussian with mean μ and logarithm of the variance log σ², both (…batch, event). */
export interface Gaussian extends Distribution {
  readonly logVariance: Value;
  /** Standard deviation σ. */
  readonly std: Value;
  entropy(): Value;
}

/** N(μ, σ²) from μ and log σ²: any real log σ² is a valid variance, which is why networks put it out. */
export function gaussian(mean: Value, logVariance: Value): Gaussian {
  const std = exp(mul(logVariance, 0.5));
  return {
    mean,
    logVariance,
    std,
    noise: "normal",
    /** log N(x; μ, σ²) = −½ Σ [(x − μ)²/σ² + log σ² + log 2π] */
    logProb: (x) =>
      sumEvent(sub(mul(-0.5, add(mul(square(sub(x, mean)), exp(mul(logVariance, -1))), logVariance)), HALF_LOG_2PI)),
    /** μ + σ·ε, ε ~ N(0, I): differentiable in μ and σ (Kingma & Welling 2014, §2.4). */
    sample: (eps) => add(mean, mul(std, eps)),
    /** ½ Σ [log σ² + log 2π + 1] */
    entropy: () => sumEvent(add(mul(0.5, logVariance), HALF_LOG_2PI + 0.5)),
  };
}

/**
 * KL(q ‖ p) of two diagonal Gaussians → (…batch), nats; p = N(0, I) if left out:
 * ½ Σ [log σp² − log σq² + (σq² + (μq − μp)²)/σp² − 1].
 */
export function klGaussian(q: Gaussian, p?: Gaussian): Value {
  if (!p) return sumEvent(mul(0.5, sub(add(square(q.mean), exp(q.logVariance)), add(q.logVariance, 1))));
  const variances = exp(sub(q.logVariance, p.logVariance)); // σq²/σp², without dividing
  const shift = div(square(sub(q.mean, p.mean)), exp(p.logVariance));
  return sumEvent(mul(0.5, sub(add(add(sub(p.logVariance, q.logVariance), variances), shift), 1)));
}
