import {
  adam,
  axis,
  constantRate,
  conv1d,
  convLstm,
  initializers,
  input,
  layerNorm,
  ops,
  type Shape,
  timeSteps,
  type Value,
  variable,
  zeroState,
} from "../../src/node.ts";
import { type BenchCase, batchesOf, bernoulliCost, minimising, type Workload } from "../workload.ts";

const { add, concat, full, leakyRelu, mul, reshape, sigmoid, slice, split, sub, sum } = ops;

export interface MusicSizes {
  readonly batch: number;
  readonly steps: number;
  readonly notes: number;
  readonly channels: number;
}

export const musicDefaults: MusicSizes = { batch: 16, steps: 50, notes: 88, channels: 32 };

/**
 * A recurrent ladder block along pitch (Prémont-Schwarz et al. 2017, arXiv:1707.09219, 3.2): a convolutional LSTM, a convolution and a convG2
 * cell whose output enters the LSTM at the next step; cross-entropy of the next step's notes, summed over notes; Adam.
 */
export function musicStep({ batch, steps, notes, channels }: MusicSizes = musicDefaults): Workload {
  const [B, one, C, N] = [axis("batch", batch), axis("", 1), axis("", channels), axis("note", notes)];
  const cell = convLstm("encoder/lstm", { from: axis("", 1 + channels), to: C, size: [N], kernel: 3 });
  const conv = conv1d("encoder/conv", { ...same, from: C, to: C });
  const norm = layerNorm("encoder/norm", { over: [C, N], gain: "channel" });
  const decoder = convG2("decoder", C, N);
  const readOut = conv1d("read-out", { from: C, to: one, kernel: 1 });

  const roll = input("roll", [axis("time", steps + 1), B, one, N]);
  let state = zeroState(cell, B);
  let d = full([B, C, N], 0);
  const below: Value[] = [];
  for (const x of timeSteps(roll).slice(0, steps)) {
    const s = cell.step(concat([x, d], 1), state);
    state = s.state;
    d = decoder.cell(leakyRelu(norm(conv(s.output)), 0.2), s.output);
    below.push(d);
  }
  const next = slice(roll, "time", 1);
  const logits = reshape(readOut(concat(below, 0)), next.shape);
  return minimising(mul(sum(bernoulliCost(next, logits)), 1 / (steps * batch)), {
    name: "music ladder block",
    parameters: [cell, conv, norm, decoder, readOut].flatMap((l) => l.variables),
    optimizer: adam(constantRate(1e-2)),
    draw: batchesOf({ roll: { shape: roll.shape, fill: (u) => Number(u < 0.05) } }, 200),
  });
}

const same = { kernel: 3, pads: "same", bias: false } as const;

/**
 * convG2 of the paper's appendix A: m₁, m₂ and s are each f(LN(A∗v) + LN(B∗h), w), f(u, w) = w₀σ(w₁u + w₂) + w₃u + w₄ a channel, and the output is
 * s ⊙ m₁ + (1 − s) ⊙ m₂. The three share their convolutions and are kept apart in an axis of their own.
 */
function convG2(name: string, C: Shape[0], N: Shape[0]) {
  const [three, kind] = [axis("", 3 * C.size), axis("kind", 3)];
  const each = [kind, C, axis("", 1)];
  const A = conv1d(`${name}/A`, { ...same, from: C, to: three });
  const B = conv1d(`${name}/B`, { ...same, from: C, to: three });
  const [normV, normH] = ["v", "h"].map((of) => {
    const standard = layerNorm(`${name}/norm-${of}`, { over: [C, N], gain: "none" });
    const γ = variable(`${name}/norm-${of}/gain`, each, initializers.ones());
    const β = variable(`${name}/norm-${of}/bias`, each, initializers.zeros());
    const layer = (x: Value): Value => add(mul(standard(reshape(x, [x.shape[0], kind, C, N])), γ), β);
    return { layer, variables: [γ, β] };
  });
  const w = [1, 1, 0, 0, 0].map((first, i) =>
    variable(`${name}/w${i}`, each, first ? initializers.ones() : initializers.zeros()),
  );
  const f = (u: Value): Value => {
    const gate = sigmoid(add(mul(w[1], u), w[2]));
    return add(add(mul(w[0], gate), mul(w[3], u)), w[4]);
  };
  return {
    variables: [...A.variables, ...B.variables, ...normV.variables, ...normH.variables, ...w],
    cell: (v: Value, h: Value): Value => {
      const parts = split(f(add(normV.layer(A(v)), normH.layer(B(h)))), "kind", 3);
      const [m1, m2, s] = parts.map((part) => reshape(part, [h.shape[0], C, N]));
      return add(m2, mul(s, sub(m1, m2)));
    },
  };
}

export const musicCases: readonly BenchCase[] = [
  {
    name: "music",
    about: "recurrent ladder block along pitch, 88 notes, 32 channels, 50 steps, batch 16, next step's notes, Adam",
    pytorch: ["music.py"],
    build: musicStep,
  },
];
