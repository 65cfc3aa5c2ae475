import { axis, sizeOf } from "../base/shape.ts";
import { variable } from "../graph/leaves.ts";
import type { Model } from "../models/model.ts";
import { compileFor } from "../runtime/compile-for.ts";
import type { Runtime, SessionOptions } from "../runtime/session.ts";
import { decodeGraph, encodeGraph, type Parameters } from "./inference.ts";

/** A trajectory of repeated inference. */
export interface Trajectory {
  /** x(0), x(1), …, x(T), each (trials, observation). */
  readonly x: readonly Float32Array[];
  /** z(0), …, z(T−1) by latent, each (trials, latent). */
  readonly z: Readonly<Record<string, readonly Float32Array[]>>;
}

/**
 * Repeated inference: z(t) = E_q(z|x(t))[z], x(t+1) = E_p(x|z(t))[x] (Nagano et al., arXiv:1712.04195, eqs. 6, 7).
 * All trials run in one graph, which keeps x(t) as its state between iterations.
 * `start` is x(0), (trials, observation).
 * @param setting  `trials`: rows of `start`; `T`: iterations
 */
export async function repeatedInference(
  model: Model,
  parameters: Parameters,
  runtime: Runtime,
  { start, trials, T }: { start: Float32Array; trials: number; T: number },
  options: SessionOptions = {},
): Promise<Trajectory> {
  const axes = [axis("batch", trials), ...model.observation.shape];
  const now = variable("x(t)", axes, (out) => void out.fill(0));
  const latents = encodeGraph(model, now);
  const next = decodeGraph(model, latents);
  const outputs = { "x(t+1)": next, ...latents };
  const program = await compileFor(
    runtime,
    { name: `${model.name} repeated inference`, outputs, updates: [[now, next]] },
    { freeze: parameters },
  );
  const session = await runtime.open(program, options);
  try {
    await session.write({ "x(t)": start.slice(0, sizeOf(axes)) });
    const steps = await session.run(Array.from({ length: T }, () => ({})));
    return {
      x: [start, ...steps.map((s) => s["x(t+1)"])],
      z: Object.fromEntries(Object.keys(latents).map((name) => [name, steps.map((s) => s[name])])),
    };
  } finally {
    await session.dispose();
  }
}
