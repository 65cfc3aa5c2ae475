import type { Axis } from "../base/shape.ts";
import { tanh } from "../graph/ops/activations.ts";
import { add } from "../graph/ops/arithmetic.ts";
import { named } from "../graph/value.ts";
import type { Cell } from "./cell.ts";
import { dense } from "./dense.ts";
import type { Init } from "./initializers.ts";

/** How a recurrent cell is built. */
export interface RnnOptions {
  /** The input's features. */
  readonly from: Axis;
  /** The hidden units. */
  readonly to: Axis;
  /** First input-to-hidden weights, of each gate (default Glorot uniform). */
  readonly init?: Init;
  /** First hidden-to-hidden weights, of each gate (default orthogonal). */
  readonly hiddenInit?: Init;
}

/**
 * Plain recurrent cell (Elman 1990): h′ = tanh(x·W + b + h·U), output h′.  x (batch, from), h (batch, to).
 * @param name names the variables "<name>/input/weight" W (from, to), "<name>/input/bias" b (to), "<name>/hidden/weight" U (to, to) and
 *             the state "<name>/h". PyTorch's RNN has two biases, of which b is the sum.
 */
export function rnn(name: string, options: RnnOptions): Cell {
  const { from, to, init = "glorot-uniform", hiddenInit = "orthogonal" } = options;
  const input = dense(`${name}/input`, { from, to, init });
  const hidden = dense(`${name}/hidden`, { from: to, to, init: hiddenInit, bias: false });
  const h = `${name}/h`;
  return {
    variables: [...input.variables, ...hidden.variables],
    states: { [h]: [to] },
    step: (x, state) => {
      const products = add(input(x), hidden(state[h]));
      const next = named(name, () => tanh(products));
      return { output: next, state: { [h]: next } };
    },
  };
}
