import {
  adam,
  axis,
  constantRate,
  dense,
  gru,
  input,
  lstm,
  ops,
  stackSteps,
  unroll,
  zeroState,
} from "../../src/node.ts";
import { type BenchCase, batchesOf, minimising, type Workload } from "../workload.ts";

const { mean, square, sub } = ops;

export interface RecurrentSizes {
  readonly cell: "gru" | "lstm";
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
}

export const recurrentDefaults: RecurrentSizes = {
  cell: "gru",
  steps: 50,
  batch: 32,
  inputs: 256,
  hidden: 256,
  outputs: 256,
};

/** A recurrent layer with a linear read-out of every output; mean squared error; Adam. */
export function recurrentStep(sizes: RecurrentSizes = recurrentDefaults): Workload {
  const [time, batch] = [axis("time", sizes.steps), axis("batch", sizes.batch)];
  const [from, to, out] = [axis("input", sizes.inputs), axis("hidden", sizes.hidden), axis("output", sizes.outputs)];
  const cell = { gru, lstm }[sizes.cell]("layer", { from, to });
  const readOut = dense("read-out", { from: to, to: out });

  const x = input("x", [time, batch, from]);
  const target = input("target", [time, batch, out]);
  const { outputs } = unroll(cell, x, zeroState(cell, batch));
  const loss = mean(square(sub(readOut(stackSteps(outputs)), target)));
  return minimising(loss, {
    name: sizes.cell,
    parameters: [...cell.variables, ...readOut.variables],
    optimizer: adam(constantRate(1e-3)),
    draw: batchesOf({ x: { shape: x.shape, fill: "normal" }, target: { shape: target.shape, fill: "normal" } }, 200),
  });
}

const about = "256 units, 256 inputs, 50 steps, batch 32, linear read-out of every step, mean squared error, Adam";

export const recurrentCases: readonly BenchCase[] = [
  { name: "gru", about: `GRU, ${about}`, pytorch: ["recurrent.py", "gru"], build: recurrentStep },
  {
    name: "lstm",
    about: `LSTM, ${about}`,
    pytorch: ["recurrent.py", "lstm"],
    build: () => recurrentStep({ ...recurrentDefaults, cell: "lstm" }),
  },
];
