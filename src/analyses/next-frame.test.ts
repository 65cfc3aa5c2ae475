import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { axis } from "../base/shape.ts";
import { bernoulli } from "../distributions/bernoulli.ts";
import { variable } from "../graph/leaves.ts";
import { add, mul, sub } from "../graph/ops/arithmetic.ts";
import type { Model } from "../models/model.ts";
import { orderZero } from "../models/order-zero.ts";
import { refh } from "../models/refh.ts";
import { rtrbm } from "../models/rtrbm.ts";
import { gaussian, initializers } from "../nn/initializers.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { openPredictor } from "./next-frame.ts";

const [COUNT, LENGTH, Y] = [2, 5, 3];
const sizes = { count: COUNT, length: LENGTH, seed: 4 };
const frames = new Float32Array(COUNT * LENGTH * Y);
stream(1, "frames").uniform(0, frames);

/** s_t = s_{t−1}/2 + gain·y_t, and p(y_t) = Bern(σ(s_{t−1} − ½)). */
const unit = axis("unit", Y);
const gain = variable("gain", [], initializers.zeros());
const model: Model = {
  name: "leaky",
  source: "",
  observation: { shape: [unit], range: [0, 1], doc: "" },
  latents: [],
  variables: [gain],
  frames: true,
  filter: {
    states: { s: [unit] },
    step: (y, { s }) => ({ states: { s: add(mul(s, 0.5), mul(gain, y)) }, reconstruction: bernoulli(s) }),
    predict: ({ s }) => bernoulli(sub(s, 0.5)),
  },
};
const GAIN = 3;

/** The same with loops. @param observed frames that are seen @param keep what of the state is kept @param own what is fed otherwise */
function byHand(observed: number, keep: number, own: (p: number, t: number, i: number) => number) {
  const [predictions, taken]: [number[], number[]] = [[], []];
  const s = new Array<number>(COUNT * Y).fill(0);
  for (let t = 0; t < LENGTH; t++) {
    for (let n = 0; n < COUNT; n++) {
      for (let i = 0; i < Y; i++) {
        const k = n * Y + i;
        const before = keep * s[k];
        const p = 1 / (1 + Math.exp(0.5 - before));
        const y = t < observed ? frames[(n * LENGTH + t) * Y + i] : own(p, t, k);
        s[k] = before / 2 + GAIN * y;
        predictions.push(p);
        taken.push(y);
      }
    }
  }
  return { predictions, frames: taken };
}

function expectSame(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((w, i) => void expect(Math.abs(found[i] - w), `${i}`).toBeLessThan(1e-5));
}

describe("frames are predicted", () => {
  const open = (feed?: "mean" | "sample") =>
    openPredictor(model, cpu, { ...sizes, ...(feed && { feed }) }, { threads: 1 });

  test("from those before them, without a look at themselves or later ones", async () => {
    const predictor = await open();
    await predictor.write({ gain: Float32Array.of(GAIN) });
    const wanted = byHand(LENGTH, 1, () => Number.NaN);
    for (let call = 0; call < 2; call++) {
      const found = await predictor.predict(frames); // the second begins anew
      expectSame(found.predictions, wanted.predictions);
      expectSame(found.frames, wanted.frames);
    }
    const none = byHand(LENGTH, 0, () => Number.NaN);
    expectSame((await predictor.predict(frames, { recurrent: false })).predictions, none.predictions);
    await predictor.dispose();
  });

  test("from predictions, once no more are seen", async () => {
    const predictor = await open();
    await predictor.write({ gain: Float32Array.of(GAIN) });
    const wanted = byHand(2, 1, (p) => p);
    const hidden = frames.map((y, k) => (Math.floor(k / Y) % LENGTH < 2 ? y : Number.NaN)); // what is not seen has no part
    const found = await predictor.predict(hidden, { observed: 2 });
    expectSame(found.predictions, wanted.predictions);
    expectSame(found.frames, wanted.frames);
    expect(await predictor.predict(hidden, { observed: 2 })).toEqual(found);
    await predictor.dispose();
  });

  test("from draws of predictions, where that is asked for", async () => {
    const predictor = await open("sample");
    await predictor.write({ gain: Float32Array.of(GAIN) });
    const draws = Array.from({ length: LENGTH }, (_, t) => {
      const out = new Float32Array(COUNT * Y);
      stream(sizes.seed, "predict/predict/frame").uniform(t, out);
      return out;
    });
    const wanted = byHand(1, 1, (p, t, k) => Number(p > draws[t][k]));
    const found = await predictor.predict(frames, { observed: 1 });
    expectSame(found.frames, wanted.frames);
    expectSame(found.predictions, wanted.predictions);
    expect(new Set(wanted.frames.slice(COUNT * Y))).toEqual(new Set([0, 1]));
    await predictor.dispose();
  });
});

const config = { units: Y, family: "bernoulli", hidden: 4, turns: 1, state: "mean", init: gaussian(2) } as const;

test.each([
  ["with a past", refh, true],
  ["trained through time", (c: typeof config) => rtrbm({ ...c, length: LENGTH }), true],
  ["without one", orderZero, false],
] as const)("a harmonium %s predicts by its chain, with the same draws at every call", async (_, make, recurrent) => {
  const predictor = await openPredictor(make(config), cpu, { ...sizes, turns: 3 }, { threads: 1 });
  const { predictions } = await predictor.predict(frames);
  expect(await predictor.predict(frames)).toMatchObject({ predictions });
  const blank = await predictor.predict(frames, { recurrent: false });
  await predictor.dispose();
  const first = COUNT * Y;
  expect(blank.predictions.subarray(0, first)).toEqual(predictions.subarray(0, first)); // no past there
  expect(predictions.every((p) => p > 0 && p < 1)).toBe(true);
  const differs = predictions.some((p, k) => p !== blank.predictions[k]);
  expect(differs).toBe(recurrent);
});
