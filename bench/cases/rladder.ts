import {
  adam,
  axis,
  batchNorm,
  constantRate,
  conv2d,
  convLstm,
  dense,
  input,
  layerNorm,
  ops,
  type Shape,
  timeSteps,
  type Value,
  variableUpdates,
  zeroState,
} from "../../src/node.ts";
import { type BenchCase, batchesOf, minimising, type Workload } from "../workload.ts";

const { add, concat, full, leakyRelu, maxPool, mean, mul, oneHot, relu, reshape, sigmoid, slice } = ops;
const { softmaxCrossEntropy, split, square, sub, upsampleNearest } = ops;

export interface RladderSizes {
  readonly batch: number;
  readonly steps: number;
  /** Height and width, a multiple of 4. */
  readonly size: number;
  readonly channels: number;
  readonly classes: number;
}

export const rladderDefaults: RladderSizes = { batch: 32, steps: 5, size: 32, channels: 32, classes: 10 };

/**
 * A recurrent ladder block (Prémont-Schwarz et al. 2017, arXiv:1707.09219) of two levels: a convolutional LSTM, three convolutions and pooling
 * upwards; two convG3 cells downwards, whose last output enters the LSTM at the next step. Next-frame squared error and class cross-entropy; Adam.
 */
export function rladderStep({ batch, steps, size, channels, classes }: RladderSizes = rladderDefaults): Workload {
  const [B, one, C] = [axis("batch", batch), axis("", 1), axis("", channels)];
  const C2 = axis("", 2 * channels);
  const plane = (n: number): Shape => [axis("height", n), axis("width", n)];
  const cell = convLstm("encoder/lstm", {
    from: axis("", 1 + channels),
    to: C,
    size: plane(size),
    kernel: 3,
    layerNorm: true,
  });
  const convs = [C, C2, C2].map((from, i) => conv2d(`encoder/conv${i + 1}`, { ...same, from, to: C2 }));
  const norms = convs.map((_, i) => batchNorm(`encoder/norm${i + 1}`, { channels: C2 }));
  const decoder2 = convG3("decoder2", { above: C2, beside: C2, to: C, plane: plane(size / 2) });
  const decoder1 = convG3("decoder1", { above: C, beside: C, to: C, plane: plane(size) });
  const predict = conv2d("predict", { from: C, to: one, kernel: 1 });
  const classify = dense("classify", { from: C2, to: axis("class", classes) });

  const frames = input("frames", [axis("time", steps + 1), B, one, ...plane(size)]);
  const label = input("label", [B]);
  const running = variableUpdates();
  let state = zeroState(cell, B);
  let d1 = full([B, C, ...plane(size)], 0);
  let top = d1;
  const below: Value[] = [];
  for (const x of timeSteps(frames).slice(0, steps)) {
    const s = cell.step(concat([x, d1], 1), state);
    state = s.state;
    const features = convs.reduce((y, conv, i) => leakyRelu(norms[i](conv(y), running), 0.2), s.output);
    const e2 = maxPool(features, { kernel: 2 });
    top = maxPool(e2, { kernel: 2 });
    d1 = decoder1.cell(decoder2.cell(top, e2), s.output);
    below.push(d1);
  }
  const next = slice(frames, "time", 1);
  const error = mean(square(sub(reshape(predict(concat(below, 0)), next.shape), next)));
  const cost = mean(softmaxCrossEntropy(classify(mean(top, [2, 3])), oneHot(label, classes)));
  return minimising(add(error, cost), {
    name: "RLadder block",
    parameters: [cell, ...convs, ...norms, decoder2, decoder1, predict, classify].flatMap((l) => l.variables),
    optimizer: adam(constantRate(1e-3)),
    draw: batchesOf(
      {
        frames: { shape: frames.shape, fill: "uniform" },
        label: { shape: label.shape, fill: (u) => Math.floor(u * classes) },
      },
      100,
    ),
    updates: running.pairs,
  });
}

const same = { kernel: 3, pads: "same", bias: false } as const;

/** convG3 of the paper's appendix A, at twice the resolution of what comes from above. */
function convG3(
  name: string,
  { above, beside, to, plane }: { above: Shape[0]; beside: Shape[0]; to: Shape[0]; plane: Shape },
) {
  const A = conv2d(`${name}/A`, { ...same, from: above, to });
  const B = conv2d(`${name}/B`, { ...same, from: beside, to });
  const [normV, normH] = ["v", "h"].map((of) =>
    layerNorm(`${name}/norm-${of}`, { over: [to, ...plane], gain: "channel" }),
  );
  const WDE = conv2d(`${name}/out`, { ...same, from: to, to: axis("", 3 * to.size) });
  return {
    variables: [A, B, normV, normH, WDE].flatMap((layer) => layer.variables),
    cell: (v: Value, h: Value): Value => {
      const u = relu(add(normV(A(upsampleNearest(v, 2))), normH(B(h))));
      const [s, d, e] = split(WDE(u), 1, 3);
      return add(e, mul(sigmoid(s), sub(d, e))); // s ⊙ d + (1 − s) ⊙ e
    },
  };
}

export const rladderCases: readonly BenchCase[] = [
  {
    name: "rladder",
    about: "RLadder block of two levels, 32×32, 32 channels, 5 steps, batch 32, next frame and class, Adam",
    pytorch: ["rladder.py"],
    build: rladderStep,
  },
];
