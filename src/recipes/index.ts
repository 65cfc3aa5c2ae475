/** All recipes, and how to find one. */
import { choose } from "../base/choose.ts";
import { conceptClassifier } from "./concept-classifier.ts";
import { conceptVae } from "./concept-vae.ts";
import { hvrnnMovingDigit } from "./hvrnn-moving-digit.ts";
import { localBalls } from "./local-balls.ts";
import { localMovingMnist } from "./local-moving-mnist.ts";
import { localPpc } from "./local-ppc.ts";
import type { Preset, Recipe, RecipeConfig } from "./recipe.ts";

export const recipes: readonly Recipe[] = [
  conceptVae,
  conceptClassifier,
  localPpc,
  localBalls,
  localMovingMnist,
  hvrnnMovingDigit,
];

/** @throws UsageError with the nearest known name */
export function findRecipe(id: string): Recipe {
  return choose("recipe", id, Object.fromEntries(recipes.map((e) => [e.id, e])), "see `helmholtz list recipes`");
}

/** @throws UsageError with the nearest known name */
export function findPreset(e: Recipe, name: string): Preset<RecipeConfig> {
  return choose(`preset of ${e.id}`, name, e.presets);
}
