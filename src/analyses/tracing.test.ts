import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as check from "../../test/gradient-check.ts";
import { framesOf, parametersOf } from "../../test/hvrnn-traces.ts";
import { ShapeError, UsageError } from "../base/errors.ts";
import { dimsOf } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { hvrnn, hvrnnDefaults } from "../models/hvrnn.ts";
import type { TraceOptions } from "../models/model.ts";
import { drawNoise } from "../runtime/feeds.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { openTracer, type SequenceTracer } from "./tracing.ts";

const [COUNT, BATCH, SEED] = [5, 2, 3];
const config = { ...hvrnnDefaults, side: 8, steps: 3, layers: 2, channels: 2, hidden: 5, latent: 2 };
const model = hvrnn(config);
const parameters = parametersOf(model);
const sequences = check.numbersOf("frames", { dims: [COUNT, config.steps, 64], from: 0, to: 1 }); // (sequence, time, pixel)
const threads = { threads: 1 };

/** The trace by the interpreter, one batch of sequences after the other; the last has one of zeros. */
function byInterpreter(options: TraceOptions): Record<string, number[]> {
  const results: Record<string, number[]> = {};
  const outputs = model.trace!(framesOf(model, BATCH), options);
  const ports = [1, 2].map((l) => ({
    name: `hvrnn/z${l}`,
    shape: [config.steps, BATCH, config.latent].map((size) => ({ name: "", size })),
    dtype: "f32" as const,
    distribution: "normal" as const,
  }));
  for (let step = 0; step * BATCH < COUNT; step++) {
    const x = new Float32Array(BATCH * config.steps * 64);
    x.set(sequences.subarray(step * x.length, (step + 1) * x.length));
    const noise = options.sample ? drawNoise(ports, SEED, "trace", step) : {};
    const found = interpret(Object.values(outputs), { ...parameters, ...noise, x });
    for (const [i, name] of Object.keys(outputs).entries()) {
      const { dims, data } = found[i];
      expect(dims).toEqual(dimsOf(outputs[name].shape));
      const real = Math.min(BATCH, COUNT - step * BATCH);
      results[name] = [...(results[name] ?? []), ...data.subarray(0, (real * data.length) / BATCH)];
    }
  }
  return results;
}

function expectSame(found: Readonly<Record<string, Float32Array>>, wanted: Record<string, number[]>): void {
  for (const [name, values] of Object.entries(found)) {
    expect(values.length, name).toBe(wanted[name].length);
    values.forEach((v, i) => void expect(Math.abs(v - wanted[name][i]), `${name}[${i}]`).toBeLessThan(2e-5));
  }
}

let tracer: SequenceTracer;
beforeAll(async () => {
  tracer = await openTracer(model, cpu, { batch: BATCH }, threads);
  await tracer.write(parameters);
});
afterAll(() => tracer.dispose());

describe("any number of sequences", () => {
  test("has the trace that the model's graph says, sequence by sequence", async () => {
    const parts: number[] = [];
    const found = await tracer.trace(sequences, (part) => parts.push(part));
    const wanted = byInterpreter({});
    expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
    expectSame(found, wanted);
    expect(parts).toEqual([2 / 5, 4 / 5, 1]);
  });

  test("drawn, with the options of the trace", async () => {
    const options = { observed: 2, sample: true, interventions: [{ kind: "suppress", layer: 1, from: 2 }] } as const;
    const drawn = await openTracer(model, cpu, { batch: BATCH, seed: SEED, ...options }, threads);
    await drawn.write(parameters);
    const found = await drawn.trace(sequences);
    await drawn.dispose();
    expectSame(found, byInterpreter(options));
    const silent = await tracer.trace(sequences);
    expect(found["z1"]).not.toEqual(silent["z1"]);
  });

  test("with other parameters is another", async () => {
    const before = await tracer.trace(sequences);
    await tracer.write({
      ...parameters,
      "layer1/prior/out/bias": parameters["layer1/prior/out/bias"].map((b) => b + 1),
    });
    const after = await tracer.trace(sequences);
    await tracer.write(parameters);
    after["prior1/mean"].forEach((v, i) => void expect(v).toBeCloseTo(before["prior1/mean"][i] + 1, 5));
    expect(after["z1"]).toEqual(before["z1"]);
  });
});

test("what is not kept is not computed, and the parameters that it alone needs are passed over", async () => {
  const some = await openTracer(model, cpu, { batch: BATCH, keep: ["z1/mean", "h2"] }, threads);
  await some.write(parameters);
  const found = await some.trace(sequences);
  await some.dispose();
  expect(Object.keys(found)).toEqual(["z1/mean", "h2"]);
  expectSame(found, byInterpreter({}));
});

test("where no frame is seen, every sequence is dreamed", async () => {
  const blind = await openTracer(model, cpu, { batch: BATCH, keep: ["z1"], observed: 0 }, threads);
  await blind.write(parameters);
  const { z1 } = await blind.trace(sequences);
  await blind.dispose();
  expectSame({ z1 }, byInterpreter({ observed: 0 }));
});

test("what does not fit is refused", async () => {
  await expect(tracer.trace(sequences.subarray(1))).rejects.toThrow(ShapeError);
  await expect(tracer.trace(sequences.subarray(1))).rejects.toThrow("whole sequences of 192 numbers");
  await expect(openTracer(model, cpu, { batch: BATCH, keep: ["z1/men"] })).rejects.toThrow(UsageError);
  await expect(openTracer(model, cpu, { batch: BATCH, keep: ["z1/men"] })).rejects.toThrow('did you mean "z1/mean"');
});
