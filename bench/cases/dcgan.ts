import {
  adam,
  axis,
  batchNorm,
  constantRate,
  convTranspose2d,
  dense,
  gradient,
  initializers,
  input,
  noise,
  ops,
  type Value,
  variable,
  variableUpdates,
} from "../../src/node.ts";
import { type BenchCase, batchesOf, rates, type Workload } from "../workload.ts";

const { add, conv, div, leakyRelu, matmul, mean, mul, neg, relu, reshape, sqrt, square, stopGradient, sub, sum, tanh } =
  ops;

export interface DcganSizes {
  readonly batch: number;
  /** Height and width, a multiple of 8. */
  readonly size: number;
  readonly latent: number;
  /** Channels next to the image; doubled twice towards the middle. */
  readonly channels: number;
}

export const dcganDefaults: DcganSizes = { batch: 64, size: 32, latent: 100, channels: 64 };

const PENALTY = 10;
const betas = { beta1: 0.5, beta2: 0.999 };
const optimizer = adam(constantRate(2e-4), betas);

/**
 * A DCGAN pair with a gradient penalty (Gulrajani et al. 2017, arXiv:1704.00028): a critic update, then a generator update through the
 * updated critic, each with Adam. The loss is the critic's before them. The generator has batch norm, the critic no normalisation.
 */
export function dcganStep(sizes: DcganSizes = dcganDefaults): Workload {
  const { size, latent, channels } = sizes;
  const B = axis("batch", sizes.batch);
  const generator = generatorOf(sizes);
  const critic = criticOf(sizes);
  const z = (name: string): Value => noise(name, "normal", [B, axis("", latent)]);

  const real = input("real", [B, 3, size, size]);
  const fake = stopGradient(generator.images(z("z/critic"))); // else the generator would learn through the critic's update
  const mix = noise("mix", "uniform", [B, 1, 1, 1]);
  const between = add(fake, mul(mix, sub(real, fake)));
  const [slope] = gradient(sum(critic.score(between, critic.parameters)), [between]);
  const length = sqrt(sum(square(slope), [1, 2, 3]));
  const criticLoss = add(
    sub(mean(critic.score(fake, critic.parameters)), mean(critic.score(real, critic.parameters))),
    mul(PENALTY, mean(square(sub(length, 1)))),
  );
  const read = ["adam/step-size", "adam/floor"].map((name) => input(name, []));
  const criticUpdates = adamUpdates(read, critic.parameters, gradient(criticLoss, critic.parameters));
  const updated = criticUpdates.slice(0, critic.parameters.length).map(([, next]) => next);

  const generatorLoss = neg(mean(critic.score(generator.images(z("z/generator")), updated)));
  const generatorUpdates = adamUpdates(read, generator.parameters, gradient(generatorLoss, generator.parameters));

  const draw = batchesOf({ real: { shape: real.shape, fill: (u) => 2 * u - 1 } }, 500);
  return {
    program: {
      name: `DCGAN of ${channels} channels`,
      outputs: { loss: criticLoss },
      updates: [...criticUpdates, ...generatorUpdates, ...generator.statistics()],
    },
    parameters: [...critic.parameters, ...generator.parameters],
    feeds: (step, place) => ({ ...draw(step, place), ...rates(optimizer, step) }),
  };
}

function generatorOf({ size, latent, channels }: DcganSizes) {
  const seed = size / 8;
  const [c4, c2, c1, rgb] = [4 * channels, 2 * channels, channels, 3].map((n) => axis("", n));
  const double = { kernel: 4, stride: 2, pads: 1 } as const;
  const first = dense("generator/dense", { from: axis("", latent), to: axis("", c4.size * seed ** 2) });
  const convs = [
    convTranspose2d("generator/conv1", { ...double, from: c4, to: c2, bias: false }),
    convTranspose2d("generator/conv2", { ...double, from: c2, to: c1, bias: false }),
    convTranspose2d("generator/conv3", { ...double, from: c1, to: rgb }),
  ];
  const norms = [c4, c2, c1].map((c, i) => batchNorm(`generator/norm${i + 1}`, { channels: c }));
  const running = variableUpdates();
  return {
    parameters: [first, ...convs, ...norms].flatMap((layer) => layer.variables),
    statistics: () => running.pairs,
    images: (z: Value): Value => {
      const planes = reshape(first(z), [z.shape[0], c4, seed, seed]);
      return tanh(convs.reduce((x, deconv, i) => deconv(relu(norms[i](x, running))), planes));
    },
  };
}

/** The critic as a function of its parameters too, since the generator learns through the updated ones. */
function criticOf({ size, channels }: DcganSizes) {
  const [c1, c2, c4] = [channels, 2 * channels, 4 * channels];
  const last = c4 * (size / 8) ** 2;
  const he = (fanIn: number) => initializers["he-uniform"]({ in: fanIn, out: 1 });
  const conv4 = (name: string, from: number, to: number): Value[] => [
    variable(`critic/${name}/weight`, [to, from, 4, 4], he(16 * from)),
    variable(`critic/${name}/bias`, [to, 1, 1], initializers.zeros()),
  ];
  const parameters = [
    ...conv4("conv1", 3, c1),
    ...conv4("conv2", c1, c2),
    ...conv4("conv3", c2, c4),
    variable("critic/out/weight", [last, 1], initializers["glorot-uniform"]({ in: last, out: 1 })),
    variable("critic/out/bias", [1], initializers.zeros()),
  ];
  const score = (images: Value, [W1, b1, W2, b2, W3, b3, W4, b4]: readonly Value[]): Value => {
    const layer = (x: Value, W: Value, b: Value): Value => leakyRelu(add(conv(x, W, { strides: 2, pads: 1 }), b), 0.2);
    const maps = layer(layer(layer(images, W1, b1), W2, b2), W3, b3);
    return add(matmul(reshape(maps, [images.shape[0], last]), W4), b4);
  };
  return { parameters, score };
}

/**
 * The updates of `optimizer`, here because two sets of updates in one graph must read the same inputs: M ← β₁M + g, V ← β₂V + g²,
 * θ ← θ − step size·M/(√V + floor). The parameters come first, then the moments.
 */
function adamUpdates(read: readonly Value[], parameters: readonly Value[], gradients: readonly Value[]) {
  const [stepSize, floor] = read;
  const slots = parameters.map((p, i) => {
    const { leaf } = p.node;
    const name = leaf?.kind === "variable" ? leaf.name : "";
    const [M, V] = ["m", "v"].map((slot) => variable(`adam/${slot}/${name}`, p.shape, initializers.zeros()));
    const M1 = add(mul(M, betas.beta1), gradients[i]);
    const V1 = add(mul(V, betas.beta2), square(gradients[i]));
    return { p, M, V, M1, V1, next: sub(p, mul(stepSize, div(M1, add(sqrt(V1), floor)))) };
  });
  return [
    ...slots.map(({ p, next }) => [p, next] as const),
    ...slots.map(({ M, M1 }) => [M, M1] as const),
    ...slots.map(({ V, V1 }) => [V, V1] as const),
  ];
}

export const dcganCases: readonly BenchCase[] = [
  {
    name: "dcgan-gp",
    about: "DCGAN pair 32×32 with gradient penalty, batch 64: one critic and one generator update, Adam",
    pytorch: ["dcgan.py"],
    build: dcganStep,
  },
];
