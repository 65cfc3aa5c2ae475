import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { sizeOf } from "../base/shape.ts";
import { leafName } from "../graph/leaves.ts";
import { vae } from "../models/vae.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { openInference } from "./inference.ts";
import { sampleModel } from "./samples.ts";

const model = vae({ pixels: 12, hidden: 9, latent: 3, samples: 1, activation: "tanh", init: "glorot-uniform" });

/** Random numbers by name. */
function numbers(name: string, n: number, kind: "normal" | "uniform" = "normal"): Float32Array {
  const out = new Float32Array(n);
  stream(5, name)[kind](0, out);
  return out;
}

/** Weights and biases that are far from their first values. */
const parameters = Object.fromEntries(
  model.variables.map((v) => [leafName(v), numbers(leafName(v), sizeOf(v.shape)).map((w) => 0.5 * w)]),
);

const sample = (n: number, seed: number) => sampleModel(model, parameters, cpu, { n, seed }, { threads: 1 });

describe("samples", () => {
  test("are the same for the same seed and others for another", async () => {
    const [a, b, c] = [await sample(20, 1), await sample(20, 1), await sample(20, 2)];
    expect(a).toHaveLength(20 * 12);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  test("are the decoded draws of the prior's own stream", async () => {
    const z = new Float32Array(20 * 3);
    stream(1, "generate/prior/z").normal(0, z);
    const inference = await openInference(model, parameters, cpu, { threads: 1 });
    const decoded = await inference.decode({ z });
    await inference.dispose();
    (await sample(20, 1)).forEach((p, i) => void expect(p).toBeCloseTo(decoded[i], 6));
  });

  test("asked for in greater number begin with the same ones", async () => {
    const [few, many] = [await sample(5, 3), await sample(9, 3)];
    few.forEach((p, i) => void expect(p).toBeCloseTo(many[i], 6));
  });
});
