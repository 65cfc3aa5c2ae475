/** All experiments, in the order of the papers, and how to find them. */
import { choose } from "../base/choose.ts";
import { generalization } from "./concept/generalization.ts";
import { geometry } from "./concept/geometry.ts";
import { klWeight } from "./concept/kl-weight.ts";
import { latentSize } from "./concept/latent-size.ts";
import { noise } from "./concept/noise.ts";
import { otherData } from "./concept/other-data.ts";
import { switching } from "./concept/switching.ts";
import { trajectory } from "./concept/trajectory.ts";
import type { Experiment } from "./experiment.ts";
import { decoding } from "./hvrnn/decoding.ts";
import { movingDigit } from "./hvrnn/moving-digit.ts";
import { suppression } from "./hvrnn/suppression.ts";
import { balls } from "./local/balls.ts";
import { cost } from "./local/cost.ts";
import { movingMnistFilms } from "./local/moving-mnist.ts";
import { ppc } from "./local/ppc.ts";
import { groupOf, type PresetName } from "./reproduce.ts";

export const experiments: readonly Experiment[] = [
  trajectory,
  geometry,
  noise,
  latentSize,
  generalization,
  switching,
  otherData,
  klWeight,
  movingDigit,
  decoding,
  suppression,
  ppc,
  balls,
  movingMnistFilms,
  cost,
];

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
