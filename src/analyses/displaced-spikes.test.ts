import { expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { centreOfMass, populationCode } from "../data/population-code.ts";
import { displacedSpikes } from "./displaced-spikes.ts";

const [COUNT, LENGTH, AT, BY] = [200, 3, 1, 0.05];
const code = populationCode();
const neurons = code.preferred.length;
const spikes = new Float32Array(COUNT * LENGTH * neurons).fill(7);
const position = Float64Array.from({ length: COUNT * LENGTH }, (_, i) => 0.5 - (i % 7) / 7);
const gain = new Float64Array(COUNT * LENGTH).fill(8);
const made = displacedSpikes(
  code,
  { spikes, position, gain, count: COUNT },
  { stream: stream(1, "test"), at: AT, displacement: BY },
);
const stepOf = (all: Float32Array, n: number, t: number): Float32Array =>
  all.subarray((n * LENGTH + t) * neurons, (n * LENGTH + t + 1) * neurons);

test("only the one step is drawn anew", () => {
  for (const all of [made.ahead, made.behind]) {
    for (let n = 0; n < COUNT; n++) {
      for (const t of [0, 2]) expect([...stepOf(all, n, t)]).toEqual(new Array(neurons).fill(7));
      expect([...stepOf(all, n, AT)]).not.toEqual(new Array(neurons).fill(7));
    }
  }
});

test("centres of mass differ by twice the displacement, much less than two draws with chances of their own would scatter", () => {
  const apart = Array.from({ length: COUNT }, (_, n) => {
    const [a, b] = [made.ahead, made.behind].map((all) => centreOfMass(code, stepOf(all, n, AT)));
    return a - b;
  });
  const mean = apart.reduce((s, d) => s + d, 0) / COUNT;
  const sd = Math.sqrt(apart.reduce((s, d) => s + (d - mean) ** 2, 0) / (COUNT - 1));
  expect(Math.abs(mean - 2 * BY)).toBeLessThan((5 * sd) / Math.sqrt(COUNT));
  const alone = Math.sqrt((2 * code.tuningVariance) / 21); // about 21 spikes a step
  expect(sd).toBeLessThan(0.7 * alone);
});

test("every sequence has chances of its own", () => {
  // Sequences 0 and 7 have the same positions and gains.
  expect(position[AT]).toBe(position[7 * LENGTH + AT]);
  expect([...stepOf(made.ahead, 0, AT)]).not.toEqual([...stepOf(made.ahead, 7, AT)]);
});
