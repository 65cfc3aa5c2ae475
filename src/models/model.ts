import type { Shape } from "../base/shape.ts";
import type { Categorical } from "../distributions/categorical.ts";
import type { Distribution } from "../distributions/distribution.ts";
import type { Value } from "../graph/value.ts";
import type { Phase } from "../nn/phase.ts";

/** A layer of inferred quantities. */
export interface Latent {
  readonly name: string;
  /** 1 is nearest the data. */
  readonly layer: number;
  /** Per example, without batch. */
  readonly shape: Shape;
  readonly kind: "stochastic" | "deterministic";
}

/** What a model reads: one example's shape, the range of its numbers, and words for people. */
export interface Observation {
  readonly shape: Shape;
  readonly range: readonly [low: number, high: number];
  readonly doc: string;
}

/** What supervision says of one example: a field of the data set, and words for people. */
export interface Target {
  readonly field: string;
  readonly shape: Shape;
  readonly doc: string;
}

/** Examples to learn from or to be scored on: x (batch, …observation), and target (batch, …) for a model that has one. */
export interface Batch {
  readonly x: Value;
  readonly target?: Value;
}

/** Beliefs about latents, by the latent's name. */
export type Beliefs = Readonly<Record<string, Distribution>>;

/** Values of latents, by the latent's name. */
export type Latents = Readonly<Record<string, Value>>;

/**
 * The contract that all models meet: they declare what they read, infer and own, and what they can do. Probes and
 * training ask for capabilities, never for a model's name. Every method builds a graph; nothing here computes.
 */
export interface Model {
  /** "vae", as in configs and files. */
  readonly name: string;
  /** The paper, with version and equation. */
  readonly source: string;
  readonly observation: Observation;
  /** What the model is taught; absent where it learns from observations alone. */
  readonly target?: Target;
  readonly latents: readonly Latent[];
  readonly variables: readonly Value[];
  /** Recognition: x (batch, …observation) → q(z | x) for every latent. */
  infer?(x: Value): Beliefs;
  /** Generation: latents (batch, …) → p(x | z). */
  generate?(z: Latents): Distribution;
  /** The prior of every latent, for n examples: what sleep and sampling draw from. */
  prior?(n: number): Beliefs;
  /** Discrimination: x (batch, …observation) → p(class | x), one-hot (batch, class). */
  classify?(x: Value): Categorical;
  /**
   * What training minimises, term by term, each (batch), in nats per example. The loss is their sum. With VariableUpdates for the
   * phase the model learns: dropout drops, and running statistics are noted there.
   */
  loss?(batch: Batch, phase: Phase): LossTerms;
  /** Name of minus the loss: "elbo", "log-likelihood". Nats per example; higher is better. Required where there is a loss. */
  readonly objective?: string;
  /** What is measured beside the loss when the model is evaluated, each (batch): 1 where a class is right, say. */
  scores?(batch: Batch): LossTerms;
}

/** Named terms, each (batch) nats. */
export type LossTerms = Readonly<Record<string, Value>>;
