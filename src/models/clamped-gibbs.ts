import type { Axis } from "../base/shape.ts";
import type { Bernoulli } from "../distributions/bernoulli.ts";
import type { Distribution } from "../distributions/distribution.ts";
import { noise } from "../graph/leaves.ts";
import type { Value } from "../graph/value.ts";
import type { PredictionOptions } from "./model.ts";

/** A harmonium of frames y and hidden units x, of which all else is held. */
export interface ClampedHarmonium {
  readonly unit: Axis;
  /** p(x | y, what is held)   y (batch, unit) */
  up(y: Value): Bernoulli;
  /** p(y | x)   x (batch, hidden) */
  down(x: Value): Distribution;
}

/**
 * p(y | what is held) as a chain finds it (Sutskever, Hinton & Taylor 2008): frames start as uniform noise; so many turns of Gibbs sampling
 * of y and x; then, with means in place of draws, down, up and down once more. Draws come from noise "predict/start", "predict/hidden/0…turns"
 * and "predict/sensory/1…turns".
 */
export function clampedGibbs({ unit, up, down }: ClampedHarmonium, { batch, turns }: PredictionOptions): Distribution {
  const draw = (p: Distribution, name: string): Value => p.sample(noise(`predict/${name}`, "uniform", p.mean.shape));
  let x = draw(up(noise("predict/start", "uniform", [batch, unit])), "hidden/0");
  for (let turn = 1; turn <= turns; turn++) {
    const y = draw(down(x), `sensory/${turn}`);
    x = draw(up(y), `hidden/${turn}`);
  }
  return down(up(down(x).mean).mean);
}
