import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { axis, sizeOf } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { vae } from "../models/vae.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { decodeGraph, encodeGraph, openInference } from "./inference.ts";

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

describe("encoding and decoding", () => {
  test.each([1, 199, 200, 201, 437])("%d rows gives what float64 gives, row by row", async (rows) => {
    const inference = await openInference(model, parameters, cpu, { threads: 1 });
    const [x, z] = [numbers("x", rows * 12, "uniform"), numbers("z", rows * 3)];
    const means = await inference.encode(x);
    const images = await inference.decode({ z });
    await inference.dispose();
    const exactMeans = interpret([encodeGraph(model, input("x", [axis("batch", rows), axis("pixel", 12)]))["z"]], {
      ...parameters,
      x,
    })[0].data;
    const latents = { z: input("z", [axis("batch", rows), axis("latent", 3)]) };
    const exactImages = interpret([decodeGraph(model, latents)], { ...parameters, z })[0].data;
    expect([means["z"].length, images.length]).toEqual([rows * 3, rows * 12]);
    exactMeans.forEach((m, i) => void expect(means["z"][i]).toBeCloseTo(m, 5));
    exactImages.forEach((p, i) => void expect(images[i]).toBeCloseTo(p, 6));
  });

  test("a row gives the same numbers alone and among others", async () => {
    const inference = await openInference(model, parameters, cpu, { threads: 1 });
    const x = numbers("x", 10 * 12, "uniform");
    const all = (await inference.encode(x))["z"];
    const one = (await inference.encode(x.slice(4 * 12, 5 * 12)))["z"];
    await inference.dispose();
    expect(one).toEqual(all.slice(4 * 3, 5 * 3));
  });

  test("no rows gives none", async () => {
    const inference = await openInference(model, parameters, cpu, { threads: 1 });
    expect(await inference.encode(new Float32Array(0))).toEqual({ z: new Float32Array(0) });
    await inference.dispose();
  });
});
