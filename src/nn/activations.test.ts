import { expect, test } from "vitest";
import { interpret } from "../graph/interpret.ts";
import { constant } from "../graph/leaves.ts";
import { type ActivationName, activations } from "./activations.ts";

const x = [-3, -0.5, 0, 0.5, 3];
const logistic = (v: number): number => 1 / (1 + Math.exp(-v));

const formulas: Record<ActivationName, (v: number) => number> = {
  tanh: Math.tanh,
  relu: (v) => (v > 0 ? v : 0),
  "leaky-relu": (v) => (v > 0 ? v : 0.2 * v),
  sigmoid: logistic,
  softplus: (v) => Math.log(1 + Math.exp(v)),
  silu: (v) => v * logistic(v),
  linear: (v) => v,
};

test.each(Object.entries(formulas))("%s is its formula", (name, f) => {
  const [{ data }] = interpret([activations[name as ActivationName](constant(x, [5]))]);
  x.forEach((v, i) => void expect(data[i]).toBeCloseTo(f(v), 14));
});

test("every name has a formula here", () => expect(Object.keys(activations)).toEqual(Object.keys(formulas)));
