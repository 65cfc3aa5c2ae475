/** All experiments, and how to find one. */
import { nearest, UsageError } from "../base/errors.ts";
import { conceptVae } from "./concept-vae.ts";
import type { Experiment, ExperimentConfig, Preset } from "./experiment.ts";

export const experiments: readonly Experiment[] = [conceptVae];

/** @throws UsageError with the nearest known name */
export function findExperiment(id: string): Experiment {
  return pick(
    "experiment",
    id,
    Object.fromEntries(experiments.map((e) => [e.id, e])),
    "see `helmholtz list experiments`",
  );
}

/** @throws UsageError with the nearest known name */
export function findPreset(e: Experiment, name: string): Preset<ExperimentConfig> {
  return pick(`preset of ${e.id}`, name, e.presets, "choose one of these");
}

function pick<T>(what: string, name: string, from: Readonly<Record<string, T>>, fix: string): T {
  if (Object.hasOwn(from, name)) return from[name];
  const near = nearest(name, Object.keys(from));
  throw new UsageError({
    where: what,
    expected: `one of ${Object.keys(from).join(", ")}`,
    got: `"${name}"`,
    fix: near ? `did you mean "${near}"` : fix,
  });
}
