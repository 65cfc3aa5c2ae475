import { axis } from "../base/shape.ts";
import { sigmoid, tanh } from "../graph/ops/activations.ts";
import { add, mul } from "../graph/ops/arithmetic.ts";
import { split } from "../graph/ops/layout.ts";
import { named, type Value } from "../graph/value.ts";
import type { Cell } from "./cell.ts";
import { dense } from "./dense.ts";
import { filled, gatewise, type Init, initializers, initialOf } from "./initializers.ts";
import type { RnnOptions } from "./rnn.ts";

export interface LstmOptions extends RnnOptions {
  /** First bias of the forget gate (1: remember at first; Jozefowicz et al. 2015). */
  readonly forgetBias?: number;
}

/**
 * Long short-term memory with forget gates (Hochreiter & Schmidhuber 1997; Gers et al. 2000):
 *   i, f, o = σ(x·W + b + h·U), each with its columns,  g = tanh(x·W_g + b_g + h·U_g),
 *   c′ = f ⊙ c + i ⊙ g,  h′ = o ⊙ tanh(c′), output h′.
 * x (batch, from), h and c (batch, to).
 * @param name names the variables "<name>/input/weight" W (from, 4·to), "<name>/input/bias" b (4·to), "<name>/hidden/weight" U
 *             (to, 4·to), their columns in the order i, f, o, g, and the states "<name>/h", "<name>/c". PyTorch's LSTM has the order
 *             i, f, g, o and two biases, of which b is the sum.
 */
export function lstm(name: string, options: LstmOptions): Cell {
  const { from, to, init = "glorot-uniform", hiddenInit = "orthogonal", forgetBias = 1 } = options;
  const H = to.size;
  const gates = axis("", 4 * H);
  const four = (one: Init, fanIn: number) => gatewise(new Array(4).fill(initialOf(one, { in: fanIn, out: H })), fanIn);
  const biasInit = lstmBias(forgetBias);
  const input = dense(`${name}/input`, { from, to: gates, init: four(init, from.size), biasInit });
  const hidden = dense(`${name}/hidden`, { from: to, to: gates, init: four(hiddenInit, H), bias: false });
  const [h, c] = [`${name}/h`, `${name}/c`];
  return {
    variables: [...input.variables, ...hidden.variables],
    states: { [h]: [to], [c]: [to] },
    step: (x, state) => {
      const products = add(input(x), hidden(state[h]));
      const next = named(name, () => lstmGates(products, state[c]));
      return { output: next.h, state: { [h]: next.h, [c]: next.c } };
    },
  };
}

/** c′ and h′ from the gates' sums, i, f, o, g side by side along axis 1, and the cell before. One sigmoid serves the first three. */
export function lstmGates(sums: Value, c: Value): { h: Value; c: Value } {
  const H = c.shape[1].size;
  const [ifo, g] = split(sums, 1, [3 * H, H]);
  const [i, f, o] = split(sigmoid(ifo), 1, 3);
  const next = add(mul(f, c), mul(i, tanh(g)));
  return { h: mul(o, tanh(next)), c: next };
}

/** First biases of the gates i, f, o, g. */
export function lstmBias(forget: number): Init {
  const zeros = initializers.zeros();
  return gatewise([zeros, filled(forget), zeros, zeros]);
}
