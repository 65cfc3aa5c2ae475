import { reshape } from "../graph/ops/layout.ts";
import type { Value } from "../graph/value.ts";

/** A vector over channels as (channel, 1, …), which broadcasts against x (batch, channel, …). */
export function perChannel(v: Value, x: Value): Value {
  return x.shape.length === 2 ? v : reshape(v, [v.shape[0], ...x.shape.slice(2).map(() => 1)]);
}
