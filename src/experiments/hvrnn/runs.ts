import type { WantedRun } from "../../recipes/run-store.ts";
import type { TrainedRun } from "../experiment.ts";
import type { PresetName } from "../reproduce.ts";

const recipe = "hvrnn/moving-digit";

/** Trainings of the hierarchical network. */
export const hvrnnRuns = (preset: PresetName, seeds: readonly number[]): WantedRun[] =>
  seeds.map((seed) => ({ recipe, preset, seed }));

/** Trainings of one layer alone. */
export const vrnnRuns = (preset: PresetName, seeds: readonly number[]): WantedRun[] =>
  seeds.map((seed) => ({ recipe, preset, seed, set: ["model.kind=vrnn"] }));

/** Both kinds, as most experiments look at them: the hierarchical ones first. */
export const bothRuns = (preset: PresetName, seeds: readonly number[]): WantedRun[] => [
  ...hvrnnRuns(preset, seeds),
  ...vrnnRuns(preset, seeds),
];

/** "hvrnn" or "vrnn". */
export const kindOf = ({ run }: TrainedRun): string => run.model.name;

/** What the experiments of this paper say of it. */
export const paper =
  "Miyoshi, Arakawa & Yamakawa, Hierarchical variational recurrent autoencoder with top-down prediction, 2018";

/** What is shrunk in the presets of experiments that look at these networks. */
export const notes: Readonly<Record<PresetName, string>> = {
  paper: "Sizes and schedule of the authors' code; three trainings of either network that differ in the seed.",
  quick:
    "Both networks at half the resolution, a quarter of the maps and half the states, 19,600 updates, errors of features counted twice; three seeds of either.",
  smoke: "Tiny networks on generated glyphs, for tests.",
};

/** Minus the first layer's terms on the test set at a run's end, nats per sequence: a lower bound on log p of the frames; NaN for a run that has not ended. */
export function testBound({ run }: TrainedRun): number {
  const metrics = run.record.metrics?.["test"] ?? {};
  const term = (name: string): number => metrics[`${name}1`] ?? metrics[name] ?? Number.NaN;
  return -term("reconstruction") - term("kl");
}
