/** All experiments, in the order of the papers, and how to find them. */
import { choose } from "../base/choose.ts";
import { trajectory } from "./concept/trajectory.ts";
import type { Experiment } from "./experiment.ts";
import { groupOf, type PresetName } from "./reproduce.ts";

export const experiments: readonly Experiment[] = [trajectory];

/** The experiments that a name stands for: one, or all of a group ("concept"). @throws UsageError with the nearest known name */
export function findExperiments(name: string): readonly Experiment[] {
  const table: Record<string, readonly Experiment[]> = {};
  for (const e of experiments) {
    table[e.id] = [e];
    table[groupOf(e)] = [...(table[groupOf(e)] ?? []), e];
  }
  return choose("experiment", name, table, "see `helmholtz list experiments`");
}

/** @throws UsageError with the nearest known name */
export function choosePreset(name: string): PresetName {
  return choose<PresetName>("--preset", name, { paper: "paper", quick: "quick", smoke: "smoke" });
}
