import { z } from "zod";
import { hvrnn } from "../models/hvrnn.ts";
import { vrnn } from "../models/vrnn.ts";
import { type InitializerName, initializers } from "../nn/initializers.ts";
import { adamDefaults, filmSchema, namesOf, trainSchema } from "./config.ts";
import { recipe } from "./recipe.ts";

const size = z.int().min(1);

const schema = z.strictObject({
  model: z.strictObject({
    kind: z.enum(["hvrnn", "vrnn"]),
    /** Maps of every convolution. */
    channels: size,
    /** Size of the states, and of dense layers. */
    hidden: size,
    /** Latents of a layer. */
    latent: size,
    recurrence: z.enum(["tanh", "gru"]),
    init: z.enum(namesOf<InitializerName>(initializers)),
    /** Weight of the KL terms. */
    beta: z.number().positive(),
    /** Number of layers (hvrnn). */
    layers: size,
    /** What a layer hears from the state above it (hvrnn). */
    topDown: z.enum(["to-prior", "concat", "add", "gated-add"]),
    /** Whether the error of a prior leaves the state above it unchanged (hvrnn). */
    stopTopDownGradient: z.boolean(),
    /** σ of a layer's maps, given the state and latents of the layer above (hvrnn). */
    featureStd: z.number().positive(),
  }),
  data: filmSchema,
  train: trainSchema,
});

type Config = z.infer<typeof schema>;

/** Sizes of the authors' implementation; 1072 epochs of 1400 updates are its 1.5 million. */
const paper: Config = {
  model: {
    kind: "hvrnn",
    channels: 64,
    hidden: 256,
    latent: 16,
    recurrence: "tanh",
    init: "glorot-uniform",
    beta: 1,
    layers: 3,
    topDown: "to-prior",
    stopTopDownGradient: false,
    featureStd: 1,
  },
  data: { id: "moving-digit", trainLimit: null, testLimit: null, length: 20, side: 64, films: 14_000 },
  train: {
    batch: 10,
    epochs: 1072,
    optimizer: adamDefaults,
    rate: { kind: "constant", rate: 1e-4 },
    clip: null,
    evaluateEvery: 10,
    checkpointEvery: null,
    earlyStop: null,
    average: null,
  },
};

const quick: Config = {
  // With σ = 1 the errors of so few maps are not worth a nat to layer 2, which then tells nothing after the first frame.
  model: { ...paper.model, channels: 16, hidden: 128, featureStd: 0.7 },
  data: { ...paper.data, side: 32, testLimit: 1000 },
  train: {
    ...paper.train,
    batch: 20,
    epochs: 28,
    rate: { kind: "cosine", rate: 1e-3, floor: 0.1, warmup: 0 },
    clip: 1000,
    evaluateEvery: 4,
  },
};

const smoke: Config = {
  model: { ...paper.model, channels: 2, hidden: 12, latent: 3 },
  data: { id: "moving-digit-glyphs", trainLimit: null, testLimit: 30, length: 8, side: 16, films: 40 },
  train: { ...quick.train, batch: 10, epochs: 2, evaluateEvery: 1, checkpointEvery: 3 },
};

export const hvrnnMovingDigit = recipe<Config>({
  id: "hvrnn/moving-digit",
  title: "Hierarchical VRNN of a digit that bounces off walls",
  source: {
    paper: "Miyoshi, Arakawa & Yamakawa, Hierarchical variational recurrent autoencoder with top-down prediction, 2018",
    part: "Experiments; sizes of github.com/miyosuda/hvrnn",
  },
  about:
    "Layers of variational recurrent networks watch a digit move over a canvas. Each reads the features of the layer below, and predicts that " +
    "layer's latents from its own state; so what is predicted from above need not be kept below. model.kind=vrnn is one such layer alone " +
    "(Chung et al. 2015).",
  schema,
  presets: {
    paper: { note: "Sizes and schedule of the authors' code: 64 × 64 pixels, 1.5 million updates.", config: paper },
    quick: {
      note:
        "32 × 32 pixels, 16 maps instead of 64, states of 128 instead of 256; 19,600 updates at a rate that falls from 1e-3 to 1e-4 " +
        "instead of 1.5 million at 1e-4; errors of features cost twice as much (σ = 0.7), as there are fewer. The same layers, latents and scene " +
        "at half the resolution.",
      config: quick,
    },
    smoke: {
      note: "16 × 16 pixels, 2 maps, states of 12, 40 sequences of 8 frames of generated glyphs, 2 epochs: for tests only.",
      config: smoke,
    },
  },
  unstated: {
    init: "Glorot uniform weights, zero biases",
    "test data": "5,000 sequences of test images (the authors draw all from the training images)",
  },
  targets: [],
  model: ({ model: { kind, layers, topDown, stopTopDownGradient, featureStd, ...sizes }, data }) => {
    const config = { ...sizes, side: data.side, steps: data.length };
    return kind === "vrnn" ? vrnn(config) : hvrnn({ ...config, layers, topDown, stopTopDownGradient, featureStd });
  },
});
