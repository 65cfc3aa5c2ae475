/**
 * Temporal variational autoencoder (TVAE): to the rVAE what the TRBM is to the rEFH.
 * Abdulsalam & Makin, "Learning recurrent models with temporally local rules", row "TVAE" of the table.
 *
 *   y_t (batch, unit)  the frame      u_t (batch, latent)  the state      x_t (batch, latent)
 *
 *   x̂_t | u_{t−1} ~ N(μ(u_{t−1}), σ²(u_{t−1}))      ŷ_t | x̂_t ~ p(y_t | x̂_t)      x̌_t | u_{t−1}, y_t ~ N(ν(u_{t−1}, y_t), Υ(u_{t−1}, y_t))
 *
 * It learns the transition: the state before is given, and only the frame is told. No gradient flows into u_{t−1}, which is 0 before the
 * first frame. Unstated in the paper: everything but the name; the networks are those of the rVAE.
 */
import { internal } from "../base/errors.ts";
import { axis } from "../base/shape.ts";
import { klGaussian } from "../distributions/gaussian.ts";
import { gradient } from "../graph/gradient.ts";
import { noise } from "../graph/leaves.ts";
import { addAll, mean, neg } from "../graph/ops/arithmetic.ts";
import { carried } from "./carried.ts";
import type { Model } from "./model.ts";
import { type RecurrentVaeConfig, recurrentVaeNets } from "./recurrent-vae-nets.ts";
import { gaussianOf } from "./vrnn-nets.ts";

export function tvae(config: RecurrentVaeConfig): Model {
  const { latent, frame, recognize: q, generate: p_y, net, ...nets } = recurrentVaeNets(config);
  const transition = net("transition", latent, axis("", 2 * latent.size));
  const variables = [...nets.variables, ...transition.variables];

  return {
    name: "tvae",
    source: "Abdulsalam & Makin, Learning recurrent models with temporally local rules",
    observation: frame,
    latents: [{ name: "x", layer: 1, shape: [latent], kind: "stochastic" }],
    variables,
    frames: true,
    generate: ({ x }) => p_y(x),
    /** −ELBO of Y_t given u_{t−1}: KL(q(x|u, y) ‖ p(x|u)) − log p(y | x), x drawn from q. */
    learn({ x: y, begins = internal("a model of frames is told where sequences begin") }, updates) {
      const u = carried("state/u", [y.shape[0], latent], begins, updates);
      const belief = q(u.before, y);
      const x = belief.sample(noise("tvae/x", "normal", [y.shape[0], latent]));
      u.carry(config.state === "mean" ? belief.mean : x);
      const terms = {
        reconstruction: neg(p_y(x).logProb(y)),
        kl: klGaussian(belief, gaussianOf(transition(u.before))),
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
      /** p(y_t | x_t) at the mean of p(x_t | u_{t−1}). */
      predict: ({ u }) => p_y(gaussianOf(transition(u)).mean),
    },
  };
}
