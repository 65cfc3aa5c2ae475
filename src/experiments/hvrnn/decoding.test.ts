import { expect, test } from "vitest";
import type { DecodedFactor, DecodedState } from "../../probes/decoding.ts";
import { type DecodedRun, findings } from "./decoding.ts";

const reading = (factor: string, value: number, chance = 0): DecodedFactor => ({
  factor,
  value,
  low: value - 0.05,
  high: value + 0.05,
  chance,
});
const state = (layer: number, speed: number, label: number): DecodedState => ({
  state: `h${layer}`,
  layer,
  size: 4,
  r2: [reading("x", 0.9), reading("speed", speed)],
  accuracy: [reading("label", label, 0.1)],
});
const runOf = (kind: string, states: readonly DecodedState[]): DecodedRun => ({
  kind,
  seed: 1,
  data: "films",
  sequences: 10,
  frames: [5],
  states,
});
/** One seed: the VRNN's speed and label, the HVRNN's by layer. */
const seed = (
  alone: number,
  layers: readonly number[],
  labels: readonly [number, number] = [0.5, 0.5],
): DecodedRun[] => [
  runOf(
    "hvrnn",
    layers.map((speed, l) => state(l + 1, speed, labels[1])),
  ),
  runOf("vrnn", [state(1, alone, labels[0])]),
];
const verdict = (i: number, ...seeds: DecodedRun[][]): string => findings(seeds.flat())[i].verdict;

test("one layer alone tells the speed well from half of the variance on, in every seed", () => {
  expect(verdict(0, seed(0.6, [0.2, 0.2, 0.2]), seed(0.51, [0.2, 0.2, 0.2]))).toBe("shown");
  expect(verdict(0, seed(0.6, [0.2, 0.2, 0.2]), seed(0.4, [0.2, 0.2, 0.2]))).toBe("partly");
  expect(verdict(0, seed(0.04, [0.2, 0.2, 0.2]))).toBe("not shown"); // 0 is within the interval
});

test("the speed moves up if an upper layer tells it beyond the interval, and layer 1 less than the VRNN", () => {
  expect(verdict(1, seed(0.6, [0.2, 0.31, 0.1]), seed(0.6, [0.2, 0.1, 0.31]))).toBe("shown");
  expect(verdict(1, seed(0.6, [0.2, 0.29, 0.29]))).toBe("partly"); // fell, but intervals touch
  expect(verdict(1, seed(0.1, [0.2, 0.5, 0.1]))).toBe("partly"); // above, but not less than before
  expect(verdict(1, seed(0.29, [0.2, 0.5, 0.1]))).toBe("partly"); // less, but intervals touch
  expect(verdict(1, seed(0.6, [0.2, 0.5, 0.1]), seed(0.6, [0.2, 0.1, 0.1]))).toBe("partly");
  expect(verdict(1, seed(0.6, [0.7, 0.5, 0.1]))).toBe("not shown");
});

test("the label stays within five points", () => {
  const layers = [0.2, 0.2, 0.2];
  expect(verdict(2, seed(0.6, layers, [0.5, 0.54]))).toBe("shown");
  expect(verdict(2, seed(0.6, layers, [0.54, 0.46]))).toBe("partly");
  expect(verdict(2, seed(0.6, layers, [0.3, 0.5]))).toBe("not shown");
  expect(verdict(2, seed(0.6, layers, [0.14, 0.14]))).toBe("not shown"); // by chance
  // Means over seeds are compared.
  expect(verdict(2, seed(0.6, layers, [0.5, 0.6]), seed(0.6, layers, [0.6, 0.5]))).toBe("shown");
});

test("the text has every layer, and every other factor is measured", () => {
  const found = findings(seed(0.6, [0.2, 0.3, 0.1]));
  expect(found[1].ours).toBe(
    "h1: 0.20 (1 seed); h2: 0.30 (1 seed); h3: 0.10 (1 seed); an upper layer above layer 1 in 0 of 1",
  );
  expect(found.slice(3)).toEqual([
    {
      what: "R² of x from each state",
      paper: "no numbers in the text",
      ours: "VRNN h1: 0.90 (1 seed); HVRNN h1: 0.90 (1 seed); HVRNN h2: 0.90 (1 seed); HVRNN h3: 0.90 (1 seed); chance 0.00",
      verdict: "measured",
    },
  ]);
});
