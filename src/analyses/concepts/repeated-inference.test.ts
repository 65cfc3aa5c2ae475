import { describe, expect, test } from "vitest";
import { model, numbers, parameters } from "../../../test/tiny-vae.ts";
import { ShapeError, UsageError } from "../../base/errors.ts";
import { axis } from "../../base/shape.ts";
import { gaussian } from "../../distributions/gaussian.ts";
import { interpret } from "../../graph/interpret.ts";
import { input } from "../../graph/leaves.ts";
import { add, mul } from "../../graph/ops/arithmetic.ts";
import { slice } from "../../graph/ops/slice.ts";
import type { Value } from "../../graph/value.ts";
import type { Model } from "../../models/model.ts";
import { cpu } from "../../runtime/onnxruntime-node.ts";
import { decodeGraph, encodeGraph } from "../inference.ts";
import {
  openRepeatedInference,
  type RepeatedInferenceRequest,
  repeatedInference,
  type Trajectories,
} from "./repeated-inference.ts";

const options = { threads: 1 };
const images = (n: number): Float32Array => numbers("start", n * 12, "uniform");
const repeat = (request: RepeatedInferenceRequest, m: Model = model): Promise<Trajectories> =>
  repeatedInference(m, parameters, cpu, request, options);

/** Trajectories in float64: x(0), …, x(T) and z(0), …, z(T) of the tiny model. */
function exact(start: Float32Array, T: number): Record<"x" | "z", Float64Array[]> {
  const batch = axis("batch", start.length / 12);
  const encode = encodeGraph(model, input("x", [batch, axis("pixel", 12)]))["z"];
  const decode = decodeGraph(model, { z: input("z", [batch, axis("latent", 3)]) });
  const x: Float64Array[] = [Float64Array.from(start)];
  const z: Float64Array[] = [];
  for (let t = 0; t <= T; t++) {
    z.push(interpret([encode], { ...parameters, x: x[t] })[0].data);
    if (t < T) x.push(interpret([decode], { ...parameters, z: z[t] })[0].data);
  }
  return { x, z };
}

function close(got: Float32Array, wanted: ArrayLike<number>, digits: number): void {
  expect(got).toHaveLength(wanted.length);
  got.forEach((v, i) => void expect(v).toBeCloseTo(wanted[i], digits));
}

describe("repeated inference", () => {
  test.each([1, 7])("of %d images is encoding and decoding, again and again", async (trials) => {
    const [T, start] = [12, images(trials)];
    const { x, z } = await repeat({ start, T, keep: "all" });
    const truth = exact(start, T);
    expect([Object.keys(x).length, z["z"].length]).toEqual([T + 1, T + 1]);
    expect(x[0]).toEqual(start);
    truth.z.forEach((now, t) => void close(z["z"][t], now, 5));
    truth.x.forEach((now, t) => void close(x[t], now, 5));
  });

  test("of no iterations encodes the images", async () => {
    const start = images(2);
    const { x, z } = await repeat({ start, T: 0 });
    expect(x).toEqual({ 0: start });
    expect(z["z"]).toHaveLength(1);
    close(z["z"][0], exact(start, 0).z[0], 5);
  });

  test("keeps the images of the times asked for, and the last", async () => {
    const start = images(3);
    const [all, some, none] = [
      await repeat({ start, T: 6, keep: "all" }),
      await repeat({ start, T: 6, keep: [4, 0, 4, 1] }),
      await repeat({ start, T: 6 }),
    ];
    expect(Object.keys(some.x)).toEqual(["0", "1", "4", "6"]);
    expect(Object.keys(none.x)).toEqual(["6"]);
    for (const t of [0, 1, 4, 6]) expect(some.x[t]).toEqual(all.x[t]);
    expect(none.x[6]).toEqual(all.x[6]);
  });

  test("leaves the first images as they are, and never passes the range of pixels", async () => {
    const start = images(3);
    const before = start.slice();
    const { x } = await repeat({ start, T: 30, keep: "all" });
    x[0].fill(0);
    expect(start).toEqual(before);
    expect(Object.values(x).every((row) => row.every((p) => p >= 0 && p <= 1))).toBe(true);
  });

  test("of no images is empty", async () => {
    const { trials, x, z } = await repeat({ start: new Float32Array(0), T: 2 });
    expect({ trials, x, z: z["z"] }).toEqual({
      trials: 0,
      x: { 2: new Float32Array(0) },
      z: [new Float32Array(0), new Float32Array(0), new Float32Array(0)],
    });
  });
});

