import { leakyRelu, relu, sigmoid, silu, softplus, tanh } from "../graph/ops/activations.ts";
import type { Value } from "../graph/value.ts";

/** Nonlinearities by name, for configs. */
export const activations = {
  tanh,
  relu,
  "leaky-relu": (x: Value) => leakyRelu(x),
  sigmoid,
  softplus,
  silu,
  linear: (x: Value) => x,
} as const satisfies Record<string, (x: Value) => Value>;

export type ActivationName = keyof typeof activations;
