import { UsageError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { type Batches, consecutive, shuffled } from "../data/batches.ts";
import type { Dataset, Split } from "../data/dataset.ts";
import { adam, momentum, type Optimizer, sgd } from "../training/optimizers.ts";
import { constantRate, cosine, exponential, linear, piecewise, type Schedule } from "../training/schedules.ts";
import type { TrainingPlan } from "../training/trainer.ts";
import type { DataConfig, TrainConfig } from "./config.ts";

/** A configuration worked out against its data: everything counted in steps. */
export interface Plan extends TrainingPlan {
  readonly optimizer: Optimizer;
  readonly rate: Schedule;
  /** Which examples, or sequences, go together. */
  readonly batches: Batches;
  /** Splits that are scored during training, in order. */
  readonly evaluations: readonly {
    readonly name: string;
    readonly split: Split;
    readonly from: number;
    readonly to: number;
  }[];
}

/** Sequences of which every epoch has fresh ones. */
export interface FreshSequences {
  readonly perEpoch: number;
  /** Training steps that a batch of sequences is good for: its frames, if the model takes them one at a time. */
  readonly steps: number;
}

/** @throws UsageError if the data are too few for the batch or the hold-out */
export function planTraining(train: TrainConfig, seed: number, dataset: Dataset, fresh?: FreshSequences): Plan {
  const { train: all, test } = dataset.splits;
  const held = train.earlyStop?.holdOut ?? 0;
  if (held >= all.count) {
    throw new UsageError({
      where: "train.earlyStop.holdOut",
      expected: `fewer than the ${all.count} training examples`,
      got: String(held),
      fix: "hold out fewer examples",
    });
  }
  const batches = fresh
    ? consecutive(all.count - held, train.batch, fresh.perEpoch)
    : shuffled((name) => stream(seed, name), all.count - held, train.batch);
  const epoch = batches.stepsPerEpoch * (fresh?.steps ?? 1);
  const steps = train.epochs * epoch;
  const rate = schedule(train.rate, steps, epoch);
  return {
    steps,
    logEvery: Math.max(1, Math.min(100, Math.floor(epoch / 4))),
    evaluateEvery: train.evaluateEvery * epoch,
    checkpointEvery: train.checkpointEvery ?? epoch,
    rate,
    optimizer: optimizer(train.optimizer, rate, epoch),
    batches,
    evaluations: [
      ...(held > 0 ? [{ name: "validation", split: all, from: all.count - held, to: all.count }] : []),
      { name: "test", split: test, from: 0, to: test.count },
    ],
    ...(train.average !== null && {
      average: { after: Math.max(0, train.epochs - train.average) * epoch, every: epoch },
    }),
    ...(train.clip !== null && { clip: train.clip }),
    ...(train.earlyStop && { earlyStop: { on: "validation", patience: train.earlyStop.patience } }),
  };
}

/** The data set cut down to the first examples of each split, where the configuration says so. */
export function limited(dataset: Dataset, { trainLimit, testLimit }: DataConfig): Dataset {
  const cut = (split: Split, limit: number | null): Split => ({
    ...split,
    count: Math.min(split.count, limit ?? split.count),
  });
  const { train, test } = dataset.splits;
  return { ...dataset, splits: { train: cut(train, trainLimit), test: cut(test, testLimit) } };
}

function schedule(rate: TrainConfig["rate"], steps: number, epoch: number): Schedule {
  if (rate.kind === "constant") return constantRate(rate.rate);
  if (rate.kind === "cosine") return cosine(rate.rate, steps, rate.floor, rate.warmup);
  if (rate.kind === "exponential") return exponential(rate.rate, rate.factor, epoch);
  if (rate.kind === "linear") return linear(rate.rate, steps / epoch, epoch);
  return piecewise(
    rate.rates,
    rate.epochs.map((n) => n * epoch),
  );
}

function optimizer(config: TrainConfig["optimizer"], rate: Schedule, epoch: number): Optimizer {
  if (config.name === "adam") return adam(rate, config);
  if (config.name === "sgd") return sgd(rate, config);
  const { last, fall, factor } = config.coefficient;
  const falling = exponential(fall, factor, epoch);
  return momentum(rate, config.rates, (step) => last - falling(step));
}
