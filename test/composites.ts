/** Functions made of several ops that the gradient tests try, each with the leaves it takes. */
import { bernoulli, klBernoulli } from "../src/distributions/bernoulli.ts";
import { categorical, klCategorical } from "../src/distributions/categorical.ts";
import { gaussian, klGaussian } from "../src/distributions/gaussian.ts";
import { klPoisson, logFactorial, poisson } from "../src/distributions/poisson.ts";
import type { CaseInput } from "../src/graph/op.ts";
import {
  add,
  averagePool,
  flip,
  gather,
  leakyRelu,
  logSoftmax,
  logSumExp,
  mean,
  sign,
  silu,
  slice,
  softmaxCrossEntropy,
  square,
  tanh,
} from "../src/graph/ops/index.ts";
import type { Value } from "../src/graph/value.ts";
import { activations } from "../src/nn/activations.ts";
import { lstmGates } from "../src/nn/lstm.ts";

export interface Composite {
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  readonly build: (inputs: readonly Value[]) => Value;
}

const x: CaseInput = { dims: [2, 3] };
const unit: CaseInput = { dims: [2, 3], from: 0.05, to: 0.95 };
const count: CaseInput = { dims: [2, 3], from: 0, to: 9 };
const far: CaseInput = { dims: [2, 2], values: [-90, 90, 90, -90] };

const gates: readonly CaseInput[] = [{ dims: [2, 8] }, { dims: [2, 2] }];

const family: readonly Composite[] = [
  { name: "log N(x; μ, σ²)", inputs: [x, x, x], build: ([at, m, v]) => gaussian(m, v).logProb(at) },
  { name: "a draw from N(μ, σ²)", inputs: [x, x, x], build: ([e, m, v]) => gaussian(m, v).sample(e) },
  { name: "the entropy of N(μ, σ²)", inputs: [x, x], build: ([m, v]) => gaussian(m, v).entropy() },
  { name: "KL(N(μ, σ²) ‖ N(0, I))", inputs: [x, x], build: ([m, v]) => klGaussian(gaussian(m, v)) },
  {
    name: "KL of two Gaussians",
    inputs: [x, x, x, x],
    build: ([a, b, c, d]) => klGaussian(gaussian(a, b), gaussian(c, d)),
  },
  { name: "log Bernoulli(x | l)", inputs: [unit, x], build: ([at, l]) => bernoulli(l).logProb(at) },
  {
    name: "log Bernoulli at logits ±90",
    inputs: [{ ...unit, dims: [2, 2] }, far],
    build: ([at, l]) => bernoulli(l).logProb(at),
  },
  { name: "the entropy of Bernoulli(l)", inputs: [x], build: ([l]) => bernoulli(l).entropy() },
  { name: "KL of two Bernoullis", inputs: [x, x], build: ([a, b]) => klBernoulli(bernoulli(a), bernoulli(b)) },
  { name: "log Categorical(x | l)", inputs: [unit, x], build: ([at, l]) => categorical(l).logProb(at) },
  {
    name: "log Categorical at logits ±90",
    inputs: [{ ...unit, dims: [2, 2] }, far],
    build: ([at, l]) => categorical(l).logProb(at),
  },
  { name: "the entropy of Categorical(l)", inputs: [x], build: ([l]) => categorical(l).entropy() },
  { name: "KL of two Categoricals", inputs: [x, x], build: ([a, b]) => klCategorical(categorical(a), categorical(b)) },
  { name: "log Poisson(k | λ)", inputs: [count, x], build: ([k, l]) => poisson(l).logProb(k) },
  { name: "KL of two Poissons", inputs: [x, x], build: ([a, b]) => klPoisson(poisson(a), poisson(b)) },
  { name: "log k!", inputs: [count], build: ([k]) => logFactorial(k) },
];

const operations: readonly Composite[] = [
  { name: "log Σ exp", inputs: [x], build: ([a]) => logSumExp(a) },
  { name: "log Σ exp over the first axis, kept", inputs: [x], build: ([a]) => logSumExp(a, 0, true) },
  { name: "log Σ exp of ±90", inputs: [far], build: ([a]) => logSumExp(a) },
  { name: "log softmax", inputs: [x], build: ([a]) => logSoftmax(a) },
  { name: "leaky ReLU with slope 0.3", inputs: [x], build: ([a]) => leakyRelu(a, 0.3) },
  { name: "silu", inputs: [x], build: ([a]) => silu(a) },
  { name: "mean over an axis", inputs: [x], build: ([a]) => mean(square(a), [0]) },
  { name: "mean over all", inputs: [x], build: ([a]) => mean(square(a)) },
  { name: "square", inputs: [x], build: ([a]) => square(a) },
  { name: "sign", inputs: [x], build: ([a]) => sign(a) },
  {
    name: "an LSTM's output and state",
    inputs: gates,
    build: ([a, c]) => add(lstmGates(a, c).h, square(lstmGates(a, c).c)),
  },
  { name: "an LSTM's output", inputs: gates, build: ([a, c]) => lstmGates(a, c).h },
  { name: "an LSTM's state", inputs: gates, build: ([a, c]) => lstmGates(a, c).c },
  { name: "a slice backwards of a slice", inputs: [x], build: ([a]) => square(flip(slice(a, 1, 0, 3, 2), [1])) },
  {
    name: "an average over pixels inside",
    inputs: [{ dims: [1, 2, 3, 4] }],
    build: ([a]) => square(averagePool(a, { kernel: [3, 2], strides: 2, pads: [2, 1, 1, 0], countPads: false })),
  },
  {
    name: "squashed rows by number",
    inputs: [{ dims: [4, 2] }, { dims: [3], values: [3, 1, 3] }],
    build: ([table, rows]) => tanh(gather(table, rows)),
  },
  { name: "softmax cross-entropy", inputs: [x, unit], build: ([l, t]) => softmaxCrossEntropy(l, t) },
  {
    name: "softmax cross-entropy at logits ±90",
    inputs: [far, { ...unit, dims: [2, 2] }],
    build: ([l, t]) => softmaxCrossEntropy(l, t),
  },
];

const nonlinearities = Object.entries(activations).map(
  ([name, f]): Composite => ({ name: `activation ${name}`, inputs: [x], build: ([a]) => f(a) }),
);

export const composites: readonly Composite[] = [...operations, ...nonlinearities, ...family];
