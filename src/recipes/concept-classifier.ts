import { z } from "zod";
import { classifier } from "../models/classifier.ts";
import { type InitializerName, initializers } from "../nn/initializers.ts";
import { adamDefaults, dataSchema, namesOf, trainSchema } from "./config.ts";
import { recipe } from "./recipe.ts";

const size = z.int().min(1);
const rate = z.number().min(0).lt(1);

const schema = z.strictObject({
  model: z.strictObject({
    filters: z.tuple([size, size]),
    hidden: size,
    dropout: z.tuple([rate, rate]),
    init: z.enum(namesOf<InitializerName>(initializers)),
  }),
  data: dataSchema,
  train: trainSchema,
});

type Config = z.infer<typeof schema>;

const paper: Config = {
  model: { filters: [32, 64], hidden: 128, dropout: [0.25, 0.5], init: "glorot-uniform" },
  data: { id: "mnist", trainLimit: null, testLimit: null },
  train: {
    batch: 128,
    epochs: 20,
    optimizer: adamDefaults,
    rate: { kind: "cosine", rate: 1e-3, floor: 0.01, warmup: 0 },
    clip: null,
    evaluateEvery: 1,
    checkpointEvery: null,
    earlyStop: null,
    average: null,
  },
};

const quick: Config = { ...paper, train: { ...paper.train, epochs: 3 } };

const smoke: Config = {
  model: { filters: [4, 8], hidden: 16, dropout: [0.25, 0.5], init: "glorot-uniform" },
  data: { id: "glyphs", trainLimit: 1000, testLimit: 200 },
  train: { ...paper.train, batch: 50, epochs: 2, checkpointEvery: 10 },
};

export const conceptClassifier = recipe<Config>({
  id: "concept/classifier",
  title: "Convolutional classifier that judges where repeated inference ends",
  source: { paper: "Nagano, Karakida & Okada, arXiv:1712.04195", part: "Appendix B, model of fig. B.2" },
  about:
    "Two convolutions, pooling and a fully connected layer with dropout, trained on labels: it says which digit an image shows, " +
    "apart from the generative model whose images it judges.",
  schema,
  presets: {
    paper: { note: "The paper's layers; 20 epochs.", config: paper },
    quick: { note: "The same network, 3 epochs.", config: quick },
    smoke: { note: "4 and 8 filters, 1,000 generated glyphs, 2 epochs: for tests only.", config: smoke },
  },
  unstated: {
    filters: "32 and 64, without padding",
    hidden: "128 units",
    training: "Adam, 20 epochs in batches of 128, rate falling from 1e-3 (cosine)",
    init: "Glorot uniform weights, zero biases",
  },
  targets: [
    {
      metric: "test.accuracy",
      unit: "share of images",
      preset: "paper",
      atLeast: 0.9925,
      source: "the paper: 99.25 %",
    },
  ],
  model: (config) => classifier({ height: 28, width: 28, classes: 10, ...config.model }),
});
