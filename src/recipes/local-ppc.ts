import { z } from "zod";
import { populationCode } from "../data/population-code.ts";
import { orderZero } from "../models/order-zero.ts";
import { refh } from "../models/refh.ts";
import { rtrbm } from "../models/rtrbm.ts";
import { rvae } from "../models/rvae.ts";
import { trbm } from "../models/trbm.ts";
import { tvae } from "../models/tvae.ts";
import { gaussian } from "../nn/initializers.ts";
import { sequenceSchema } from "./config.ts";
import { frameTrainSchema, harmoniumSchema, rvaeSchema, tvaeSchema } from "./local-models.ts";
import { positionEvaluator } from "./position-errors.ts";
import { recipe } from "./recipe.ts";

const schema = z.strictObject({
  model: z.discriminatedUnion("kind", [harmoniumSchema, rvaeSchema, tvaeSchema]),
  data: sequenceSchema,
  train: frameTrainSchema,
});

type Config = z.infer<typeof schema>;

/** Rates are those of the first epoch's "masses" of 1/rate, which the schedule lets grow. */
const momentum = {
  name: "momentum",
  rates: {
    "sensory/weight": 1 / 800,
    "recurrent/weight": 1 / 50,
    "sensory/bias": 1 / 200,
    "recurrent/bias": 1 / 12,
    "hidden/bias": 1 / 200,
  },
  coefficient: { last: 0.98, fall: 0.5, factor: 1.1 },
} as const;

/** Protocol of the authors' code: one update a time step, averaged over 40 trajectories; masses grow by a tenth an epoch. */
const paper: Config = {
  model: { kind: "refh", hidden: 240, turns: 1, state: "mean", spread: 0.005, positive: "sample", frameMean: null },
  data: { id: "lti-ppc", trainLimit: null, testLimit: null, length: 1000, testLength: 1000, sequences: 40 },
  train: {
    batch: 40,
    epochs: 50,
    optimizer: momentum,
    rate: { kind: "exponential", rate: 1, factor: 1.1 },
    clip: null,
    evaluateEvery: 5,
    checkpointEvery: null,
    earlyStop: null,
    average: null,
  },
};

/** Masses that grow in 10 epochs as much as in the paper's 50. */
const quick: Config = {
  ...paper,
  train: {
    ...paper.train,
    epochs: 10,
    optimizer: { ...momentum, coefficient: { ...momentum.coefficient, factor: 1.6 } },
    rate: { kind: "exponential", rate: 1, factor: 1.6 },
    evaluateEvery: 2,
  },
};

const smoke: Config = {
  model: { ...paper.model, hidden: 20 },
  data: { ...paper.data, length: 30, testLength: 40, sequences: 8, testLimit: 4 },
  train: { ...paper.train, batch: 4, epochs: 2, evaluateEvery: 1, checkpointEvery: 25 },
};

/** The TRBM's and the RTRBM's own protocol, as settings of preset "paper". */
export const trbmProtocol: readonly string[] = [
  "model.turns=25",
  "data.length=100",
  "data.sequences=400",
  "train.epochs=255",
  'train.rate={"kind":"linear","rate":1}',
  'train.optimizer={"name":"momentum","rates":{"sensory/weight":0.000666667,"recurrent/weight":0.00666667,"sensory/bias":0.000666667,"hidden/bias":0.000666667},"coefficient":{"last":0.9,"fall":0,"factor":1}}',
];

/** Of the recurrent VAEs: Adam as in the poster, but for a rate that starts at 3e-3 and ends at 6e-5, so that 12 epochs do. */
const vaeTraining: readonly string[] = [
  "train.epochs=12",
  'train.optimizer={"name":"adam","beta1":0.9,"beta2":0.999,"epsilon":1e-8}',
  'train.rate={"kind":"cosine","rate":0.003,"floor":0.02,"warmup":200}',
];

/** The rVAE's protocol, as settings of preset "paper". */
export const rvaeProtocol: readonly string[] = [
  'model={"kind":"rvae","hidden":64,"latent":10,"activation":"silu","state":"sample","stateStd":0.2}',
  ...vaeTraining,
];

/** The TVAE's protocol, as settings of preset "paper". */
export const tvaeProtocol: readonly string[] = [
  'model={"kind":"tvae","hidden":64,"latent":4,"activation":"silu","state":"mean"}',
  ...vaeTraining,
];

export const localPpc = recipe<Config>({
  id: "local/ppc",
  title: "Filters of population-coded motion, learned by temporally local rules",
  source: {
    paper: "Abdulsalam & Makin, Learning recurrent models with temporally local rules; arXiv:1605.05799",
    part: "LTI system + PPC",
  },
  about:
    "Neurons report the position of a damped spring by noisy spikes. A recurrent harmonium learns to filter them from the joint distribution " +
    "of each frame and the state before it, without back-propagation through time; beside it models that know no time, that learn the " +
    "transition, or that learn through time.",
  schema,
  presets: {
    paper: { note: "Sizes and schedule of the authors' code: 240 hidden units, CD-1, 50 epochs.", config: paper },
    quick: { note: "The same network; the schedule of 50 epochs in 10.", config: quick },
    smoke: { note: "20 hidden units, 8 sequences of 30 steps an epoch, 2 epochs: for tests only.", config: smoke },
  },
  unstated: {
    spread: "first weights N(0, 0.005²), as the authors' code has them elsewhere",
    "networks of rvae and tvae": "one hidden layer each, two in recognition; Glorot uniform weights",
    "σ_x of rvae":
      "0.2, given. Where it is 0.1 or less states are told so well that they persist by themselves, and the filter loses the frames",
    "state of rvae": "a draw: with the mean, states drift at times and rates overflow",
    "weight decay": "none (the authors' code has k/m = 2e-6 a step)",
  },
  targets: [
    {
      metric: "test.decoded-mse",
      unit: "rad²",
      preset: "paper",
      atMost: 4.5e-4,
      source: "the paper: 3.3e-4; the same protocol in NumPy: 3.1e-4 to 4.5e-4 over four seeds",
    },
  ],
  model: ({ model, data }) => {
    const frame = { units: populationCode().preferred.length, family: "poisson" } as const;
    if (model.kind === "rvae") return rvae({ ...model, ...frame, init: "glorot-uniform" });
    if (model.kind === "tvae") return tvae({ ...model, ...frame, init: "glorot-uniform" });
    const { kind, spread, frameMean, ...sizes } = model;
    const config = { ...sizes, ...frame, frameMean: frameMean ?? undefined, init: gaussian(spread) };
    if (kind === "order-zero") return orderZero(config);
    if (kind === "refh") return refh(config);
    if (kind === "trbm") return trbm(config);
    return rtrbm({ ...config, length: data.length });
  },
  evaluator: positionEvaluator,
});
