/**
 * Exponential-family harmonium of single frames: the null model of the recurrent ones. It knows no time.
 * Abdulsalam & Makin, "Learning recurrent models with temporally local rules", row "order 0" of the tables.
 *
 *   y_t (batch, unit)   x_t (batch, hidden)        learned by CD-k from frames
 */
import { axis } from "../base/shape.ts";
import { clampedGibbs } from "./clamped-gibbs.ts";
import { harmonium, squaredError } from "./harmonium.ts";
import type { Model } from "./model.ts";
import { frameObservation, type RecurrentHarmoniumConfig } from "./recurrent-harmonium.ts";

export type OrderZeroConfig = Omit<RecurrentHarmoniumConfig, "state">;

export function orderZero(config: OrderZeroConfig): Model {
  const { family, frameMean: mean, turns, init, positive } = config;
  const [unit, hidden] = [axis("unit", config.units), axis("hidden", config.hidden)];
  const { up, down, gibbs, contrastiveDivergence, variables } = harmonium({
    hidden,
    visible: { sensory: { units: unit, family, mean } },
    init,
    positive,
  });

  return {
    name: "order-zero",
    source: "Abdulsalam & Makin, Learning recurrent models with temporally local rules",
    observation: frameObservation(config),
    latents: [{ name: "x", layer: 1, shape: [hidden], kind: "stochastic" }],
    variables,
    frames: true,
    learn({ x: y }) {
      const chain = gibbs({ sensory: y }, { turns });
      return {
        gradients: contrastiveDivergence({ sensory: y }, chain),
        terms: { "squared-error": squaredError(y, down(chain.x0)["sensory"]) },
      };
    },
    filter: {
      /** u_t = E[x_t | y_t], which nothing reads: there for those who ask what the model knows of a frame. */
      states: { u: [hidden] },
      step(y) {
        const u = up({ sensory: y }).mean;
        return { states: { u }, reconstruction: down(u)["sensory"] };
      },
      /** p(y): nothing is known of the past. */
      predict: (_, options) =>
        clampedGibbs({ unit, up: (y) => up({ sensory: y }), down: (x) => down(x)["sensory"] }, options),
    },
  };
}
