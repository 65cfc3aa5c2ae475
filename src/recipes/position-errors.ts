import { openFilter } from "../analyses/filtering.ts";
import { wrappedDifference } from "../base/circle.ts";
import { UsageError } from "../base/errors.ts";
import { springModel } from "../data/damped-spring.ts";
import type { Dataset } from "../data/dataset.ts";
import type { LtiPpc } from "../data/lti-ppc.ts";
import { centreOfMass, decodeSpikes, type PopulationCode } from "../data/population-code.ts";
import { estimates, kalmanFilter } from "../models/kalman.ts";
import type { Evaluator } from "../training/evaluate.ts";
import type { EvaluationParts } from "./recipe.ts";

/**
 * How well a filter of population-coded positions tells the position, as mean squared errors on the circle, rad², over all steps of all
 * sequences: "decoded-mse", the centre of mass of the model's reconstruction; "spikes-mse", that of the spikes themselves, step by
 * step; "kalman-mse", the Kalman filter that knows the spring, on the same spikes; and "kalman-ratio", the first over the last.
 * @throws UsageError for data without a spring
 */
export async function positionEvaluator({
  model,
  dataset,
  split,
  field,
  ...parts
}: EvaluationParts): Promise<Evaluator> {
  const data = ltiPpcOf(dataset);
  const { count } = split;
  const length = data.fields[0].shape[0].size;
  const all = Uint32Array.from({ length: count }, (_, i) => i);
  const spikes = new Float32Array(count * length * data.code.preferred.length);
  split.read(field, all, spikes);
  const positions = new Float32Array(count * length);
  split.read("position", all, positions);
  const floor = referenceErrors(data, spikes, positions);
  const filter = await openFilter(model, parts.runtime, { count, length }, { threads: parts.threads });
  return {
    async evaluate(parameters) {
      await filter.write(parameters);
      const { reconstructions } = await filter.filter(spikes);
      const decoded = decodedError(data.code, reconstructions, positions, count);
      const scores = { "decoded-mse": decoded, ...floor, "kalman-ratio": decoded / floor["kalman-mse"] };
      return { terms: {}, scores, count };
    },
    dispose: () => filter.dispose(),
  };
}

/** Mean squared error of the centres of mass. @param rates (time, sequence, neuron) @param positions (sequence, time), rad */
export function decodedError(
  code: PopulationCode,
  rates: Float32Array,
  positions: Float32Array,
  count: number,
): number {
  const neurons = code.preferred.length;
  const length = positions.length / count;
  let total = 0;
  for (let t = 0; t < length; t++) {
    for (let n = 0; n < count; n++) {
      const at = (t * count + n) * neurons;
      const decoded = centreOfMass(code, rates.subarray(at, at + neurons));
      total += wrappedDifference(decoded, positions[n * length + t], code.circumference) ** 2;
    }
  }
  return total / positions.length;
}

/** What a step's spikes alone tell, and what the Kalman filter with the true parameters makes of them. */
export function referenceErrors(data: LtiPpc, spikes: Float32Array, positions: Float32Array) {
  const { code, spring } = data;
  const { circumference } = code;
  const steps = spikes.length / code.preferred.length;
  const length = data.fields[0].shape[0].size;
  const model = springModel(spring);
  let [alone, seen, filtered] = [0, 0, 0];
  for (let from = 0; from < steps; from += length) {
    const neurons = code.preferred.length;
    const { y, R } = decodeSpikes(code, spikes.subarray(from * neurons, (from + length) * neurons));
    const known = estimates(model, kalmanFilter(model, { y, R }, { circumference }).filtered);
    for (let t = 0; t < length; t++) {
      const position = positions[from + t];
      filtered += wrappedDifference(known[t], position, circumference) ** 2;
      if (Number.isNaN(y[t])) continue; // no spikes tell nothing
      alone += wrappedDifference(y[t], position, circumference) ** 2;
      seen++;
    }
  }
  return { "spikes-mse": alone / seen, "kalman-mse": filtered / steps };
}

function ltiPpcOf(dataset: Dataset): LtiPpc {
  if ("code" in dataset && "spring" in dataset) return dataset as LtiPpc;
  throw new UsageError({
    where: "data.id",
    expected: "data of which the position is known: lti-ppc",
    got: dataset.id,
    fix: "set data.id=lti-ppc",
  });
}
