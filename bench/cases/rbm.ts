import {
  axis,
  bernoulli,
  constantRate,
  initializers,
  input,
  noise,
  ops,
  sgd,
  type Value,
  variable,
} from "../../src/node.ts";
import { type BenchCase, batchesOf, rates, type Workload } from "../workload.ts";

const { add, matmul, mean, mul, square, sub } = ops;

export interface RbmSizes {
  readonly batch: number;
  readonly visible: number;
  readonly hidden: number;
  /** Gibbs steps, the k of CD-k. */
  readonly turns: number;
}

export const rbmDefaults: RbmSizes = { batch: 100, visible: 784, hidden: 400, turns: 1 };

/**
 * Contrastive divergence (Hinton 2002) for Bernoulli units: hidden units are sampled given the data, visible units are sampled in the
 * chain, the last hidden units are means; SGD with momentum 0.9. The loss is the squared error of the reconstruction.
 */
export function rbmStep({ batch, visible, hidden, turns }: RbmSizes = rbmDefaults): Workload {
  const [B, V, H] = [axis("batch", batch), axis("visible", visible), axis("hidden", hidden)];
  const W = variable("weight", [V, H], initializers.normal());
  const b = variable("visible-bias", [V], initializers.zeros());
  const c = variable("hidden-bias", [H], initializers.zeros());
  const up = (v: Value) => bernoulli(add(matmul(v, W), c));
  const down = (h: Value) => bernoulli(add(matmul(h, W, false, true), b));

  const v0 = input("v", [B, V]);
  const h0 = up(v0).sample(noise("hidden/0", "uniform", [B, H]));
  let [v, h] = [v0, h0];
  for (let turn = 1; turn <= turns; turn++) {
    v = down(h).sample(noise(`visible/${turn}`, "uniform", [B, V]));
    h = turn < turns ? up(v).sample(noise(`hidden/${turn}`, "uniform", [B, H])) : up(v).mean;
  }
  const gradients = [
    mul(sub(matmul(v, h, true), matmul(v0, h0, true)), 1 / batch),
    mean(sub(v, v0), ["batch"]),
    mean(sub(h, h0), ["batch"]),
  ];
  const optimizer = sgd(constantRate(0.01), { momentum: 0.9 });
  const parameters = [W, b, c];
  const draw = batchesOf({ v: { shape: v0.shape, fill: (u) => Number(u < 0.5) } }, 2000);
  return {
    program: {
      name: "contrastive divergence",
      outputs: { loss: mean(square(sub(v, v0))) },
      updates: optimizer.updates(parameters, gradients),
    },
    parameters,
    feeds: (step, place) => ({ ...draw(step, place), ...rates(optimizer, step) }),
  };
}

const about = "of a restricted Boltzmann machine 784-400, batch 100, SGD with momentum";

export const rbmCases: readonly BenchCase[] = [
  { name: "rbm-cd1", about: `CD-1 ${about}`, pytorch: ["rbm.py", "cd1"], unroll: 5, build: rbmStep },
  {
    name: "rbm-cd25",
    about: `CD-25 ${about}`,
    pytorch: ["rbm.py", "cd25"],
    build: () => rbmStep({ ...rbmDefaults, turns: 25 }),
  },
];
