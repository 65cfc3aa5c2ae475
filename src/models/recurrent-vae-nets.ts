import { type Axis, axis } from "../base/shape.ts";
import type { Distribution } from "../distributions/distribution.ts";
import { type Gaussian, gaussian } from "../distributions/gaussian.ts";
import { full } from "../graph/ops/broadcast.ts";
import { concat } from "../graph/ops/layout.ts";
import type { Value } from "../graph/value.ts";
import { type ActivationName, activations } from "../nn/activations.ts";
import { dense, type Layer } from "../nn/dense.ts";
import { type Init, type InitializerName, gaussian as normal } from "../nn/initializers.ts";
import { unitFamilies } from "./harmonium.ts";
import type { Observation } from "./model.ts";
import { gaussianOf } from "./vrnn-nets.ts";

/** Sizes of the recurrent VAEs, and how they learn. */
export interface RecurrentVaeConfig {
  /** Size of a frame y_t. */
  readonly units: number;
  /** p(y_t | x_t). */
  readonly family: "gaussian" | "bernoulli" | "poisson";
  /** σ_y, standard deviation of the units of a Gaussian frame (1). */
  readonly frameStd?: number;
  /** Units of every hidden layer. */
  readonly hidden: number;
  /** Size of x_t, and of the state u_t. */
  readonly latent: number;
  readonly activation: ActivationName;
  readonly init: InitializerName;
  /** u_t is the mean of the recognition of x_t, or a draw from it. */
  readonly state: "mean" | "sample";
}

/** First weights of the layer that q is told by. */
const small = normal(0.1);

/** The networks that the recurrent VAEs share. */
export interface RecurrentVaeNets {
  readonly variables: readonly Value[];
  readonly latent: Axis;
  readonly frame: Observation;
  /** A network with one hidden layer: (row, from) → (row, to). */
  net(name: string, from: Axis, to: Axis): Layer;
  /** x̌_t ~ N(ν(u_{t−1}, y_t), Υ(u_{t−1}, y_t)); the state joins what the first layer made of the frame. */
  recognize(u: Value, y: Value): Gaussian;
  /** p(y_t | x_t) */
  generate(x: Value): Distribution;
}

export function recurrentVaeNets(config: RecurrentVaeConfig): RecurrentVaeNets {
  const { family, frameStd = 1, activation, init } = config;
  const [unit, hidden, latent] = [
    axis("unit", config.units),
    axis("hidden", config.hidden),
    axis("latent", config.latent),
  ];
  const f = activations[activation] as (x: Value) => Value;

  const net = (name: string, from: Axis, to: Axis, lastInit: Init = init): Layer => {
    const first = dense(`${name}/hidden`, { from, to: hidden, init });
    const last = dense(`${name}/out`, { from: hidden, to, init: lastInit });
    return Object.assign((x: Value) => last(f(first(x))), { variables: [...first.variables, ...last.variables] });
  };

  const encode = dense("recognition/frame", { from: unit, to: hidden, init });
  // q begins near N(0, I): a variance that grows with the state before it would grow without end along a sequence
  const ν_logΥ = net("recognition", axis("", config.hidden + config.latent), axis("", 2 * config.latent), small);
  const μ_y = net("generation/frame", latent, unit);

  const families = { ...unitFamilies, gaussian: (mean: Value) => isotropic(mean, frameStd) };
  return {
    variables: [encode, ν_logΥ, μ_y].flatMap((layer) => layer.variables),
    latent,
    frame: { shape: [unit], ...frames[family] },
    net,
    recognize: (u, y) => gaussianOf(ν_logΥ(concat([f(encode(y)), u], -1))),
    generate: (x) => families[family](μ_y(x)),
  };
}

/** N(mean, std²·I). */
export function isotropic(mean: Value, std: number): Gaussian {
  return gaussian(mean, full(mean.shape, 2 * Math.log(std)));
}

const frames: Readonly<Record<RecurrentVaeConfig["family"], Pick<Observation, "range" | "doc">>> = {
  gaussian: { range: [-Infinity, Infinity], doc: "numbers of one frame" },
  bernoulli: { range: [0, 1], doc: "intensities of one frame" },
  poisson: { range: [0, Infinity], doc: "counts of one frame" },
};