describe("in batches", () => {
  test.each([1, 2, 3, 5, 6, 7, 8, 13])("of 3, %d trials are what float64 gives, in their order", async (trials) => {
    const [T, start] = [4, images(trials)];
    const repeated = await openRepeatedInference(model, parameters, cpu, { ...options, batch: 3 });
    const { x, z, ...rest } = await repeated.all({ start, T, keep: [0, 2] });
    const parts = [];
    for await (const { first, trials, x, z } of repeated.batches({ start, T })) {
      parts.push([first, trials]);
      close(z["z"][T], exact(start, T).z[T].subarray(first * 3, (first + trials) * 3), 5);
      expect(x[T]).toHaveLength(trials * 12);
    }
    await repeated.dispose();
    const truth = exact(start, T);
    expect(rest).toEqual({ first: 0, trials });
    truth.z.forEach((now, t) => void close(z["z"][t], now, 5));
    for (const t of [0, 2, 4]) close(x[t], truth.x[t], 5);
    const full = Math.floor(trials / 3);
    const wanted = Array.from({ length: full }, (_, i) => [3 * i, 3]);
    expect(parts).toEqual(trials % 3 ? [...wanted, [3 * full, trials % 3]] : wanted);
  });

  test("a trial is the same, to the last bit, in whichever place", async () => {
    const repeated = await openRepeatedInference(model, parameters, cpu, { ...options, batch: 4 });
    const [all, one] = [
      await repeated.all({ start: images(7), T: 5 }),
      await repeated.all({ start: images(7).slice(60, 72), T: 5 }),
    ];
    await repeated.dispose();
    one.z["z"].forEach((now, t) => void expect(now).toEqual(all.z["z"][t].slice(15, 18)));
    expect(one.x[5]).toEqual(all.x[5].slice(60, 72));
  });

  test("progress counts trial-iterations up to all of them", async () => {
    const seen: [number, number][] = [];
    const repeated = await openRepeatedInference(model, parameters, cpu, { ...options, batch: 3 });
    await repeated.all({ start: images(5), T: 2, progress: (done, of) => void seen.push([done, of]) });
    await repeated.dispose();
    expect(seen).toEqual([
      [3, 10],
      [6, 10],
      [8, 10],
      [10, 10],
    ]);
  });

  test("an aborted signal ends the work after the iteration, with its reason", async () => {
    const [control, seen] = [new AbortController(), [] as number[]];
    const progress = (done: number): void => {
      seen.push(done);
      if (done === 4) control.abort(new Error("enough"));
    };
    const repeated = await openRepeatedInference(model, parameters, cpu, { ...options, batch: 2 });
    const request = { start: images(2), T: 9, progress, signal: control.signal };
    await expect(repeated.all(request)).rejects.toThrow("enough");
    expect(seen).toEqual([2, 4]);
    await expect(repeated.all({ ...request, T: 0 })).rejects.toThrow("enough");
    await repeated.dispose();
  });
});

/** x (2) → wide = 2x + 1 and narrow = x₀; x = wide/4 + narrow/2, or wide/4 where the narrow latent is only looked at. */
function linear(narrowGenerates: boolean): Model {
  const pixel = axis("pixel", 2);
  const certain = (mean: Value) => gaussian(mean, mul(mean, 0));
  return {
    ...model,
    observation: { ...model.observation, shape: [pixel] },
    latents: [
      { name: "narrow", layer: 2, shape: [axis("narrow", 1)], kind: "stochastic" },
      { name: "wide", layer: 1, shape: [pixel], kind: "stochastic" },
    ],
    variables: [],
    infer: (x) => ({ wide: certain(add(mul(x, 2), 1)), narrow: certain(slice(x, 1, 0, 1)) }),
    generate: ({ wide, narrow }) => {
      const x = mul(wide, 0.25);
      return certain(narrowGenerates ? add(x, mul(narrow, 0.5)) : x);
    },
  };
}

test.each([true, false])("two latents of different widths are repeated together (both generate: %s)", async (both) => {
  const start = Float32Array.of(1, 2, -3, 0.5, 0, 4);
  const repeated = await openRepeatedInference(linear(both), {}, cpu, { ...options, batch: 2 });
  const { x, z } = await repeated.all({ start, T: 5, keep: "all" });
  await repeated.dispose();
  for (let trial = 0; trial < 3; trial++) {
    let now = [start[2 * trial], start[2 * trial + 1]];
    for (let t = 0; t <= 5; t++) {
      const [narrow, wide] = [now[0], now.map((v) => 2 * v + 1)];
      close(x[t].subarray(2 * trial, 2 * trial + 2), now, 5);
      close(z["wide"][t].subarray(2 * trial, 2 * trial + 2), wide, 5);
      close(z["narrow"][t].subarray(trial, trial + 1), [narrow], 5);
      now = wide.map((v) => v / 4 + (both ? narrow / 2 : 0));
    }
  }
});

describe("refused", () => {
  test.each([
    [["infer"], /cannot infer/],
    [["generate"], /cannot generate/],
    [["infer", "generate"], /cannot infer or generate/],
  ] as const)("are models without %j", async (lacks, words) => {
    const lame: Model = { ...model, ...Object.fromEntries(lacks.map((name) => [name, undefined])) };
    const refusal = repeat({ start: images(1), T: 1 }, lame);
    await expect(refusal).rejects.toThrow(UsageError);
    await expect(refusal).rejects.toThrow(words);
  });

  test.each([-1, 1.5, Number.NaN])("is T = %d", async (T) => {
    await expect(repeat({ start: images(1), T })).rejects.toThrow(UsageError);
  });

  test.each([-1, 4, 0.5])("is keeping time %d of 3", async (t) => {
    await expect(repeat({ start: images(1), T: 3, keep: [0, t] })).rejects.toThrow(UsageError);
  });

  test("are parts of images", async () => {
    await expect(repeat({ start: new Float32Array(13), T: 1 })).rejects.toThrow(ShapeError);
  });
});
