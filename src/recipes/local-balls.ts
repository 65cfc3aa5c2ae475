import { z } from "zod";
import { orderZero } from "../models/order-zero.ts";
import { refh } from "../models/refh.ts";
import { rtrbm } from "../models/rtrbm.ts";
import { rvae } from "../models/rvae.ts";
import { trbm } from "../models/trbm.ts";
import { gaussian } from "../nn/initializers.ts";
import { adamDefaults, sequenceSchema } from "./config.ts";
import { frameTrainSchema, harmoniumSchema, rvaeSchema } from "./local-models.ts";
import { nextFrameEvaluator } from "./next-frame-errors.ts";
import { recipe } from "./recipe.ts";

const size = z.int().min(1);

const schema = z.strictObject({
  model: z.discriminatedUnion("kind", [
    harmoniumSchema.extend({ frameMean: z.number().positive().lt(1).nullable().default(null) }), // of pixels, not of counts
    rvaeSchema,
  ]),
  data: sequenceSchema.extend({
    id: z.literal("bouncing-balls"),
    /** Pixels a side of a frame. */
    side: size,
  }),
  train: frameTrainSchema,
});

type Config = z.infer<typeof schema>;

const paper = {
  model: { kind: "refh", hidden: 400, turns: 25, state: "mean", spread: 0.005, positive: "sample", frameMean: null },
  data: {
    id: "bouncing-balls",
    trainLimit: null,
    testLimit: null,
    length: 100,
    testLength: 100,
    sequences: 400,
    side: 30,
  },
  train: {
    batch: 40,
    epochs: 255,
    optimizer: { name: "sgd", momentum: 0.9 },
    rate: { kind: "linear", rate: 0.02 },
    clip: null,
    evaluateEvery: 51,
    checkpointEvery: null,
    earlyStop: null,
    average: null,
  },
} satisfies Config;

/** Mean of a pixel: three balls of radius 1.2 cover 0.136 of a box of 10 × 10. */
const INTENSITY = 0.136;

/** Fewer epochs need less noise: a third of the rate, means in the positive phase; the state is a draw, as it is in the chain. */
const quick: Config = {
  ...paper,
  model: { ...paper.model, turns: 15, state: "sample", positive: "mean", frameMean: INTENSITY },
  train: { ...paper.train, epochs: 120, rate: { kind: "linear", rate: 0.007 }, evaluateEvery: 30 },
};

const smoke: Config = {
  model: { ...paper.model, hidden: 12, turns: 2 },
  data: { ...paper.data, length: 10, testLength: 12, sequences: 8, testLimit: 4, side: 8 },
  train: { ...paper.train, batch: 4, epochs: 2, evaluateEvery: 1 },
};

/** Settings that make a preset's run one of another model, by model and preset. */
export const ballsSettings = {
  "order-zero": {
    paper: ["model.kind=order-zero"],
    quick: ["model.kind=order-zero", "model.turns=10", "train.epochs=10", "train.evaluateEvery=10"],
    smoke: ["model.kind=order-zero"],
  },
  trbm: {
    paper: ["model.kind=trbm"],
    quick: ["model.kind=trbm", ...transition(0.001, 0.005, 10)],
    smoke: ["model.kind=trbm"],
  },
  refh: { paper: [], quick: [], smoke: [] },
  // An update averages all frames of a film: of 40 films it would be 4000 frames, and updates too few.
  rtrbm: {
    paper: ["model.kind=rtrbm", "train.batch=1"],
    quick: ["model.kind=rtrbm", "train.batch=1", ...transition(0.002, 0.05, 40)],
    smoke: ["model.kind=rtrbm"],
  },
  rvae: {
    paper: vae(400, 100, { kind: "constant", rate: 1e-4 }),
    quick: [
      ...vae(400, 100, { kind: "cosine", rate: 1e-3, floor: 0.02, warmup: 200 }),
      "train.epochs=10",
      "train.evaluateEvery=10",
    ],
    smoke: vae(12, 4, { kind: "constant", rate: 1e-3 }),
  },
} as const;

/**
 * What learns the transition must learn what the past says faster than what goes together in a frame: once frames explain themselves, a chain that
 * starts from data no longer tells that the past does not.
 */
function transition(frame: number, past: number, epochs: number): string[] {
  const rates = { "sensory/weight": frame, "sensory/bias": frame, "hidden/bias": frame, "recurrent/weight": past };
  const optimizer = { name: "momentum", rates, coefficient: { last: 0.9, fall: 0, factor: 1 } };
  return [
    "model.turns=10",
    `train.optimizer=${JSON.stringify(optimizer)}`,
    'train.rate={"kind":"linear","rate":1}',
    `train.epochs=${epochs}`,
    `train.evaluateEvery=${epochs / 2}`,
  ];
}

/** Adam, as the paper has it for the rVAE; sizes are ours. */
function vae(hidden: number, latent: number, rate: Config["train"]["rate"]): string[] {
  const model = { kind: "rvae", hidden, latent, activation: "silu", state: "mean", stateStd: 0.5 };
  return [
    `model=${JSON.stringify(model)}`,
    `train.optimizer=${JSON.stringify(adamDefaults)}`,
    `train.rate=${JSON.stringify(rate)}`,
  ];
}

export const localBalls = recipe<Config>({
  id: "local/balls",
  title: "Bouncing balls, predicted by models with temporally local rules",
  source: {
    paper: "Abdulsalam & Makin, Learning recurrent models with temporally local rules; arXiv:1605.05799",
    part: "Bouncing balls",
  },
  about:
    "Films of three balls that bounce off each other and the walls. A recurrent harmonium learns the joint distribution of each frame and the " +
    "state before it, and is asked for the next frame by clamping the state; beside it models that know no time, that learn the " +
    "transition, or that learn through time.",
  schema,
  presets: {
    paper: { note: "30 × 30 pixels, 400 hidden units, CD-25, 400 fresh sequences an epoch.", config: paper },
    quick: {
      note:
        "the paper's films and units, CD-15, 120 epochs (about an hour on one core), means in the positive phase, a draw for the state, and biases " +
        "that start from the mean of a pixel.",
      config: quick,
    },
    smoke: {
      note: "8 × 8 pixels, 12 hidden units, 8 sequences of 10 frames an epoch, 2 epochs: for tests only.",
      config: smoke,
    },
  },
  unstated: {
    epochs: "255, as the authors' code has for the RTRBM of population codes",
    batch:
      "each update is averaged over 40 sequences at one frame, as the authors' code has it for population codes; of the RTRBM over all frames of " +
      "one sequence",
    rates: "the same for all parameters",
    "frames of the rVAE": "Bernoulli, as those of the harmoniums",
    "sizes of the rVAE": "one hidden layer of 400 units in each network, 100 latents, σ_x = 0.5",
  },
  targets: [
    {
      metric: "test.next-frame-mse",
      unit: "",
      preset: "paper",
      atMost: 0.0067,
      source: "the paper's rEFH; to copy the last frame gives 0.0131",
    },
  ],
  model: ({ model, data }) => {
    const frame = { units: data.side ** 2, family: "bernoulli" } as const;
    if (model.kind === "rvae") return rvae({ ...model, ...frame, init: "glorot-uniform" });
    const { kind, spread, frameMean, ...sizes } = model;
    const config = { ...sizes, ...frame, frameMean: frameMean ?? undefined, init: gaussian(spread) };
    if (kind === "order-zero") return orderZero(config);
    if (kind === "refh") return refh(config);
    if (kind === "trbm") return trbm(config);
    return rtrbm({ ...config, length: data.length });
  },
  evaluator: nextFrameEvaluator,
});
