import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { model, numbers, parameters } from "../../test/tiny-vae.ts";
import { decodeModel } from "../onnx/decode.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { exportOnnx } from "./export-onnx.ts";
import { type Inference, openInference } from "./inference.ts";

const metadata = { recipe: "concept/vae", seed: "1", note: "né" };
const bytes = exportOnnx(model, parameters, metadata);

/** ONNX Runtime itself, without Helmholtz between. */
let session: ort.InferenceSession;
let inference: Inference;
beforeAll(async () => {
  session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  inference = await openInference(model, parameters, cpu, { threads: 1 });
});
afterAll(async () => {
  await session.release();
  await inference.dispose();
});

const tensor = (data: Float32Array, width: number) => new ort.Tensor("float32", data, [data.length / width, width]);

/** Runs the file on what is given; an input that is not wanted has no rows. */
const run = (feeds: Readonly<Record<string, ort.Tensor>>, outputs?: readonly string[]) => {
  const all = { x: tensor(new Float32Array(0), 12), z: tensor(new Float32Array(0), 3), ...feeds };
  return outputs ? session.run(all, outputs) : session.run(all);
};

/** Within a relative 1e-5 of each other, or of the hundredth part of 1. */
function expectNear(found: ort.Tensor, wanted: Float32Array, dims: number[]): void {
  expect(found.dims).toEqual(dims);
  const numbers = found.data as Float32Array;
  const far = [...wanted].filter((w, i) => Math.abs(numbers[i] - w) > 1e-5 * Math.max(Math.abs(w), 0.01));
  expect(far).toEqual([]);
}

describe("the exported file, run by ONNX Runtime alone", () => {
  test.each([1, 2, 7, 300])("encodes and reconstructs %d images fed as x", async (n) => {
    const x = numbers("x", n * 12, "uniform");
    const out = await run({ x: tensor(x, 12) });
    const means = await inference.encode(x);
    expectNear(out["z_mean"], means["z"], [n, 3]);
    expectNear(out["reconstruction"], await inference.decode(means), [n, 12]);
    expect(out["z_std"].dims).toEqual([n, 3]);
    expect((out["z_std"].data as Float32Array).every((s) => s > 0)).toBe(true);
  });

  test.each([1, 2, 7, 300])("decodes %d points fed as z", async (n) => {
    const z = numbers("z", n * 3);
    const out = await run({ z: tensor(z, 3) }, ["decoded"]);
    expectNear(out["decoded"], await inference.decode({ z }), [n, 12]);
    expectNear((await run({ z: tensor(z, 3) }))["decoded"], await inference.decode({ z }), [n, 12]);
  });

  test("has two inputs that are fed, and four outputs", () => {
    expect(session.inputNames).toEqual(["x", "z"]);
    expect(session.outputNames).toEqual(["reconstruction", "z_mean", "z_std", "decoded"]);
  });

  test("takes different numbers of x and z at once", async () => {
    const [x, z] = [numbers("x", 3 * 12, "uniform"), numbers("z", 5 * 3)];
    const out = await run({ x: tensor(x, 12), z: tensor(z, 3) });
    expect([out["z_mean"].dims, out["decoded"].dims]).toEqual([
      [3, 3],
      [5, 12],
    ]);
  });

  test("decodes the means it encoded to the reconstruction", async () => {
    const { z_mean, reconstruction } = await run({ x: tensor(numbers("x", 4 * 12, "uniform"), 12) });
    const { decoded } = await run({ z: z_mean });
    expectNear(decoded, reconstruction.data as Float32Array, [4, 12]);
  });
});

describe("the exported file, read back", () => {
  const onnx = decodeModel(bytes);

  test("has inputs and outputs with names, axes and words", () => {
    const shown = [...onnx.graph.inputs, ...onnx.graph.outputs].map(
      (v) => `${v.name} (${v.dims.join(", ")}): ${v.doc}`,
    );
    expect(shown).toMatchInlineSnapshot(`
      [
        "x (batch, 12): observations: pixel intensities, 0 = background, 1 = ink (batch, pixel=12)",
        "z (points, 3): a point in latent space, to decode (points, latent=3)",
        "reconstruction (batch, 12): x → latents' means → mean of p(x | z) (batch, pixel=12)",
        "z_mean (batch, 3): mean of q(z | x) (batch, latent=3)",
        "z_std (batch, 3): standard deviation of q(z | x) (batch, latent=3)",
        "decoded (points, 12): mean of p(x | z) (points, pixel=12)",
      ]
    `);
  });

  test("keeps its metadata, its source and how to use it", () => {
    expect(onnx.metadata).toEqual(metadata);
    expect(onnx.doc || onnx.graph.doc).toContain("arXiv:1712.04195");
    expect(onnx.doc || onnx.graph.doc).toContain("x is encoded and reconstructed, z decoded; either may have no rows");
  });

  test("holds every parameter's numbers", () => {
    for (const [name, wanted] of Object.entries(parameters)) {
      const found = onnx.graph.initializers.find((t) => t.name === name);
      expect(found, name).toBeDefined();
      expect(Buffer.from(found!.data).equals(Buffer.from(wanted.buffer)), name).toBe(true);
    }
  });

  test("has no operator outside the standard domain", () => {
    expect(Object.keys(onnx.opsets)).toEqual([""]);
    expect(onnx.graph.nodes.every((n) => n.domain === "")).toBe(true);
  });
});

test("the same parameters give the same bytes", () => {
  expect(Buffer.from(exportOnnx(model, parameters, metadata)).equals(Buffer.from(bytes))).toBe(true);
});
