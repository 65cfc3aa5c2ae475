import { choose } from "../base/choose.ts";
import type { Initial } from "../graph/value.ts";

/** Numbers of connections into and out of a unit, which set the scale of its first weights. */
export interface Fans {
  readonly in: number;
  readonly out: number;
}

/** First values of weights, by the names of the field. */
export const initializers = {
  zeros: () => (out) => void out.fill(0),
  ones: () => (out) => void out.fill(1),
  /** N(0, 0.01²), the scale that restricted Boltzmann machines start from (Hinton 2010, A practical guide to training RBMs, §8). */
  normal: () => gaussian(0.01),
  /** Uniform in ±√(6 / (in + out)) (Glorot & Bengio 2010, eq. 16): keeps variances through tanh layers. */
  "glorot-uniform": (f) => uniform(Math.sqrt(6 / (f.in + f.out))),
  /** N(0, 2 / (in + out)). */
  "glorot-normal": (f) => gaussian(Math.sqrt(2 / (f.in + f.out))),
  /** Uniform in ±√(6 / in) (He et al. 2015, eq. 10): keeps variances through ReLU layers. */
  "he-uniform": (f) => uniform(Math.sqrt(6 / f.in)),
  /** N(0, 2 / in). */
  "he-normal": (f) => gaussian(Math.sqrt(2 / f.in)),
} as const satisfies Record<string, (fans: Fans) => Initial>;

export type InitializerName = keyof typeof initializers;

/** An initialiser by name, for configs. @throws UsageError with the nearest known name */
export function initializer(name: string, fans: Fans): Initial {
  return choose<(fans: Fans) => Initial>("initializer", name, initializers)(fans);
}

/** N(0, std²) for every element. */
export function gaussian(std: number): Initial {
  return (out, stream) => {
    stream.normal(0, out);
    for (let i = 0; i < out.length; i++) out[i] *= std;
  };
}

/** Uniform in ±bound for every element. */
export function uniform(bound: number): Initial {
  return (out, stream) => {
    stream.uniform(0, out);
    for (let i = 0; i < out.length; i++) out[i] = (2 * out[i] - 1) * bound;
  };
}

/** The same number for every element. */
export function filled(value: number): Initial {
  return (out) => void out.fill(value);
}
