import { describe, expect, test } from "vitest";
import { model, numbers, parameters } from "../../test/tiny-vae.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { openInference } from "./inference.ts";
import { repeatedInference } from "./repeated-inference.ts";

describe("repeated inference", () => {
  test.each([1, 7])("of %d images is encoding and decoding, again and again", async (trials) => {
    const [T, start] = [12, numbers("start", trials * 12, "uniform")];
    const { x, z } = await repeatedInference(model, parameters, cpu, { start, trials, T }, { threads: 1 });
    expect([x.length, z["z"].length]).toEqual([T + 1, T]);
    expect(x[0]).toEqual(start);
    const inference = await openInference(model, parameters, cpu, { threads: 1 });
    let now: Float32Array = start;
    for (let t = 0; t < T; t++) {
      const means = await inference.encode(now);
      now = await inference.decode(means);
      expect(x[t + 1]).toHaveLength(trials * 12);
      means["z"].forEach((m, i) => void expect(z["z"][t][i]).toBeCloseTo(m, 5));
      now.forEach((p, i) => void expect(x[t + 1][i]).toBeCloseTo(p, 5));
    }
    await inference.dispose();
  });

  test("of one image is the same alone and among others", async () => {
    const start = numbers("start", 5 * 12, "uniform");
    const all = await repeatedInference(model, parameters, cpu, { start, trials: 5, T: 4 }, { threads: 1 });
    const third = start.slice(24, 36);
    const one = await repeatedInference(model, parameters, cpu, { start: third, trials: 1, T: 4 }, { threads: 1 });
    one.x[4].forEach((p, i) => void expect(p).toBeCloseTo(all.x[4][24 + i], 6));
  });

  test("leaves the first images as they are, and never passes the range of pixels", async () => {
    const start = numbers("start", 3 * 12, "uniform");
    const before = start.slice();
    const { x } = await repeatedInference(model, parameters, cpu, { start, trials: 3, T: 30 }, { threads: 1 });
    expect(start).toEqual(before);
    expect(x.every((row) => row.every((p) => p >= 0 && p <= 1))).toBe(true);
  });
});
