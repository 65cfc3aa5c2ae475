import { axis } from "../base/shape.ts";
import { sigmoid, tanh } from "../graph/ops/activations.ts";
import { add, mul, sub } from "../graph/ops/arithmetic.ts";
import { split } from "../graph/ops/layout.ts";
import { named } from "../graph/value.ts";
import type { Cell } from "./cell.ts";
import { dense } from "./dense.ts";
import { gatewise, initialOf } from "./initializers.ts";
import type { RnnOptions } from "./rnn.ts";

/**
 * Gated recurrent unit (Cho et al. 2014, arXiv:1406.1078), with the reset applied after the hidden product, as PyTorch and cuDNN have it:
 *   r = σ(x·W_r + b_r + h·U_r + c_r),  z = σ(x·W_z + b_z + h·U_z + c_z),
 *   n = tanh(x·W_n + b_n + r ⊙ (h·U_n + c_n)),  h′ = (1 − z) ⊙ n + z ⊙ h, output h′.
 * x (batch, from), h (batch, to).
 * @param name names the variables "<name>/input/weight" W (from, 3·to), "<name>/input/bias" b (3·to), "<name>/hidden/weight" U
 *             (to, 3·to), "<name>/hidden/bias" c (3·to), their columns in the order r, z, n, and the state "<name>/h"
 */
export function gru(name: string, options: RnnOptions): Cell {
  const { from, to, init = "glorot-uniform", hiddenInit = "orthogonal" } = options;
  const H = to.size;
  const gates = axis("", 3 * H);
  const three = (one: typeof init, fanIn: number) =>
    gatewise(new Array(3).fill(initialOf(one, { in: fanIn, out: H })), fanIn);
  const input = dense(`${name}/input`, { from, to: gates, init: three(init, from.size) });
  const hidden = dense(`${name}/hidden`, { from: to, to: gates, init: three(hiddenInit, H) });
  const h = `${name}/h`;
  return {
    variables: [...input.variables, ...hidden.variables],
    states: { [h]: [to] },
    step: (x, state) => {
      const [fromX, fromH] = [input(x), hidden(state[h])];
      const next = named(name, () => {
        const [rzX, nX] = split(fromX, 1, [2 * H, H]);
        const [rzH, nH] = split(fromH, 1, [2 * H, H]);
        const [r, z] = split(sigmoid(add(rzX, rzH)), 1, 2);
        const n = tanh(add(nX, mul(r, nH)));
        return add(n, mul(z, sub(state[h], n)));
      });
      return { output: next, state: { [h]: next } };
    },
  };
}
