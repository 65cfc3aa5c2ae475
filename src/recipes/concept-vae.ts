import { z } from "zod";
import { vae } from "../models/vae.ts";
import { type ActivationName, activations } from "../nn/activations.ts";
import { type InitializerName, initializers } from "../nn/initializers.ts";
import { adamDefaults, dataSchema, namesOf, trainSchema } from "./config.ts";
import { recipe } from "./recipe.ts";

const size = z.int().min(1);

const schema = z.strictObject({
  model: z.strictObject({
    hidden: size,
    latent: size,
    samples: size,
    activation: z.enum(namesOf<ActivationName>(activations)),
    init: z.enum(namesOf<InitializerName>(initializers)),
    // Runs from before it had a weight are read as what they were.
    beta: z.number().positive().default(1),
  }),
  data: dataSchema,
  train: trainSchema,
});

type Config = z.infer<typeof schema>;

/** Nagano et al. §2.2 and §3.1; the rates and N_z are the paper's, batch and epochs a rate are ours. */
const paper: Config = {
  model: { hidden: 1024, latent: 100, samples: 2, activation: "tanh", init: "glorot-uniform", beta: 1 },
  data: { id: "mnist", trainLimit: null, testLimit: null },
  train: {
    batch: 100,
    epochs: 150,
    optimizer: adamDefaults,
    rate: { kind: "piecewise", rates: [5e-4, 1e-4, 5e-5], epochs: [50, 50, 50] },
    clip: null,
    evaluateEvery: 1,
    checkpointEvery: null,
    earlyStop: null,
    average: null,
  },
};

const quick: Config = {
  ...paper,
  train: { ...paper.train, epochs: 8, rate: { kind: "cosine", rate: 2e-3, floor: 0.01, warmup: 0 } },
};

const smoke: Config = {
  model: { ...paper.model, hidden: 64, latent: 10 },
  data: { id: "glyphs", trainLimit: 1000, testLimit: 200 },
  train: { ...quick.train, batch: 50, epochs: 2, checkpointEvery: 10 },
};

export const conceptVae = recipe<Config>({
  id: "concept/vae",
  title: "VAE for concept formation by repeated inference",
  source: { paper: "Nagano, Karakida & Okada, arXiv:1712.04195", part: "section 2, model of figs. 1–4" },
  about:
    "The variational autoencoder (one hidden layer on either side, Bernoulli pixels) whose repeated inference first approaches the " +
    "concept of a noisy digit and then a memory.",
  schema,
  presets: {
    paper: { note: "The paper's sizes and learning rates; 150 epochs.", config: paper },
    quick: {
      note: "The paper's network; 8 epochs with one falling learning rate (cosine from 2e-3) instead of 150 epochs at three rates.",
      config: quick,
    },
    smoke: { note: "64 hidden units, 10 latents, 1,000 generated glyphs, 2 epochs: for tests only.", config: smoke },
  },
  unstated: {
    batch: "100 images",
    epochs: "50 for each of the three learning rates",
    init: "Glorot uniform weights, zero biases",
    beta: "1, the weight of the KL term in eq. (5)",
  },
  targets: [
    {
      metric: "test.elbo",
      unit: "nats/image",
      preset: "quick",
      atLeast: -108,
      source: "same network in PyTorch, Adam 1e-3: −111 after 5 epochs, −106 after 10",
    },
  ],
  model: (config) => vae({ pixels: 784, ...config.model }),
});
