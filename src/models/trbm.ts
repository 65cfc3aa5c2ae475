/**
 * Temporal restricted Boltzmann machine (TRBM), for frames of Bernoulli or Poisson units.
 * Sutskever & Hinton 2007, "Learning multilevel distributed representations for high-dimensional sequences" (AISTATS); as compared by
 * Abdulsalam & Makin, "Learning recurrent models with temporally local rules".
 *
 *   y_t (batch, unit)  the frame      u_t (batch, hidden)  the state      x_t (batch, hidden)
 *
 *   p(x_t, y_t | u_{t−1}): a harmonium of y_t whose hidden units also hear W_uᵀu_{t−1}
 *
 * It learns the transition: the past is clamped, the chain draws frames only. No gradient flows into u_{t−1}.
 */
import { internal } from "../base/errors.ts";
import { axis } from "../base/shape.ts";
import { variable } from "../graph/leaves.ts";
import { matmul } from "../graph/ops/matmul.ts";
import { initialOf } from "../nn/initializers.ts";
import { carried } from "./carried.ts";
import { clampedGibbs } from "./clamped-gibbs.ts";
import { bothPhases, harmonium, pairings, squaredError } from "./harmonium.ts";
import type { Model } from "./model.ts";
import { frameObservation, type RecurrentHarmoniumConfig } from "./recurrent-harmonium.ts";

/** The parts that the TRBM and the RTRBM share. */
export function trbmParts(config: RecurrentHarmoniumConfig) {
  const [unit, hidden, state] = [axis("unit", config.units), axis("hidden", config.hidden), axis("", config.hidden)];
  const { family, frameMean: mean, init, positive } = config;
  const frame = harmonium({ hidden, visible: { sensory: { units: unit, family, mean } }, init, positive });
  const fans = { in: config.hidden, out: config.hidden };
  const W_u = variable("recurrent/weight", [state, hidden], initialOf(config.init, fans));
  const latents: Model["latents"] = [{ name: "x", layer: 1, shape: [hidden], kind: "stochastic" }];
  const filter: Model["filter"] = {
    states: { u: [state] },
    step(y, { u }) {
      const x = frame.up({ sensory: y }, matmul(u, W_u)).mean;
      return { states: { u: x }, reconstruction: frame.down(x)["sensory"] };
    },
    predict({ u }, options) {
      const context = matmul(u, W_u);
      return clampedGibbs(
        { unit, up: (y) => frame.up({ sensory: y }, context), down: (x) => frame.down(x)["sensory"] },
        options,
      );
    },
  };
  return { ...frame, W_u, variables: [W_u, ...frame.variables], latents, filter, state };
}

export function trbm(config: RecurrentHarmoniumConfig): Model {
  const { down, gibbs, contrastiveDivergence, W_u, variables, latents, filter, state } = trbmParts(config);

  return {
    name: "trbm",
    source: "Sutskever & Hinton 2007 (AISTATS)",
    observation: frameObservation(config),
    latents,
    variables,
    frames: true,
    learn({ x: y, begins = internal("a model of frames is told where sequences begin") }, updates) {
      const u = carried("state/u", [y.shape[0], state], begins, updates);
      const chain = gibbs({ sensory: y }, { turns: config.turns, context: matmul(u.before, W_u) });
      u.carry(config.state === "mean" ? chain.belief.mean : chain.x0);
      const gradients = contrastiveDivergence({ sensory: y }, chain);
      gradients.set(W_u, pairings(u.before, u.before, bothPhases(chain.x, chain.positive)));
      return { gradients, terms: { "squared-error": squaredError(y, down(chain.x0)["sensory"]) } };
    },
    filter,
  };
}
