import type { z } from "zod";
import type { Dataset, Split } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import type { Runtime } from "../runtime/session.ts";
import type { Evaluator } from "../training/evaluate.ts";
import type { DataConfig, TrainConfig } from "./config.ts";

/** What every recipe's configuration has. */
export interface RecipeConfig {
  readonly model: Readonly<Record<string, unknown>>;
  readonly data: DataConfig;
  readonly train: TrainConfig;
}

/** A named size of a recipe. */
export interface Preset<C> {
  /** What was shrunk against the paper, and why that still shows the effect. */
  readonly note: string;
  readonly config: C;
}

/** A number to reach. */
export interface Target {
  /** As in results: "test.elbo". */
  readonly metric: string;
  readonly unit: string;
  readonly preset: string;
  /** The least (or largest) value that counts as reached. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Who says so. */
  readonly source: string;
}

/** A training of one of the papers' systems, as data: sizes, presets, what the paper leaves open, what is to be reached. */
export interface Recipe<C extends RecipeConfig = RecipeConfig> {
  /** "concept/vae" */
  readonly id: string;
  readonly title: string;
  readonly source: { readonly paper: string; readonly part: string };
  /** A paragraph for `helmholtz list` and the run's README. */
  readonly about: string;
  readonly schema: z.ZodType<C>;
  /** `paper`: the paper's sizes, exactly. `quick`: the same effect in minutes. `smoke`: for tests. */
  readonly presets: Readonly<Record<"paper" | "quick" | "smoke", Preset<C>>>;
  /** Our choices where the paper is silent. */
  readonly unstated: Readonly<Record<string, string>>;
  readonly targets: readonly Target[];
  readonly model: (config: C) => Model;
  /** Opens what scores parameters by measures of the recipe's own. Where it is absent, the model's loss is averaged. */
  readonly evaluator?: (parts: EvaluationParts) => Promise<Evaluator>;
}

/** What a recipe's own evaluator has to go by. */
export interface EvaluationParts {
  readonly model: Model;
  readonly dataset: Dataset;
  readonly split: Split;
  /** The field that the model observes. */
  readonly field: string;
  readonly runtime: Runtime;
  readonly threads: number;
  readonly seed: number;
}

/** Ties the parts of a recipe together, so that the compiler checks them against each other. */
export function recipe<C extends RecipeConfig>(definition: Recipe<C>): Recipe {
  return definition as unknown as Recipe;
}
