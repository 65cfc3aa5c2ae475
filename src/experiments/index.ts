/** All experiments, and how to find one. */
import { choose } from "../base/choose.ts";
import { conceptVae } from "./concept-vae.ts";
import type { Experiment, ExperimentConfig, Preset } from "./experiment.ts";

export const experiments: readonly Experiment[] = [conceptVae];

/** @throws UsageError with the nearest known name */
export function findExperiment(id: string): Experiment {
  return choose(
    "experiment",
    id,
    Object.fromEntries(experiments.map((e) => [e.id, e])),
    "see `helmholtz list experiments`",
  );
}

/** @throws UsageError with the nearest known name */
export function findPreset(e: Experiment, name: string): Preset<ExperimentConfig> {
  return choose(`preset of ${e.id}`, name, e.presets);
}
