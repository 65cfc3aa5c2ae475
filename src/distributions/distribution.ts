import { sum } from "../graph/ops/broadcast.ts";
import type { Value } from "../graph/value.ts";

/**
 * What all families share. Parameters have shape (…batch, event): the last axis is the event and its elements are independent;
 * densities, entropies and divergences are summed over it. Constants are kept, so that bounds compare across models. All in nats.
 */
export interface Distribution {
  /** E[x], of the event's shape. */
  readonly mean: Value;
  /** log p(x) → (…batch), nats. */
  logProb(x: Value): Value;
  /** A draw from given noise (which kind: `noise`), of the event's shape. */
  sample(noise: Value): Value;
  /** The noise that `sample` wants. */
  readonly noise: "normal" | "uniform";
  /** −E[log p(x)] → (…batch), nats. */
  entropy?(): Value;
}

/** Sums over the last axis. */
export function sumEvent(x: Value): Value {
  return sum(x, [-1]);
}
