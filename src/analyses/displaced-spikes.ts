import { poissonQuantile } from "../base/poisson-quantile.ts";
import type { Stream } from "../base/random.ts";
import { type PopulationCode, rates } from "../data/population-code.ts";
import type { DisplacedStep } from "./impulse-response.ts";

/** Sequences of spikes with what they report. */
export interface ReportedSequences {
  /** Counts: (sequence, time, neuron) */
  readonly spikes: Float32Array;
  /** Positions, rad: (sequence, time) */
  readonly position: ArrayLike<number>;
  /** Gains, spikes: (sequence, time) */
  readonly gain: ArrayLike<number>;
  /** Number of sequences. */
  readonly count: number;
}

/**
 * Draws the spikes of one step anew, from positions a displacement ahead of the true one and as far behind it. Gain and uniform numbers
 * are the same for both, so that chance moves both alike.
 * @param stream uniform numbers; sequence n uses step n of it
 * @param displacement rad
 */
export function displacedSpikes(
  code: PopulationCode,
  { spikes, position, gain, count }: ReportedSequences,
  { stream, at, displacement }: { readonly stream: Stream; readonly at: number; readonly displacement: number },
): DisplacedStep {
  const neurons = code.preferred.length;
  const length = position.length / count;
  const uniform = new Float64Array(neurons);
  const drawn = (by: number): Float32Array => {
    const out = Float32Array.from(spikes);
    for (let n = 0; n < count; n++) {
      stream.uniform(n, uniform);
      const step = n * length + at;
      rates(code, position[step] + by, gain[step]).forEach((λ, i) => {
        out[step * neurons + i] = poissonQuantile(uniform[i], λ);
      });
    }
    return out;
  };
  return { ahead: drawn(displacement), behind: drawn(-displacement), at, displacement };
}
