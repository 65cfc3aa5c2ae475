import { axis } from "../base/shape.ts";
import { sigmoid, tanh } from "../graph/ops/activations.ts";
import { add, mul, sub } from "../graph/ops/arithmetic.ts";
import { full } from "../graph/ops/broadcast.ts";
import { concat, split } from "../graph/ops/layout.ts";
import { withGradient } from "../graph/ops/with-gradient.ts";
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

/**
 * c′ and h′ from the gates' sums, i, f, o, g side by side along axis 1, and the cell before. One sigmoid serves the first three. The
 * gradient is written out, which takes a quarter fewer passes than the chain rule and keeps only the gates, both cells and tanh c′ from
 * the way there: with δ = ∂L/∂y ⊙ y, the derivative of the sum u of a gate y = σ(u) is δ − δ ⊙ y.
 */
export function lstmGates(sums: Value, c: Value): { h: Value; c: Value } {
  const H = c.shape[1].size;
  const [ifoSums, gSums] = split(sums, 1, [3 * H, H]);
  const ifo = sigmoid(ifoSums);
  const [i, f, o] = split(ifo, 1, 3);
  const g = tanh(gSums);
  const next = add(mul(f, c), mul(i, g));
  const seen = tanh(next);
  const h = mul(o, seen);
  const [hOut, cOut] = withGradient([h, next], [sums, c], ([dh, dNext]) => {
    const dSeen = dh && mul(dh, o);
    const dOo = dSeen ? mul(dSeen, seen) : full(h.shape, 0); // ∂L/∂o ⊙ o
    const fromH = dSeen && sub(dSeen, mul(dOo, seen)); // dh ⊙ o ⊙ (1 − tanh² c′)
    const dC = fromH && dNext ? add(fromH, dNext) : (fromH ?? dNext)!;
    const [dG, dLast] = [mul(dC, i), mul(dC, f)];
    const dIi = mul(dG, g);
    const dFf = mul(dLast, c);
    const dGSum = sub(dG, mul(dIi, g));
    if (c.shape.length > 2) {
      const dSums = [sub(dIi, mul(dIi, i)), sub(dFf, mul(dFf, f)), sub(dOo, mul(dOo, o))];
      return [concat([...dSums, dGSum], 1), dLast];
    }
    const δ = concat([dIi, dFf, dOo], 1); // of small matrices, few operations cost less than few copies
    return [concat([sub(δ, mul(δ, ifo)), dGSum], 1), dLast];
  });
  return { h: hOut, c: cOut };
}

/** First biases of the gates i, f, o, g. */
export function lstmBias(forget: number): Init {
  const zeros = initializers.zeros();
  return gatewise([zeros, filled(forget), zeros, zeros]);
}
