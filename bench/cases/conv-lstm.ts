import {
  adam,
  axis,
  constantRate,
  conv2d,
  convLstm,
  input,
  ops,
  timeSteps,
  unroll,
  zeroState,
} from "../../src/node.ts";
import { type BenchCase, batchesOf, bernoulliCost, minimising, type Workload } from "../workload.ts";

const { concat, mean, reshape, slice } = ops;

export interface ConvLstmSizes {
  readonly batch: number;
  readonly steps: number;
  readonly channels: number;
  /** Height and width of a frame. */
  readonly size: number;
  readonly kernel: number;
}

export const convLstmDefaults: ConvLstmSizes = { batch: 32, steps: 10, channels: 32, size: 16, kernel: 3 };

/** A convolutional LSTM predicts the next frame of one channel: logits by a 1×1 convolution; Bernoulli cross-entropy; Adam. */
export function convLstmStep({ batch, steps, channels, size, kernel }: ConvLstmSizes = convLstmDefaults): Workload {
  const [B, one, C] = [axis("batch", batch), axis("", 1), axis("channel", channels)];
  const plane = [axis("height", size), axis("width", size)];
  const cell = convLstm("cell", { from: one, to: C, size: plane, kernel });
  const readOut = conv2d("read-out", { from: C, to: one, kernel: 1 });

  const frames = input("frames", [axis("time", steps + 1), B, one, ...plane]);
  const target = slice(frames, "time", 1);
  const { outputs } = unroll(cell, timeSteps(slice(frames, "time", 0, steps)), zeroState(cell, B));
  const logits = reshape(readOut(concat(outputs, 0)), target.shape);
  return minimising(mean(bernoulliCost(target, logits)), {
    name: "ConvLSTM",
    parameters: [...cell.variables, ...readOut.variables],
    optimizer: adam(constantRate(1e-3)),
    draw: batchesOf({ frames: { shape: frames.shape, fill: "uniform" } }, 200),
  });
}

const about = "32 channels, predicts the next frame, Adam";

export const convLstmCases: readonly BenchCase[] = [
  {
    name: "convlstm-16",
    about: `ConvLSTM 16×16, k = 3, batch 32, 10 steps, ${about}`,
    pytorch: ["convlstm.py", "16"],
    build: convLstmStep,
  },
  {
    name: "convlstm-32",
    about: `ConvLSTM 32×32, k = 3, batch 32, 10 steps, ${about}`,
    pytorch: ["convlstm.py", "32"],
    build: () => convLstmStep({ ...convLstmDefaults, size: 32 }),
  },
  {
    name: "convlstm-k5",
    about: `ConvLSTM 16×16, k = 5, batch 16, 20 steps, ${about}`,
    pytorch: ["convlstm.py", "k5"],
    build: () => convLstmStep({ ...convLstmDefaults, batch: 16, steps: 20, kernel: 5 }),
  },
];
