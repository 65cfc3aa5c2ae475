import {
  adam,
  axis,
  bernoulli,
  constantRate,
  conv2d,
  convTranspose2d,
  dense,
  type Gaussian,
  gaussian,
  input,
  klGaussian,
  noise,
  ops,
  rnn,
  timeSteps,
  type Value,
  zeroState,
} from "../../src/node.ts";
import { type BenchCase, batchesOf, minimising, type Workload } from "../workload.ts";

const { concat, mul, relu, reshape, split, sub, sum } = ops;

export interface HvrnnSizes {
  readonly batch: number;
  readonly steps: number;
  /** Height and width of a frame, a multiple of 16. */
  readonly size: number;
  readonly channels: number;
  readonly hidden: number;
  readonly latent: number;
}

export const hvrnnDefaults: HvrnnSizes = { batch: 10, steps: 20, size: 64, channels: 64, hidden: 256, latent: 16 };

/**
 * One layer of the hierarchical VRNN: a VRNN (Chung et al. 2015, arXiv:1506.02216) with convolutions. φ_x, prior and decoder run once over all
 * frames; only posterior, φ_z and recurrence go from step to step. Loss: −ELBO of a sequence, nats; Adam.
 */
export function hvrnnStep(sizes: HvrnnSizes = hvrnnDefaults): Workload {
  const { batch, steps, size, channels, latent } = sizes;
  const [T, B, one] = [axis("time", steps), axis("batch", batch), axis("", 1)];
  const [C, H, Z, beliefs] = [
    axis("channel", channels),
    axis("", sizes.hidden),
    axis("", latent),
    axis("", 2 * latent),
  ];
  const plane = [axis("height", size), axis("width", size)];
  const all = axis("batch", steps * batch);
  const [seen, seed] = [axis("", channels * (size / 4) ** 2), size / 16];
  const twice = (a: typeof H) => axis("", 2 * a.size);

  const half = { kernel: 4, stride: 2, pads: 1 } as const;
  const φxConv1 = conv2d("phi-x/conv1", { ...half, from: one, to: C });
  const φxConv2 = conv2d("phi-x/conv2", { ...half, from: C, to: C });
  const φxDense = dense("phi-x/dense", { from: seen, to: H });
  const φzDense = dense("phi-z", { from: Z, to: H });
  const posteriorHidden = dense("posterior/hidden", { from: twice(H), to: H });
  const posteriorOut = dense("posterior/out", { from: H, to: beliefs });
  const priorHidden = dense("prior/hidden", { from: H, to: H });
  const priorOut = dense("prior/out", { from: H, to: beliefs });
  const recurrence = rnn("recurrence", { from: twice(H), to: H });
  const decoderDense = dense("decoder/dense", { from: twice(H), to: axis("", channels * seed ** 2) });
  const decoderConvs = [C, C, C, one].map((to, i) => convTranspose2d(`decoder/conv${i + 1}`, { ...half, from: C, to }));

  const φx = (x: Value): Value => {
    const maps = relu(φxConv2(relu(φxConv1(x))));
    return relu(φxDense(reshape(maps, [all, seen])));
  };
  const decode = (features: Value): Value => {
    const [last, ...convs] = [...decoderConvs].reverse();
    const first = reshape(relu(decoderDense(features)), [all, C, seed, seed]);
    return last(convs.reverse().reduce((x, conv) => relu(conv(x)), first));
  };

  const frames = input("frames", [T, B, one, ...plane]);
  const x = reshape(frames, [all, one, ...plane]);
  const xFeatures = timeSteps(reshape(φx(x), [T, B, H]));
  const ε = timeSteps(noise("z", "normal", [T, B, Z]));
  let state = zeroState(recurrence, B);
  const [before, zFeatures, posteriors]: Value[][] = [[], [], []];
  for (let t = 0; t < steps; t++) {
    const [h] = Object.values(state);
    const belief = posteriorOut(relu(posteriorHidden(concat([xFeatures[t], h], 1)))); // q(z_t | x_≤t, z_<t)
    const φz = relu(φzDense(gaussianOf(belief).sample(ε[t])));
    before.push(h);
    zFeatures.push(φz);
    posteriors.push(belief);
    state = recurrence.step(concat([xFeatures[t], φz], 1), state).state;
  }
  const h = concat(before, 0);
  const prior = gaussianOf(priorOut(relu(priorHidden(h)))); // p(z_t | x_<t, z_<t)
  const kl = klGaussian(gaussianOf(concat(posteriors, 0)), prior);
  const logits = decode(concat([concat(zFeatures, 0), h], 1)); // p(x_t | z_≤t, x_<t)
  const pixels = [all, axis("pixel", size ** 2)];
  const fit = bernoulli(reshape(logits, pixels)).logProb(reshape(x, pixels));
  return minimising(mul(sum(sub(kl, fit)), 1 / batch), {
    name: "HVRNN layer",
    parameters: [
      ...[φxConv1, φxConv2, φxDense, φzDense, posteriorHidden, posteriorOut, priorHidden, priorOut],
      ...[recurrence, decoderDense, ...decoderConvs],
    ].flatMap((layer) => layer.variables),
    optimizer: adam(constantRate(1e-4)),
    draw: batchesOf({ frames: { shape: frames.shape, fill: "uniform" } }, 100),
  });
}

/** N(μ, σ²) from μ and log σ² side by side. */
function gaussianOf(belief: Value): Gaussian {
  const [mean, logVariance] = split(belief, 1, 2);
  return gaussian(mean, logVariance);
}

export const hvrnnCases: readonly BenchCase[] = [
  {
    name: "hvrnn-layer",
    about: "one layer of the hierarchical VRNN, 64×64, 20 frames, batch 10, ELBO, Adam",
    pytorch: ["hvrnn.py"],
    build: hvrnnStep,
  },
];
