import { sizeOf } from "../base/shape.ts";
import type { Compiled } from "../graph/compile.ts";
import type { Feeds } from "./session.ts";

/** Arrays for everything that is fed to so many runs: the same ones at every call, as fresh memory costs as much as filling it. */
export function keptPlaces({ inputs, noise }: Compiled): (runs: number) => readonly Feeds[] {
  const kept: Feeds[] = [];
  return (runs) => {
    while (kept.length < runs) {
      kept.push(Object.fromEntries([...inputs, ...noise].map((p) => [p.name, new Float32Array(sizeOf(p.shape))])));
    }
    return kept.slice(0, runs);
  };
}
