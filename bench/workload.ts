import {
  type Feeds,
  gradient,
  type Optimizer,
  ops,
  type Program,
  type Shape,
  streams,
  type Value,
} from "../src/node.ts";

/** What a case repeats: one training step, and what it is fed. */
export interface Workload {
  readonly program: Program;
  readonly parameters: readonly Value[];
  /**
   * Inputs of a step; noise is drawn by whoever runs it.
   * @param place in the call, whose arrays may be used again from call to call
   */
  feeds(step: number, place: number): Feeds;
}

/** A benchmark: a training step of ours, and the same step in PyTorch. */
export interface BenchCase {
  readonly name: string;
  /** One sentence: the model, its sizes, what a step does. */
  readonly about: string;
  /** The file in bench/pytorch with the other side, and its variant. */
  readonly pytorch: readonly string[];
  /** Steps in one copy of the graph (default 1). Worth it where a step is short beside its copies of the variables. */
  readonly unroll?: number;
  build(): Workload;
}

/** Inputs at a step, by name, into arrays kept for this place in the call. */
export type Draw = (step: number, place: number) => Feeds;

/** The workload that minimises a loss. */
export function minimising(
  loss: Value,
  {
    name,
    parameters,
    optimizer,
    draw,
    updates = [],
  }: {
    name: string;
    parameters: readonly Value[];
    optimizer: Optimizer;
    draw: Draw;
    /** Of variables that are not learned: running statistics. */
    updates?: Program["updates"];
  },
): Workload {
  return {
    program: {
      name,
      outputs: { loss },
      updates: [...optimizer.updates(parameters, gradient(loss, parameters)), ...updates],
    },
    parameters,
    feeds: (step, place) => ({ ...draw(step, place), ...rates(optimizer, step) }),
  };
}

/** What an optimiser's graph reads at a step. */
export function rates(optimizer: Optimizer, step: number): Feeds {
  return Object.fromEntries(Object.entries(optimizer.scalars(step)).map(([name, v]) => [name, Float32Array.of(v)]));
}

/** −log Bernoulli(x | logits) of every element, in nats. */
export function bernoulliCost(x: Value, logits: Value): Value {
  return ops.sub(ops.softplus(logits), ops.mul(x, logits));
}

/** An input of a case: its shape, with an axis named "batch", and how the numbers in memory come about. */
export interface Field {
  readonly shape: Shape;
  /** The distribution of every number, or a function of u uniform in (0, 1). */
  readonly fill: "normal" | "uniform" | ((u: number) => number);
}

/**
 * Batches drawn anew at every step from `count` examples in memory, the same examples in all fields.
 * @param fields by the name of the input
 */
export function batchesOf(fields: Readonly<Record<string, Field>>, count: number): Draw {
  const random = streams(1);
  const pools = Object.entries(fields).map(([name, { shape, fill }]) => {
    const at = shape.findIndex((a) => a.name === "batch");
    const size = (from: number, to?: number): number => shape.slice(from, to).reduce((n, a) => n * a.size, 1);
    const [lead, row] = [size(0, at), size(at + 1)];
    const data = new Float32Array(lead * count * row);
    random(`pool/${name}`)[fill === "normal" ? "normal" : "uniform"](0, data);
    if (typeof fill === "function") data.forEach((u, i) => void (data[i] = fill(u)));
    return { name, batch: shape[at].size, lead, row, data, places: [] as Float32Array[] };
  });
  const chosen = new Uint32Array(pools[0].batch);
  return (step, place) => {
    random("batches").words(step, chosen);
    return Object.fromEntries(
      pools.map(({ name, batch, lead, row, data, places }) => {
        places[place] ??= new Float32Array(lead * batch * row);
        for (let l = 0, to = 0; l < lead; l++) {
          for (const word of chosen) {
            const from = (l * count + (word % count)) * row;
            places[place].set(data.subarray(from, from + row), to);
            to += row;
          }
        }
        return [name, places[place]];
      }),
    );
  };
}
