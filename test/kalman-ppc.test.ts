import { beforeAll, describe, expect, test } from "vitest";
import { meanSquaredDistance } from "../src/base/circle.ts";
import { springModel } from "../src/data/damped-spring.ts";
import { type LtiPpc, ltiPpc } from "../src/data/lti-ppc.ts";
import { decodeSpikes } from "../src/data/population-code.ts";
import { estimates, kalmanFilter, type LinearGaussian, type NoisySequence } from "../src/models/kalman.ts";
import { fitKalman } from "../src/models/kalman-em.ts";

const STEPS = 1000;

function decoded(data: LtiPpc, split: "train" | "test", count: number, steps: number): NoisySequence[] {
  const size = STEPS * data.code.preferred.length;
  return Array.from({ length: count }, (_, k) => {
    const spikes = new Float32Array(size);
    data.splits[split].read("spikes", [k], spikes);
    return decodeSpikes(data.code, spikes.subarray(0, (size * steps) / STEPS));
  });
}

// Tracking a spring from 20 spikes a step: what Makin, Dichter & Sabes 2015 filter.
describe("Kalman filters on the population code's centres of mass", () => {
  const data = ltiPpc();
  const { circumference } = data.code;
  let sequences: NoisySequence[];
  const position = new Float32Array(40 * STEPS);
  beforeAll(() => {
    sequences = decoded(data, "test", 40, STEPS);
    data.splits.test.read(
      "position",
      Array.from({ length: 40 }, (_, k) => k),
      position,
    );
  });

  /** Mean squared error of the filtered position, rad². */
  function error(model: LinearGaussian): number {
    const found = sequences.flatMap((s) => [...estimates(model, kalmanFilter(model, s, { circumference }).filtered)]);
    return meanSquaredDistance(found, position, circumference);
  }

  test("with the true parameters, the error is 1.3e-4 to 1.6e-4 rad², an eighth of that of single steps", () => {
    expect(error(springModel(data.spring))).toBeGreaterThan(1.3e-4);
    expect(error(springModel(data.spring))).toBeLessThan(1.6e-4);
  });

  test("fitted to 20 sequences of 400 steps, two latents come near to that and one does not", () => {
    const train = decoded(data, "train", 20, 400);
    const [one, two] = ([1, 2] as const).map((order) => error(fitKalman(train, { order, circumference }).model));
    expect(one).toBeGreaterThan(5e-4);
    expect(one).toBeLessThan(6e-4);
    expect(two).toBeLessThan(1.2 * error(springModel(data.spring)));
  });
});
