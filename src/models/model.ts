import type { Shape } from "../base/shape.ts";
import type { Distribution } from "../distributions/distribution.ts";
import type { Value } from "../graph/value.ts";

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
  readonly latents: readonly Latent[];
  readonly variables: readonly Value[];
  /** Recognition: x (batch, …observation) → q(z | x) for every latent. */
  infer?(x: Value): Beliefs;
  /** Generation: latents (batch, …) → p(x | z). */
  generate?(z: Latents): Distribution;
  /** The prior of every latent, for n examples: what sleep and sampling draw from. */
  prior?(n: number): Beliefs;
  /** What training minimises, term by term, each (batch), in nats per example. The loss is their sum. */
  loss?(x: Value): LossTerms;
}

/** Named terms, each (batch) nats. */
export type LossTerms = Readonly<Record<string, Value>>;
