import type { Axis, Shape } from "../base/shape.ts";
import type { Categorical } from "../distributions/categorical.ts";
import type { Distribution } from "../distributions/distribution.ts";
import type { Value } from "../graph/value.ts";
import type { Phase, VariableUpdates } from "../nn/phase.ts";
import type { Intervention } from "./interventions.ts";

export type { Intervention } from "./interventions.ts";

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
  /** For a model of frames, a scalar: 1 where x is the first frame of new sequences, else 0. */
  readonly begins?: Value;
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
  /** What a model of sequences shows while it infers and predicts; x (batch, time, …). */
  trace?(x: Value, options?: TraceOptions): Trace;
  /** Discrimination: x (batch, …observation) → p(class | x), one-hot (batch, class). */
  classify?(x: Value): Categorical;
  /**
   * What training minimises, term by term, each (batch), in nats per example. The loss is their sum. With VariableUpdates for the
   * phase the model learns: dropout drops, and running statistics are noted there.
   */
  loss?(batch: Batch, phase: Phase): LossTerms;
  /** Name of minus the loss: "elbo", "log-likelihood". Nats per example; higher is better. Required where there is a loss. */
  readonly objective?: string;
  /**
   * How a model learns that follows a rule of its own instead of the gradient of a loss. What it carries from step to step, a
   * recurrent state say, is a variable made here, whose next value goes to `updates`.
   */
  learn?(batch: Batch, updates: VariableUpdates): Learned;
  /** True: the model observes sequences one frame at a time, in their order. The observation is then a frame. */
  readonly frames?: boolean;
  /** Inference along a sequence, frame by frame. */
  readonly filter?: Filter;
  /** What is measured beside the loss when the model is evaluated, each (batch): 1 where a class is right, say. */
  scores?(batch: Batch): LossTerms;
}

/** How a model of sequences is watched. */
export interface TraceOptions {
  /** Frames that are seen, the first ones (default: all). For each later one, latents come from the prior, and the prediction is fed back. */
  readonly observed?: number;
  /** Switches on the model, for this trace only. */
  readonly interventions?: readonly Intervention[];
  /** True: latents are drawn, with the noise of the model's loss; false (default): they are the means of their distributions. */
  readonly sample?: boolean;
}

/**
 * Sequences (batch, time, …) by name. Of layer l: "z<l>" as used, "z<l>/mean" and "z<l>/std" of what it was taken from (the posterior, or
 * the prior of frames not seen), "prior<l>/mean" and "prior<l>/std", and "h<l>", the state after each frame. Of the frames, their means:
 * "prediction" p(x_t | x_<t), from the prior, and "reconstruction", from "z<l>".
 */
export type Trace = Readonly<Record<string, Value>>;

/** Named terms, each (batch) nats. */
export type LossTerms = Readonly<Record<string, Value>>;

/** What a learning rule gives. */
export interface Learned {
  /** For each parameter that learns, the direction that optimisers take for a gradient: they go against it. */
  readonly gradients: ReadonlyMap<Value, Value>;
  /** What is watched while the model learns, each (batch), lower being better. */
  readonly terms: LossTerms;
}

/** How a model takes in a sequence. */
export interface Filter {
  /** Shapes of what is carried from frame to frame, by name, without batch; 0 before the first frame. */
  readonly states: Readonly<Record<string, Shape>>;
  /** Takes in a frame y_t (batch, …): the states after it, and p(y_t | what is believed after it). */
  step(frame: Value, states: Latents): { readonly states: Latents; readonly reconstruction: Distribution };
  /** p(y_t | states after y_{t−1}), of which the mean is the prediction. A model that draws for it takes noise "predict/…". */
  predict?(states: Latents, options: PredictionOptions): Distribution;
}

/** How a frame is predicted. */
export interface PredictionOptions {
  /** Sequences side by side; models without states could not tell. */
  readonly batch: Axis;
  /** Turns of Gibbs sampling, for models that predict by it. */
  readonly turns: number;
}
