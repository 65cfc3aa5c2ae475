import { describe, expect, test } from "vitest";
import { model, parameters } from "../../test/tiny-vae.ts";
import { stream } from "../base/random.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { openInference } from "./inference.ts";
import { sampleModel } from "./samples.ts";

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
