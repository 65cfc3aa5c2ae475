/** A VAE small enough to be checked number by number, with parameters far from their first values. */
import { stream } from "../src/base/random.ts";
import { sizeOf } from "../src/base/shape.ts";
import { leafName } from "../src/graph/leaves.ts";
import { vae } from "../src/models/vae.ts";

export const model = vae({ pixels: 12, hidden: 9, latent: 3, samples: 1, activation: "tanh", init: "glorot-uniform" });

/** Random numbers by name. */
export function numbers(name: string, n: number, kind: "normal" | "uniform" = "normal"): Float32Array {
  const out = new Float32Array(n);
  stream(5, name)[kind](0, out);
  return out;
}

export const parameters = Object.fromEntries(
  model.variables.map((v) => [leafName(v), numbers(leafName(v), sizeOf(v.shape)).map((w) => 0.5 * w)]),
);
