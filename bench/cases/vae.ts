import { adam, axis, constantRate, trainingStep, type VaeConfig, vae, vaeDefaults } from "../../src/node.ts";
import { type BenchCase, batchesOf, rates, type Workload } from "../workload.ts";

/** The VAE of spec concept/vae, trained by Adam. */
export function vaeStep(config: VaeConfig = vaeDefaults, batch = 100): Workload {
  const model = vae(config);
  const optimizer = adam(constantRate(1e-3));
  const x = [axis("batch", batch), ...model.observation.shape];
  const draw = batchesOf({ x: { shape: x, fill: "uniform" } }, 2000);
  return {
    program: trainingStep(model, optimizer, { batch }),
    parameters: model.variables,
    feeds: (step, place) => ({ ...draw(step, place), ...rates(optimizer, step) }),
  };
}

const about = "VAE 784-1024-100, two samples, batch 100";

export const vaeCases: readonly BenchCase[] = [
  { name: "vae", about: `${about}, Adam`, pytorch: ["vae.py"], unroll: 5, build: vaeStep },
  {
    name: "vae-fused-adam",
    about: `${about}; against torch.optim.Adam(fused=True)`,
    pytorch: ["vae.py", "fused"],
    unroll: 5,
    build: vaeStep,
  },
];
