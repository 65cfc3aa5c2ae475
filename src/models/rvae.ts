/**
 * Recurrent variational autoencoder (rVAE).
 * Abdulsalam & Makin, "Learning recurrent models with temporally local rules"; bound of Kingma & Welling 2014 (arXiv:1312.6114).
 *
 *   y_t (batch, unit)  the frame      u_t (batch, latent)  the state      x_t (batch, latent)
 *
 *   x̂_t ~ N(0, I)      û_{t−1} | x̂_t ~ N(μ_u(x̂_t), σ_x²I)      ŷ_t | x̂_t ~ N(μ_y(x̂_t), σ_y²I), Bern(σ(μ_y)) or Pois(exp(μ_y))
 *   x̌_t | u_{t−1}, y_t ~ N(ν(u_{t−1}, y_t), Υ(u_{t−1}, y_t))      u_t = ν, or the draw
 *
 * It learns the joint distribution of the frame and of the state before it. That state is data: no gradient flows into it. At the first
 * frame it is 0, and nothing is learned of it.
 * Unstated in the paper: the networks (here one hidden layer each, two for ν and Υ), and whether σ_x and σ_y are learned (here they are
 * given: with σ_x learned, a state that heeds no frame could be told without error, and the bound would have no upper end).
 */
import { internal } from "../base/errors.ts";
import { axis } from "../base/shape.ts";
import { type Gaussian, klGaussian } from "../distributions/gaussian.ts";
import { gradient } from "../graph/gradient.ts";
import { noise } from "../graph/leaves.ts";
import { addAll, mean, mul, neg } from "../graph/ops/arithmetic.ts";
import { full } from "../graph/ops/broadcast.ts";
import type { Value } from "../graph/value.ts";
import { carried } from "./carried.ts";
import type { Model } from "./model.ts";
import { isotropic, type RecurrentVaeConfig, recurrentVaeNets } from "./recurrent-vae-nets.ts";

export interface RvaeConfig extends RecurrentVaeConfig {
  /** σ_x, standard deviation of û_{t−1} about its mean: how precisely a state must be told by the next. */
  readonly stateStd: number;
}

export function rvae(config: RvaeConfig): Model {
  const { latent, frame, recognize: q, generate: p_y, net, ...nets } = recurrentVaeNets(config);
  const μ_u = net("generation/state", latent, latent);
  const p_u = (x: Value): Gaussian => isotropic(μ_u(x), config.stateStd);
  const variables = [...nets.variables, ...μ_u.variables];

  return {
    name: "rvae",
    source: "Abdulsalam & Makin, Learning recurrent models with temporally local rules",
    observation: frame,
    latents: [{ name: "x", layer: 1, shape: [latent], kind: "stochastic" }],
    variables,
    frames: true,
    prior: (n) => ({ x: isotropic(full([axis("batch", n), latent], 0), 1) }),
    generate: ({ x }) => p_y(x),
    /** −ELBO of (U_{t−1}, Y_t): KL(q(x|u, y) ‖ N(0, I)) − log p(u | x) − log p(y | x), x drawn from q. */
    learn({ x: y, begins = internal("a model of frames is told where sequences begin") }, updates) {
      const u = carried("state/u", [y.shape[0], latent], begins, updates);
      const belief = q(u.before, y);
      const x = belief.sample(noise("rvae/x", "normal", [y.shape[0], latent]));
      u.carry(config.state === "mean" ? belief.mean : x);
      const terms = {
        reconstruction: neg(p_y(x).logProb(y)),
        recurrent: mul(u.goesOn, neg(p_u(x).logProb(u.before))),
        kl: klGaussian(belief),
      };
      const slopes = gradient(mean(addAll(Object.values(terms))), variables);
      return { gradients: new Map(variables.map((v, i) => [v, slopes[i]])), terms };
    },
    filter: {
      states: { u: [latent] },
      step(y, { u }) {
        const x = q(u, y).mean;
        return { states: { u: x }, reconstruction: p_y(x) };
      },
      /**
       * About p(y_t | u_{t−1}), which the model has only in the joint distribution, by means: the frame that the state before stands for, p(y | x = u);
       * what is inferred of that frame after this state, q(x | u, y); the frame that this stands for. A chain of draws from p(y | x) and
       * q(x | u, y) leaves the state behind, for q heeds the frame more: it does not end in the distribution that is asked for.
       */
      predict: ({ u }) => p_y(q(u, p_y(u).mean).mean),
    },
  };
}
