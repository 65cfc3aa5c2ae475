import type { WantedRun } from "../../recipes/run-store.ts";
import type { TrainedRun } from "../experiment.ts";
import type { PresetName } from "../reproduce.ts";

/** Trainings of the VAE with N_z latents. */
export function vaeRuns(preset: PresetName, latents: readonly number[], seeds: readonly number[]): WantedRun[] {
  const usual = preset === "smoke" ? 10 : 100;
  return latents.flatMap((n) =>
    seeds.map((seed) => ({
      recipe: "concept/vae",
      preset,
      seed,
      ...(n !== usual && { set: [`model.latent=${n}`] }),
    })),
  );
}

/** The classifier that judges final states. */
export const classifierRun = (preset: PresetName): WantedRun => ({ recipe: "concept/classifier", preset, seed: 1 });

/** What the experiments of this paper say of it. */
export const paper = "Nagano, Karakida & Okada, arXiv:1712.04195";

/** What is shrunk in the presets of experiments that look at trained VAEs with N_z = 100. */
export const notes: Readonly<Record<PresetName, string>> = {
  paper: "The paper's network and learning rates; three trainings that differ in the seed.",
  quick: "The paper's network trained for 8 epochs, one seed.",
  smoke: "A small network on generated glyphs, for tests.",
};

/** ELBO of the test images at a run's end, nats per image; NaN for a run that has not ended. */
export const testElbo = ({ run }: TrainedRun): number => run.record.metrics?.["test"]?.["elbo"] ?? Number.NaN;
