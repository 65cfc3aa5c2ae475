/**
 * Recurrent temporal restricted Boltzmann machine (RTRBM): a TRBM whose state is the hidden mean, trained through time.
 * Sutskever, Hinton & Taylor 2008, "The recurrent temporal restricted Boltzmann machine" (NIPS 21).
 *
 *   y_t (batch, unit)  the frame      r_t (batch, hidden)  E[x_t | r_{t−1}, y_t]      T = length
 *
 *   log p(y_1…T) = Σ_t log p(y_t | r_{t−1}),  r_t = σ(W_uᵀr_{t−1} + W_yᵀy_t + b_x),  r_0 = 0
 *
 * The gradient of each log p(y_t | r_{t−1}) has ⟨·⟩ under the frame minus ⟨·⟩ under the model, which CD-k replaces; into r_{t−1} flows
 * W_u(E[x_t | y_t] − E[x_t]), and back through time from there. Both are the gradient of F(y_t) − F(ỹ_t), F the free energy given r_{t−1}
 * and ỹ_t the chain's last frame, taken as a constant.
 *
 * Differs: no bias of its own for the first frame (b_init), as in the authors' code of the rEFH.
 */
import { axis } from "../base/shape.ts";
import { gradient } from "../graph/gradient.ts";
import { mean, sub } from "../graph/ops/arithmetic.ts";
import { full } from "../graph/ops/broadcast.ts";
import { concat, reshape, transpose } from "../graph/ops/layout.ts";
import { matmul } from "../graph/ops/matmul.ts";
import { stopGradient } from "../graph/ops/stop-gradient.ts";
import type { Value } from "../graph/value.ts";
import { timeSteps } from "../nn/recurrence.ts";
import { squaredError } from "./harmonium.ts";
import type { Model } from "./model.ts";
import { frameObservation, type RecurrentHarmoniumConfig } from "./recurrent-harmonium.ts";
import { trbmParts } from "./trbm.ts";

export interface RtrbmConfig extends Omit<RecurrentHarmoniumConfig, "state"> {
  /** Frames of a sequence, T. */
  readonly length: number;
}

export function rtrbm(config: RtrbmConfig): Model {
  const { variables, latents, filter, gibbs, down, ...machine } = trbmParts({ ...config, state: "mean" });
  const { shape, range, doc } = frameObservation(config);

  return {
    name: "rtrbm",
    source: "Sutskever, Hinton & Taylor 2008 (NIPS 21)",
    observation: { shape: [axis("time", config.length), ...shape], range, doc: doc.replace("one frame", "each frame") },
    latents,
    variables,
    learn({ x }) {
      const [batch, time, unit] = x.shape;
      const frames = transpose(x, [1, 0, 2]); // (time, batch, unit)
      const context = contexts(machine, frames); // (time·batch, hidden)
      const y = reshape(frames, [context.shape[0], unit]);
      const chain = gibbs({ sensory: y }, { turns: config.turns, context });
      const loss = contrast(machine, y, chain.v["sensory"], context);
      const slopes = gradient(loss, variables);
      const missed = squaredError(y, down(chain.x0)["sensory"]); // (time·batch)
      return {
        gradients: new Map(variables.map((v, i) => [v, slopes[i]])),
        terms: { "squared-error": mean(reshape(missed, [time, batch]), ["time"]) },
      };
    },
    filter,
  };
}

type Machine = Pick<ReturnType<typeof trbmParts>, "up" | "freeEnergy" | "W_u" | "hiddenBias">;

/** W_uᵀr_{t−1} of all frames: (time, batch, unit) → (time·batch, hidden), time after time. */
export function contexts({ up, W_u, hiddenBias }: Machine, frames: Value): Value {
  const [, batch] = frames.shape;
  const found = [full([batch, ...hiddenBias.shape], 0)]; // r_0 = 0
  for (const y of timeSteps(frames).slice(0, -1)) {
    const r = up({ sensory: y }, found[found.length - 1]).mean;
    found.push(matmul(r, W_u));
  }
  return concat(found, 0);
}

/** Mean over frames of F(y_t | r_{t−1}) − F(ỹ_t | r_{t−1}), whose gradient is the rule. @param fantasy ỹ, as y (row, unit) */
export function contrast({ freeEnergy }: Machine, y: Value, fantasy: Value, context: Value): Value {
  return mean(sub(freeEnergy({ sensory: y }, context), freeEnergy({ sensory: stopGradient(fantasy) }, context)));
}
