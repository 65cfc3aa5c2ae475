/**
 * Variational autoencoder.
 * Nagano, Karakida & Okada, "Concept formation and dynamics of repeated inference in deep generative models"
 * (arXiv:1712.04195), eqs. (1)–(5); after Kingma & Welling 2014 (arXiv:1312.6114).
 *
 *   x (batch, pixel)  intensities in [0, 1], read as Bernoulli means      z (batch, latent)  N_z = latent
 *   ε (sample, batch, latent)  standard normal                            L = samples
 *
 * Differs: a weight β of the KL term may be given. Unstated in the paper: the weights' initialisation; here Glorot uniform.
 */
import { axis } from "../base/shape.ts";
import { bernoulli } from "../distributions/bernoulli.ts";
import { gaussian, klGaussian } from "../distributions/gaussian.ts";
import { constant, noise } from "../graph/leaves.ts";
import { mean, mul, neg } from "../graph/ops/arithmetic.ts";
import { expand } from "../graph/ops/broadcast.ts";
import type { Value } from "../graph/value.ts";
import { type ActivationName, activations } from "../nn/activations.ts";
import { dense } from "../nn/dense.ts";
import type { InitializerName } from "../nn/initializers.ts";
import type { Model } from "./model.ts";

export interface VaeConfig {
  /** Size of x. */
  readonly pixels: number;
  /** Units of the one hidden layer in encoder and decoder (1024). */
  readonly hidden: number;
  /** N_z, size of z (100). */
  readonly latent: number;
  /** L, draws of z per image in the estimate of the reconstruction term (2). */
  readonly samples: number;
  readonly activation: ActivationName;
  readonly init: InitializerName;
  /** β, weight of the KL term (1): above 1 fewer latents stay in use (Higgins et al. 2017, β-VAE). */
  readonly beta?: number;
}

export const vaeDefaults: VaeConfig = {
  pixels: 784,
  hidden: 1024,
  latent: 100,
  samples: 2,
  activation: "tanh",
  init: "glorot-uniform",
};

export function vae(config: VaeConfig): Model {
  const { samples: L, init, beta: β = 1 } = config;
  const [pixel, hidden, latent] = [
    axis("pixel", config.pixels),
    axis("hidden", config.hidden),
    axis("latent", config.latent),
  ];
  const f = activations[config.activation] as (x: Value) => Value;

  const encoderHidden = dense("encoder/hidden", { from: pixel, to: hidden, init });
  const encoderMean = dense("encoder/mean", { from: hidden, to: latent, init });
  const encoderLogVariance = dense("encoder/log-variance", { from: hidden, to: latent, init });
  const decoderHidden = dense("decoder/hidden", { from: latent, to: hidden, init });
  const decoderOut = dense("decoder/logits", { from: hidden, to: pixel, init });

  /** q(z | x) = N(μ(x), σ²(x))   eq. (3) */
  const q = (x: Value) => {
    const h = f(encoderHidden(x));
    return gaussian(encoderMean(h), encoderLogVariance(h));
  };
  /** p(x | z) = Π Bernoulli(x_i; m_i(z))   eq. (2) */
  const p = (z: Value) => bernoulli(decoderOut(f(decoderHidden(z))));

  return {
    name: "vae",
    source: "Nagano, Karakida & Okada, arXiv:1712.04195",
    observation: { shape: [pixel], range: [0, 1], doc: "pixel intensities, 0 = background, 1 = ink" },
    latents: [{ name: "z", layer: 1, shape: [latent], kind: "stochastic" }],
    variables: [encoderHidden, encoderMean, encoderLogVariance, decoderHidden, decoderOut].flatMap(
      (layer) => layer.variables,
    ),
    infer: (x) => ({ z: q(x) }),
    generate: ({ z }) => p(z),
    prior: (n) => {
      const zero = expand(constant([0], []), [axis("batch", n), latent]);
      return { z: gaussian(zero, zero) };
    },
    objective: β === 1 ? "elbo" : "beta-elbo",
    /** −ELBO, eq. (5): β·KL(q(z|x) ‖ N(0, I)) − (1/L) Σ_l log p(x | z⁽ˡ⁾), z⁽ˡ⁾ = μ + σ ⊙ ε⁽ˡ⁾, β = 1 */
    loss: ({ x }) => {
      const qz = q(x);
      const ε = noise("vae/z", "normal", [axis("sample", L), x.shape[0], latent]);
      const z = qz.sample(ε); // (sample, batch, latent)
      return {
        reconstruction: neg(mean(p(z).logProb(x), ["sample"])),
        kl: β === 1 ? klGaussian(qz) : mul(β, klGaussian(qz)),
      };
    },
  };
}
