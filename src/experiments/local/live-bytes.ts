import { sizeOf } from "../../base/shape.ts";
import type { Program } from "../../graph/compile.ts";
import { reachable, type Value } from "../../graph/value.ts";

/**
 * Bytes that a run of a program must hold at once at most: every value from where it is computed to its last use, what is fed from the
 * beginning to its last use, variables, constants and results throughout. Values are computed in the order of the graph. A runtime that
 * fuses operations needs less, one that pads or keeps buffers needs more; how it grows with a size is the graph's own.
 */
export function mostLiveBytes({ outputs, updates = [] }: Program): number {
  const results = [...Object.values(outputs), ...updates.map(([, next]) => next)];
  const nodes = reachable([...results, ...updates.map(([variable]) => variable)]);
  const end = nodes.length;
  const lastUse = new Map<Value, number>();
  for (const [i, { inputs }] of nodes.entries()) for (const value of inputs) lastUse.set(value, i);
  for (const value of results) lastUse.set(value, end);
  const change = new Float64Array(end + 2); // bytes more at each step
  for (const [i, { leaf, outputs: made }] of nodes.entries()) {
    const kept = leaf?.kind === "variable" || leaf?.kind === "constant";
    for (const value of made) {
      const bytes = sizeOf(value.shape) * (value.dtype === "f32" ? 4 : 1);
      change[leaf ? 0 : i] += bytes;
      change[(kept ? end : (lastUse.get(value) ?? i)) + 1] -= bytes;
    }
  }
  let [now, most] = [0, 0];
  for (const bytes of change) most = Math.max(most, (now += bytes));
  return most;
}
