import type { LtiPpc } from "../../data/lti-ppc.ts";
import { decodeSpikes } from "../../data/population-code.ts";
import { estimates, kalmanFilter, type LinearGaussian, type NoisySequence } from "../../models/kalman.ts";
import { fitKalman } from "../../models/kalman-em.ts";

/** Tells positions of sequences side by side: spikes (sequence, time, neuron) → rad, (sequence, time). */
export type PositionEstimator = (spikes: Float32Array, count: number) => Promise<Float64Array>;

/** Centres of mass of each step's spikes and their variances, sequence by sequence. @param spikes (sequence, time, neuron) */
export function decodedSequences({ code }: LtiPpc, spikes: Float32Array, count: number): NoisySequence[] {
  const size = spikes.length / count;
  return Array.from({ length: count }, (_, n) => decodeSpikes(code, spikes.subarray(n * size, (n + 1) * size)));
}

/** A Kalman filter on the centres of mass, with R_t = tuning variance / number of spikes. */
export function kalmanEstimator(data: LtiPpc, model: LinearGaussian): PositionEstimator {
  const { circumference } = data.code;
  return async (spikes, count) => {
    const found = decodedSequences(data, spikes, count).map((sequence) =>
      estimates(model, kalmanFilter(model, sequence, { circumference }).filtered),
    );
    const out = new Float64Array(found.length * found[0].length);
    for (const [n, own] of found.entries()) out.set(own, n * own.length);
    return out;
  };
}

/**
 * KF-1 or KF-2: a filter of one latent or two, fitted by expectation maximisation to the centres of mass.
 * @param spikes of training sequences: (sequence, time, neuron)
 */
export function fittedKalman(
  data: LtiPpc,
  spikes: Float32Array,
  count: number,
  options: { readonly order: 1 | 2; readonly iterations: number },
): LinearGaussian {
  const { circumference } = data.code;
  return fitKalman(decodedSequences(data, spikes, count), { ...options, circumference }).model;
}
