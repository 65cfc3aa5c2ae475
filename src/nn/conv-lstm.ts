import { ShapeError } from "../base/errors.ts";
import { type Axis, axis, type Shape, showShape } from "../base/shape.ts";
import { add } from "../graph/ops/arithmetic.ts";
import { named } from "../graph/value.ts";
import type { Cell } from "./cell.ts";
import { convolution } from "./conv.ts";
import { gatewise, type Init, initialOf } from "./initializers.ts";
import { layerNorm } from "./layer-norm.ts";
import { lstmBias, lstmGates } from "./lstm.ts";

export interface ConvLstmOptions {
  /** Channels of the input. */
  readonly from: Axis;
  /** Channels of h and c. */
  readonly to: Axis;
  /** The one or two spatial axes of the input and of h and c. */
  readonly size: Shape;
  /** Taps of both convolutions along each spatial axis; pads keep the size. */
  readonly kernel: number | readonly number[];
  /** Normalises the input's convolution, over its four gates' channels and all positions of each example, with a gain and bias per channel. */
  readonly layerNorm?: boolean;
  /** First weights of the input's convolution, of each gate (default Glorot uniform). */
  readonly init?: Init;
  /** First weights of the hidden convolution, of each gate (default orthogonal). */
  readonly hiddenInit?: Init;
  /** First bias of the forget gate (1). */
  readonly forgetBias?: number;
}

/**
 * Convolutional LSTM (Shi et al. 2015, arXiv:1506.04214, eq. 3, without its peephole terms W_c ⊙ C):
 *   i, f, o = σ(W ∗ x + U ∗ h + b), each with its channels,  g = tanh(W_g ∗ x + U_g ∗ h + b_g),
 *   c′ = f ⊙ c + i ⊙ g,  h′ = o ⊙ tanh(c′), output h′.
 * x (batch, from, …size), h and c (batch, to, …size). With `layerNorm`, W ∗ x is LN(W ∗ x), whose bias takes the place of b
 * (Prémont-Schwarz et al. 2017, arXiv:1707.09219, A.4).
 * @param name names the variables "<name>/input/weight" W (4·to, from, …kernel), "<name>/input/bias" b (4·to), "<name>/hidden/weight" U
 *             (4·to, to, …kernel), their rows in the order i, f, o, g; with layer norm "<name>/norm/gain" and "<name>/norm/bias" (4·to)
 *             instead of b; and the states "<name>/h", "<name>/c"
 */
export function convLstm(name: string, options: ConvLstmOptions): Cell {
  const { from, to, size, kernel, init = "glorot-uniform", hiddenInit = "orthogonal", forgetBias = 1 } = options;
  const rank = spatialRank(name, size);
  const gates = axis("", 4 * to.size);
  const taps = typeof kernel === "number" ? kernel ** rank : kernel.reduce((n, k) => n * k, 1);
  const four = (one: Init, channels: number) =>
    gatewise(new Array(4).fill(initialOf(one, { in: channels * taps, out: to.size * taps, rows: to.size })));
  const biasInit = lstmBias(forgetBias);
  const shared = { to: gates, kernel, pads: "same" } as const;
  const normed = options.layerNorm ?? false;
  const input = convolution(`${name}/input`, rank, {
    ...shared,
    from,
    init: four(init, from.size),
    bias: !normed,
    biasInit,
  });
  const norm = normed ? layerNorm(`${name}/norm`, { over: [gates, ...size], gain: "channel", biasInit }) : undefined;
  const hidden = convolution(`${name}/hidden`, rank, {
    ...shared,
    from: to,
    init: four(hiddenInit, to.size),
    bias: false,
  });
  const [h, c] = [`${name}/h`, `${name}/c`];
  return {
    variables: [input, ...(norm ? [norm] : []), hidden].flatMap((l) => l.variables),
    states: { [h]: [to, ...size], [c]: [to, ...size] },
    step: (x, state) => {
      const fromX = input(x);
      const sums = add(norm ? norm(fromX) : fromX, hidden(state[h]));
      const next = named(name, () => lstmGates(sums, state[c]));
      return { output: next.h, state: { [h]: next.h, [c]: next.c } };
    },
  };
}

function spatialRank(where: string, size: Shape): 1 | 2 {
  if (size.length === 1 || size.length === 2) return size.length;
  throw new ShapeError({
    where,
    expected: "one or two spatial axes",
    got: showShape(size),
    fix: "give the height and width of the input as `size`",
  });
}
