import { choose } from "../base/choose.ts";
import type { Stream } from "../base/random.ts";
import type { Initial } from "../graph/value.ts";

/** Numbers of connections into and out of a unit, which set the scale of its first weights. */
export interface Fans {
  readonly in: number;
  readonly out: number;
  /** Rows of the weights read as a matrix, row by row (default: `in`), for those who need a matrix. */
  readonly rows?: number;
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
  /** A random matrix with orthonormal rows or columns, whichever are fewer (Saxe et al. 2014, arXiv:1312.6120): keeps norms through time. */
  orthogonal: (f) => orthogonal(f.rows ?? f.in),
} as const satisfies Record<string, (fans: Fans) => Initial>;

export type InitializerName = keyof typeof initializers;

/** First values by name, or a function of one's own. */
export type Init = InitializerName | Initial;

/** What `init` stands for, for a weight with these fans. */
export function initialOf(init: Init, fans: Fans): Initial {
  return typeof init === "string" ? initializer(init, fans) : init;
}

/** An initialiser by name, for configs. @throws UsageError with the nearest known name */
export function initializer(name: string, fans: Fans): Initial {
  return choose<(fans: Fans) => Initial>("initializer", name, initializers)(fans);
}

/** The same number for every element. */
export function constant(value: number): Initial {
  return (out) => void out.fill(value);
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

/**
 * A matrix whose rows (or columns, if those are fewer) are orthonormal, uniformly distributed: normal draws made orthogonal one after
 * the other (modified Gram–Schmidt in float64).
 * @param rows of the matrix; its columns follow from the number of elements
 */
export function orthogonal(rows: number): Initial {
  return (out, stream) => {
    const columns = out.length / rows;
    const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
    const draws = new Float64Array(out.length);
    stream.normal(0, draws);
    const basis = Array.from({ length: count }, (_, i) => draws.subarray(i * length, (i + 1) * length));
    basis.forEach((v, i) => {
      for (const u of basis.slice(0, i)) addScaled(v, -dot(u, v), u);
      const norm = Math.sqrt(dot(v, v));
      for (let j = 0; j < length; j++) v[j] /= norm;
    });
    const at = rows <= columns ? (i: number, j: number) => basis[i][j] : (i: number, j: number) => basis[j][i];
    for (let i = 0; i < out.length; i++) out[i] = at(Math.floor(i / columns), i % columns);
  };
}

/**
 * Weights of several gates side by side, each started on its own: the tensor read as (outer, gate, rest), gate g filled by `initials[g]`.
 * @param outer 1 where the gates are rows, the number of rows where they are columns
 */
export function gatewise(initials: readonly Initial[], outer = 1): Initial {
  return (out, stream) => {
    const gates = initials.length;
    const inner = out.length / gates / outer;
    initials.forEach((initial, g) => {
      const own = new Float32Array(outer * inner);
      initial(own, interleaved(stream, g, gates));
      for (let o = 0; o < outer; o++) out.set(own.subarray(o * inner, (o + 1) * inner), (o * gates + g) * inner);
    });
  };
}

/** One of `count` streams that share the steps of a stream among them. */
function interleaved(s: Stream, which: number, count: number): Stream {
  const at = (step: number): number => step * count + which;
  return {
    name: `${s.name}/${which}`,
    uniform: (step, out) => s.uniform(at(step), out),
    normal: (step, out) => s.normal(at(step), out),
    words: (step, out) => s.words(at(step), out),
    permutation: (step, n) => s.permutation(at(step), n),
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
}

/** a ← a + c·b */
function addScaled(a: Float64Array, c: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i] += c * b[i];
}
