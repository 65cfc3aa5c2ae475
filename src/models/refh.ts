/**
 * Recurrent exponential-family harmonium (rEFH).
 * Abdulsalam & Makin, "Learning recurrent models with temporally local rules"; Makin, Dichter & Sabes 2016, "Recurrent exponential-family
 * harmoniums without backprop-through-time" (arXiv:1605.05799).
 *
 *   y_t (batch, unit)  the frame      u_t (batch, hidden)  the state      x_t (batch, hidden)
 *
 *   p(x_t | u_{t−1}, y_t) = Bern(σ(W_uᵀu_{t−1} + W_yᵀy_t + b_x))
 *   p(u_{t−1} | x_t) = Bern(σ(W_u x_t + b_u))      p(y_t | x_t) = Bern(σ(W_y x_t + b_y)) or Pois(exp(W_y x_t + b_y))
 *
 * The harmonium learns the joint distribution of the frame and of the state before it. That state is data: no gradient flows into it.
 * Before the first frame it is 0 and stays 0 in the chain, so that nothing is learned of it there (as in the authors' code).
 */

import { internal } from "../base/errors.ts";
import { axis } from "../base/shape.ts";
import { mul } from "../graph/ops/arithmetic.ts";
import { carried } from "./carried.ts";
import { clampedGibbs } from "./clamped-gibbs.ts";
import { harmonium, squaredError } from "./harmonium.ts";
import type { Model } from "./model.ts";
import { frameObservation, type RecurrentHarmoniumConfig } from "./recurrent-harmonium.ts";

export function refh(config: RecurrentHarmoniumConfig): Model {
  const { family, frameMean: mean, turns, init, positive } = config;
  const [unit, hidden, state] = [axis("unit", config.units), axis("hidden", config.hidden), axis("", config.hidden)];
  const { up, down, gibbs, contrastiveDivergence, variables } = harmonium({
    hidden,
    visible: { recurrent: { units: state, family: "bernoulli" }, sensory: { units: unit, family, mean } },
    init,
    positive,
  });

  return {
    name: "refh",
    source: "Abdulsalam & Makin, Learning recurrent models with temporally local rules; arXiv:1605.05799",
    observation: frameObservation(config),
    latents: [{ name: "x", layer: 1, shape: [hidden], kind: "stochastic" }],
    variables,
    frames: true,
    learn({ x: y, begins = internal("a model of frames is told where sequences begin") }, updates) {
      const u = carried("state/u", [y.shape[0], state], begins, updates);
      const data = { recurrent: u.before, sensory: y }; // [U_{t−1}, Y_t]
      const chain = gibbs(data, { turns, hold: (v) => ({ ...v, recurrent: mul(v["recurrent"], u.goesOn) }) });
      u.carry(config.state === "mean" ? chain.belief.mean : chain.x0);
      return {
        gradients: contrastiveDivergence(data, chain),
        terms: { "squared-error": squaredError(y, down(chain.x0)["sensory"]) },
      };
    },
    filter: {
      states: { u: [state] },
      step(y, { u }) {
        const x = up({ recurrent: u, sensory: y }).mean;
        return { states: { u: x }, reconstruction: down(x)["sensory"] };
      },
      predict: ({ u }, options) =>
        clampedGibbs({ unit, up: (y) => up({ recurrent: u, sensory: y }), down: (x) => down(x)["sensory"] }, options),
    },
  };
}
