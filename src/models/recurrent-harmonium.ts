import { axis } from "../base/shape.ts";
import type { Init } from "../nn/initializers.ts";
import type { PositivePhase, UnitFamily } from "./harmonium.ts";
import type { Observation } from "./model.ts";

/** Sizes of the recurrent harmoniums, and how they learn. */
export interface RecurrentHarmoniumConfig {
  /** Size of a frame y_t. */
  readonly units: number;
  readonly family: UnitFamily;
  /** Mean of y's units in the data, which the biases b_y start from; without it they start at 0. */
  readonly frameMean?: number;
  /** Size of x_t, and of the state u_t. */
  readonly hidden: number;
  /** Turns of Gibbs sampling, the k of CD-k. */
  readonly turns: number;
  /** u_t is E[x_t | u_{t−1}, y_t], or a draw of x_t. */
  readonly state: "mean" | "sample";
  readonly init: Init;
  /** What the rule has of hidden units under the data (see HarmoniumOptions); the RTRBM's has their mean always. */
  readonly positive?: PositivePhase;
}

/** What a frame is, for the contract. */
export function frameObservation({ units, family }: Pick<RecurrentHarmoniumConfig, "units" | "family">): Observation {
  return family === "poisson"
    ? { shape: [axis("unit", units)], range: [0, Infinity], doc: "counts of one frame" }
    : { shape: [axis("unit", units)], range: [0, 1], doc: "intensities of one frame" };
}
