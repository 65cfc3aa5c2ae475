import { internal } from "../base/errors.ts";
import { axis } from "../base/shape.ts";
import { noise } from "../graph/leaves.ts";
import type { Model } from "../models/model.ts";
import { compileFor } from "../runtime/compile-for.ts";
import { drawNoise } from "../runtime/feeds.ts";
import type { Runtime, SessionOptions } from "../runtime/session.ts";
import { decodeGraph, type Parameters } from "./inference.ts";

/**
 * Means of p(x | z) for draws z from the model's prior: what it dreams.
 * @returns (n, observation)
 */
export async function sampleModel(
  model: Model,
  parameters: Parameters,
  runtime: Runtime,
  { n, seed }: { n: number; seed: number },
  options: SessionOptions = {},
): Promise<Float32Array> {
  const prior = model.prior?.(n) ?? internal(`${model.name} has no prior to draw from`);
  const latents = Object.fromEntries(
    model.latents.map(({ name, shape }) => [
      name,
      prior[name].sample(noise(`prior/${name}`, prior[name].noise, [axis("batch", n), ...shape])),
    ]),
  );
  const program = await compileFor(
    runtime,
    { name: `${model.name} samples`, outputs: { x: decodeGraph(model, latents) } },
    { freeze: parameters },
  );
  const session = await runtime.open(program, options);
  try {
    const [{ x }] = await session.run([drawNoise(program.noise, seed, "generate", 0)]);
    return x;
  } finally {
    await session.dispose();
  }
}
