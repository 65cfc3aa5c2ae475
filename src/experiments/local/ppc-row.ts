import { type Autoregression, autoregression } from "../../analyses/autoregression.ts";
import { type ImpulseResponse, impulseResponse } from "../../analyses/impulse-response.ts";
import { fitReadout } from "../../analyses/linear-readout.ts";
import { meanSquaredDistance } from "../../base/circle.ts";
import { stream } from "../../base/random.ts";
import type { PositionEstimator } from "./kalman-rows.ts";
import type { PositionFilter } from "./position-filter.ts";
import { type PpcOptions, type PpcStage, type Sequences, trainingSequences } from "./ppc-stage.ts";

/** How well one filter tells the position; errors are means of squared distances on the circle, rad². */
export interface FilterScores {
  /** On the test sequences. */
  readonly mse: number;
  /** With the state set back before every step (W_u = 0): each step is a sequence of its own. */
  readonly memoryless: number;
  /** With the steps of each test sequence in random order. */
  readonly shuffled: number;
  readonly impulse: ImpulseResponse;
  readonly autoregression: Autoregression;
}

/** What a filter is asked, trained or not. */
export async function scoreFilter(
  estimate: PositionEstimator,
  { data, test, shuffled, centres, displaced }: PpcStage,
  { impulse, settle }: PpcOptions,
): Promise<FilterScores & { readonly estimates: Float64Array }> {
  const { circumference } = data.code;
  const error = (found: ArrayLike<number>, { position }: Sequences): number =>
    meanSquaredDistance(found, position, circumference);
  const estimates = await estimate(test.spikes, test.count);
  const mse = error(estimates, test);
  return {
    estimates,
    mse,
    memoryless: error(await withoutMemory(estimate, test), test),
    shuffled: error(await estimate(shuffled.spikes, shuffled.count), shuffled),
    impulse: await impulseResponse((spikes) => estimate(spikes, displaced.count), displaced, {
      count: displaced.count,
      lags: impulse.lags,
      circumference,
    }),
    autoregression: autoregression(estimates, centres, {
      count: test.count,
      skip: settle,
      circumference,
      negligible: mse * NEGLIGIBLE,
    }),
  };
}

/** What an autoregression may leave of a filter's estimates, as a part of the error that the filter itself makes. */
export const NEGLIGIBLE = 0.1;

/** Every step as a sequence of its own, those of one sequence side by side. */
async function withoutMemory(estimate: PositionEstimator, { count, length, spikes }: Sequences): Promise<Float64Array> {
  const out = new Float64Array(count * length);
  const size = spikes.length / count;
  for (let n = 0; n < count; n++) {
    out.set(await estimate(spikes.subarray(n * size, (n + 1) * size), length), n * length);
  }
  return out;
}

/**
 * The second read-out: ridge regression from states to positions, fitted on training sequences of the seed's own. Regression knows no
 * circle, but the spring stays within it: a position at its ends would count as a miss.
 * @returns mean squared error on the test sequences, rad²
 */
export async function readoutError(
  filter: PositionFilter,
  stage: PpcStage,
  { readout: { sequences, steps, every } }: PpcOptions,
  seed: number,
): Promise<number> {
  const { position, spikes, count, length } = trainingSequences(stage, seed, sequences, steps);
  const { data, width } = (await filter.filter(spikes, count)).features();
  const kept = Array.from(position.keys()).filter((i) => i % every === 0);
  const features = { data: kept.flatMap((i) => Array.from(data.subarray(i * width, (i + 1) * width))), width };
  const read = fitReadout(
    features,
    Float64Array.from(kept, (i) => position[i]),
    { units: kept.map((i) => Math.floor(i / length)), stream: stream(seed, "local-ppc/readout") },
  );
  const found = read((await filter.filter(stage.test.spikes, stage.test.count)).features());
  return meanSquaredDistance(found, stage.test.position, stage.data.code.circumference);
}
