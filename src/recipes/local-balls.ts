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
  model: z.discriminatedUnion("kind", [harmoniumSchema, rvaeSchema]),
  data: sequenceSchema.extend({
    id: z.literal("bouncing-balls"),
    /** Pixels a side of a frame. */
    side: size,
  }),
  train: frameTrainSchema,
});

type Config = z.infer<typeof schema>;

const paper = {
  model: { kind: "refh", hidden: 400, turns: 25, state: "mean", spread: 0.005 },
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
  },
} satisfies Config;

const quick: Config = {
  ...paper,
  model: { ...paper.model, hidden: 200, turns: 10 },
  data: { ...paper.data, side: 15, testLimit: 50 },
  train: { ...paper.train, epochs: 100, rate: { kind: "linear", rate: 0.05 }, evaluateEvery: 20 },
};

const smoke: Config = {
  model: { ...paper.model, hidden: 12, turns: 2 },
  data: { ...paper.data, length: 10, testLength: 12, sequences: 8, testLimit: 4, side: 8 },
  train: { ...paper.train, batch: 4, epochs: 2, evaluateEvery: 1 },
};

/** Settings that make a preset's run one of another model, by model and preset. */
export const ballsSettings = {
  "order-zero": harmonium("order-zero"),
  trbm: harmonium("trbm"),
  refh: { paper: [], quick: [], smoke: [] },
  // An update averages all frames of a film: of 40 films it would be 4000 frames, and updates too few.
  rtrbm: {
    paper: ["model.kind=rtrbm", "train.batch=1"],
    quick: ["model.kind=rtrbm", "train.batch=1"],
    smoke: ["model.kind=rtrbm"],
  },
  rvae: {
    paper: vae(400, 100, { kind: "constant", rate: 1e-4 }),
    quick: vae(200, 50, { kind: "cosine", rate: 1e-3, floor: 0.02, warmup: 200 }),
    smoke: vae(12, 4, { kind: "constant", rate: 1e-3 }),
  },
} as const;

function harmonium(kind: string) {
  const set = [`model.kind=${kind}`];
  return { paper: set, quick: set, smoke: set };
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
      note: "15 × 15 pixels, 200 hidden units, CD-10, 100 epochs at a higher rate: a past is worth much there too.",
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
    const { kind, spread, ...sizes } = model;
    const config = { ...sizes, ...frame, init: gaussian(spread) };
    if (kind === "order-zero") return orderZero(config);
    if (kind === "refh") return refh(config);
    if (kind === "trbm") return trbm(config);
    return rtrbm({ ...config, length: data.length });
  },
  evaluator: nextFrameEvaluator,
});
