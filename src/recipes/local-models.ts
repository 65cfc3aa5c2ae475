import { z } from "zod";
import { activations } from "../nn/activations.ts";
import { namesOf, trainSchema } from "./config.ts";

const size = z.int().min(1);

/** What a frame leaves for the next one. */
const state = z.enum(["mean", "sample"]);

/** Settings of the models that learn by contrastive divergence. */
export const harmoniumSchema = z.strictObject({
  kind: z.enum(["order-zero", "refh", "trbm", "rtrbm"]),
  hidden: size,
  /** Turns of Gibbs sampling, k of CD-k. */
  turns: size,
  /** Heeded by refh and trbm. */
  state,
  /** Standard deviation of the first weights. */
  spread: z.number().positive(),
  /** What the rule has of hidden units under the data: the chain's first draw, or its mean. The RTRBM's has the mean. */
  positive: z.enum(["sample", "mean"]).default("sample"),
  /** Mean of a frame's units in the data, which their biases start from; null: biases start at 0. */
  frameMean: z.number().positive().nullable().default(null),
});

/** Settings of the TVAE. */
export const tvaeSchema = z.strictObject({
  kind: z.literal("tvae"),
  /** Units of every hidden layer. */
  hidden: size,
  /** Size of what is inferred, and of the state. */
  latent: size,
  activation: z.enum(namesOf(activations)),
  state,
});

/** Settings of the rVAE. */
export const rvaeSchema = tvaeSchema.extend({
  kind: z.literal("rvae"),
  /** σ_x: how precisely a state must be told by the next, where latents have variance 1. */
  stateStd: z.number().positive(),
});

/** Training frame by frame: what a frame is worth depends on the state before it, so that there is no loss of examples by themselves to stop by. */
export const frameTrainSchema = trainSchema.extend({ earlyStop: z.null() });
