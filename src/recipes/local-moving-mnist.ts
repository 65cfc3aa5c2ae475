import { z } from "zod";
import { rvae } from "../models/rvae.ts";
import { tvae } from "../models/tvae.ts";
import { adamDefaults, sequenceSchema } from "./config.ts";
import { frameTrainSchema, rvaeSchema } from "./local-models.ts";
import { nextFrameEvaluator } from "./next-frame-errors.ts";
import { recipe } from "./recipe.ts";

const size = z.int().min(1);

const schema = z.strictObject({
  /** σ_x is the rVAE's. */
  model: rvaeSchema.extend({ kind: z.enum(["rvae", "tvae"]) }),
  data: sequenceSchema.extend({
    id: z.enum(["moving-mnist", "moving-mnist-glyphs"]),
    /** Pixels a side of a frame. */
    side: size,
  }),
  train: frameTrainSchema,
});

type Config = z.infer<typeof schema>;

const paper: Config = {
  model: { kind: "rvae", hidden: 1024, latent: 128, activation: "silu", state: "mean", stateStd: 0.5 },
  data: {
    id: "moving-mnist",
    trainLimit: null,
    testLimit: 1000,
    length: 20,
    testLength: 20,
    sequences: 10_000,
    side: 64,
  },
  train: {
    batch: 100,
    epochs: 200,
    optimizer: adamDefaults,
    rate: { kind: "constant", rate: 1e-4 },
    clip: null,
    evaluateEvery: 20,
    checkpointEvery: null,
    earlyStop: null,
    average: null,
  },
};

const quick: Config = {
  model: { ...paper.model, hidden: 256, latent: 64 },
  data: { ...paper.data, testLimit: 100, sequences: 1000, side: 32 },
  train: {
    ...paper.train,
    batch: 50,
    epochs: 20,
    rate: { kind: "cosine", rate: 1e-3, floor: 0.02, warmup: 200 },
    evaluateEvery: 10,
  },
};

const smoke: Config = {
  model: { ...paper.model, hidden: 12, latent: 4 },
  data: {
    ...paper.data,
    id: "moving-mnist-glyphs",
    length: 6,
    testLength: 8,
    sequences: 8,
    testLimit: 4,
    side: 16,
  },
  train: { ...paper.train, batch: 4, epochs: 2, evaluateEvery: 1 },
};

export const localMovingMnist = recipe<Config>({
  id: "local/moving-mnist",
  title: "Moving digits, learned without back-propagation through time",
  source: {
    paper: "Abdulsalam & Makin, Learning recurrent models with temporally local rules",
    part: "Moving MNIST",
  },
  about:
    "Films of two digits that bounce off walls and pass through each other. A recurrent variational autoencoder learns the joint distribution " +
    "of each frame and the state before it, and is asked for the next frame by inferring the state's own frame anew; model.kind=tvae learns the " +
    "transition instead.",
  schema,
  presets: {
    paper: { note: "64 × 64 pixels, two digits, 20 frames; the poster gives no other size.", config: paper },
    quick: {
      note: "32 × 32 pixels, digits of 14 × 14, smaller networks, 8000 updates at a rate that falls from 1e-3.",
      config: quick,
    },
    smoke: {
      note: "16 × 16 pixels of generated glyphs, 8 sequences of 6 frames an epoch, 2 epochs: for tests only.",
      config: smoke,
    },
  },
  unstated: {
    networks:
      "dense, one hidden layer each, two in recognition: the rule of learning is in question, not the picture of a digit",
    sizes: "1024 hidden units, 128 latents, 10,000 fresh sequences an epoch",
    "σ_x of rvae": "0.5, given",
    frames: "Bernoulli pixels, grey levels read as their means",
  },
  targets: [],
  model: ({ model, data }) => {
    const config = { ...model, units: data.side ** 2, family: "bernoulli", init: "glorot-uniform" } as const;
    return model.kind === "rvae" ? rvae(config) : tvae(config);
  },
  evaluator: nextFrameEvaluator,
});
