import { adam, axis, constantRate, type HvrnnConfig, hvrnn, hvrnnDefaults, input, ops } from "../../src/node.ts";
import { type BenchCase, batchesOf, minimising, type Workload } from "../workload.ts";

/** The hierarchical VRNN as in its paper. Loss: of a sequence, nats; Adam. */
export function hvrnnPaperStep({ batch, ...config }: HvrnnConfig & { batch: number }): Workload {
  const model = hvrnn(config);
  const x = input("x", [axis("batch", batch), ...model.observation.shape]);
  return minimising(ops.mean(ops.addAll(Object.values(model.loss!({ x }, "evaluation")))), {
    name: "HVRNN",
    parameters: model.variables,
    optimizer: adam(constantRate(1e-4)),
    draw: batchesOf({ x: { shape: x.shape, fill: "uniform" } }, 100),
  });
}

export const hvrnnPaperCases: readonly BenchCase[] = [
  {
    name: "hvrnn-paper",
    about: "the hierarchical VRNN of three layers, 64×64, 20 frames, batch 10, Adam",
    pytorch: ["hvrnn_paper.py"],
    build: () => hvrnnPaperStep({ ...hvrnnDefaults, batch: 10 }),
  },
];
