/** All probes, and how to find one. */
import { choose } from "../base/choose.ts";
import { classifiedEndsProbe } from "./classified-ends.ts";
import { conceptsProbe } from "./concepts.ts";
import { decodingProbe } from "./decoding.ts";
import { eventsProbe } from "./events.ts";
import { factorsProbe } from "./factors.ts";
import { noiseStagesProbe } from "./noise-stages.ts";
import type { Probe } from "./probe.ts";
import { repeatedInferenceProbe } from "./repeated-inference.ts";
import { rolloutProbe } from "./rollout.ts";
import { suppressionProbe } from "./suppression.ts";
import { tracesProbe } from "./traces.ts";

/** A probe whose options and result only it knows. */
// biome-ignore lint/suspicious/noExplicitAny: options and result belong together within each probe
export type AnyProbe = Probe<any, any>;

export const probes: readonly AnyProbe[] = [
  repeatedInferenceProbe,
  conceptsProbe,
  noiseStagesProbe,
  classifiedEndsProbe,
  tracesProbe,
  factorsProbe,
  eventsProbe,
  decodingProbe,
  rolloutProbe,
  suppressionProbe,
];

/** @throws UsageError with the nearest known name */
export function findProbe(id: string): AnyProbe {
  return choose("probe", id, Object.fromEntries(probes.map((p) => [p.id, p])), "see `helmholtz list probes`");
}
