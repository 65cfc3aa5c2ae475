import { ShapeError, UsageError } from "../base/errors.ts";
import { type Axis, type Shape, showShape, sizeOf } from "../base/shape.ts";
import { variable } from "../graph/leaves.ts";
import { add, div, mul, sub } from "../graph/ops/arithmetic.ts";
import { sqrt } from "../graph/ops/elementary.ts";
import { reshape } from "../graph/ops/layout.ts";
import { named, type Value } from "../graph/value.ts";
import { initializers } from "./initializers.ts";
import { perChannel } from "./per-channel.ts";
import type { Phase, VariableUpdates } from "./phase.ts";
import { standardize } from "./standardize.ts";

export interface BatchNormOptions {
  /** The channel axis, second in the input. */
  readonly channels: Axis;
  /** How far the running statistics move towards those of a batch (0.1). */
  readonly momentum?: number;
  /** Added to the variance (1e-5). */
  readonly epsilon?: number;
}

export interface BatchNorm {
  (x: Value, phase: Phase): Value;
  /** Gain γ and bias β, which are learned. */
  readonly variables: readonly Value[];
  /** Running mean and variance, which training graphs update. */
  readonly statistics: readonly Value[];
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015, arXiv:1502.03167, algorithms 1 and 2): y = γ(x − μ)/√(σ² + ε) + β for each channel,
 * (batch, channel, …) → the same. In training μ and σ² are those of the batch, over all axes but the channel's; the running ones follow as
 * r ← r + momentum·(batch's − r), with the unbiased variance n/(n − 1)·σ². In evaluation μ and σ² are the running ones.
 * @param name names the variables "<name>/gain", "<name>/bias", "<name>/running-mean", "<name>/running-variance", all (channel)
 * @throws ShapeError if axis 1 of the input is not `channels`, or a channel of a training batch has a single element
 */
export function batchNorm(name: string, options: BatchNormOptions): BatchNorm {
  const { channels, momentum = 0.1, epsilon = 1e-5 } = options;
  checkMomentum(name, momentum);
  const γ = variable(`${name}/gain`, [channels], initializers.ones());
  const β = variable(`${name}/bias`, [channels], initializers.zeros());
  const runningMean = variable(`${name}/running-mean`, [channels], initializers.zeros());
  const runningVariance = variable(`${name}/running-variance`, [channels], initializers.ones());

  const train = (x: Value, updates: VariableUpdates): Value => {
    const axes = x.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
    const { centred, inverseStd, mean, variance } = standardize(x, axes, epsilon);
    const n = sizeOf(x.shape) / channels.size;
    const follow = (running: Value, seen: Value): void => {
      const r = updates.now(running);
      updates.set(running, add(r, mul(momentum, sub(reshape(seen, [channels]), r))));
    };
    follow(runningMean, mean);
    follow(runningVariance, mul(variance, n / (n - 1)));
    return add(mul(centred, mul(perChannel(γ, x), inverseStd)), perChannel(β, x));
  };
  const evaluate = (x: Value): Value => {
    const scale = div(γ, sqrt(add(runningVariance, epsilon)));
    const shift = sub(β, mul(runningMean, scale));
    return add(mul(x, perChannel(scale, x)), perChannel(shift, x));
  };
  const layer = (x: Value, phase: Phase): Value =>
    named(name, () => {
      checkChannels(name, x.shape, channels, phase !== "evaluation");
      return phase === "evaluation" ? evaluate(x) : train(x, phase);
    });
  return Object.assign(layer, { variables: [γ, β], statistics: [runningMean, runningVariance] });
}

function checkChannels(where: string, s: Shape, channels: Axis, training: boolean): void {
  if (s.length < 2 || s[1].size !== channels.size) {
    throw new ShapeError({
      where,
      expected: `an input (batch, ${channels.name || "channel"}=${channels.size}, …)`,
      got: showShape(s),
      fix: "give the layer the number of channels of its input, which is axis 1",
    });
  }
  if (training && sizeOf(s) <= channels.size) {
    throw new ShapeError({
      where,
      expected: "more than one element for each channel in a training batch",
      got: showShape(s),
      fix: "use a larger batch; a single element has no variance",
    });
  }
}

function checkMomentum(where: string, momentum: number): void {
  if (momentum >= 0 && momentum <= 1) return;
  throw new UsageError({
    where,
    expected: "a momentum from 0 (statistics stay) to 1 (the last batch's)",
    got: String(momentum),
    fix: "0.1 is usual",
  });
}
