import { describe, expect, test } from "vitest";
import { model, numbers, parameters } from "../../test/tiny-vae.ts";
import { axis } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { input } from "../graph/leaves.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { decodeGraph, encodeGraph, openInference } from "./inference.ts";

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
