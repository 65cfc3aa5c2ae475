import { describe, expect, test } from "vitest";
import * as check from "../../test/gradient-check.ts";
import { hvrnnLoop } from "../../test/hvrnn-loop.ts";
import { UsageError } from "../base/errors.ts";
import { axis, dimsOf, showShape } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import type { Value } from "../graph/value.ts";
import { hvrnnDefaults } from "./hvrnn.ts";
import type { Model } from "./model.ts";
import { type VrnnConfig, vrnn, vrnnDefaults } from "./vrnn.ts";

const [B, T] = [2, 3];
const tiny: VrnnConfig = { ...vrnnDefaults, side: 8, steps: T, channels: 2, hidden: 6, latent: 2 };

const framesOf = ({ observation }: Model): Value => input("x", [axis("batch", B), ...observation.shape]);
const parametersOf = ({ variables }: Model): Record<string, Float32Array> =>
  Object.fromEntries(
    variables.map((v) => [leafName(v), check.numbersOf(leafName(v), { dims: dimsOf(v.shape), from: -0.6, to: 0.7 })]),
  );
const x = check.numbersOf("frames", { dims: [B, T, tiny.side ** 2], from: 0, to: 1 });
const ε = check.numbersOf("noise", { dims: [T, B, tiny.latent] });

describe.each(["tanh", "gru"] as const)("with a recurrence of kind %s", (recurrence) => {
  const config = { ...tiny, recurrence };
  const model = vrnn(config);
  const parameters = parametersOf(model);
  const given = { ...parameters, x, "vrnn/z": ε };
  /** Numbers of a value of the trace: [sequence][frame] is a list. */
  const sequences = (v: Value): number[][][] => {
    const [{ dims, data }] = interpret([v], given);
    return Array.from({ length: B }, (_, b) =>
      Array.from({ length: T }, (_, t) => [...data.subarray((b * T + t) * dims[2], (b * T + t + 1) * dims[2])]),
    );
  };

  test("the trace is what a loop over plain numbers finds, where all is seen and where it is not", () => {
    const renamed = Object.fromEntries(Object.entries(parameters).map(([name, v]) => [`layer1/${name}`, v]));
    for (const observed of [T, 1]) {
      const trace = model.trace!(framesOf(model), { observed, sample: true });
      for (let b = 0; b < B; b++) {
        const frames = Array.from({ length: T }, (_, t) => [...x.subarray((b * T + t) * 64, (b * T + t + 1) * 64)]);
        const noise = [Array.from({ length: T }, (_, t) => [...ε.subarray((t * B + b) * 2, (t * B + b + 1) * 2)])];
        const layers = { ...hvrnnDefaults, ...config, layers: 1 };
        const wanted = hvrnnLoop(layers, renamed, frames, { observed, interventions: [], noise });
        expect(Object.keys(trace).sort()).toEqual(Object.keys(wanted).sort());
        for (const [name, v] of Object.entries(trace)) {
          const found = sequences(v)[b].flat();
          wanted[name].flat().forEach((w, i) => void expect(found[i], `${name}[${i}]`).toBeCloseTo(w, 11));
        }
      }
    }
  });

  test("the loss is eq. (11) of what the trace shows, summed over the frames", () => {
    const trace = model.trace!(framesOf(model), { sample: true });
    const [q, p] = ["z1", "prior1"].map((name) =>
      ["mean", "std"].map((part) => sequences(trace[`${name}/${part}`]).map((s) => s.flat())),
    );
    const shown = sequences(trace["reconstruction"]).map((s) => s.flat());
    const wanted = Array.from({ length: B }, (_, b) => ({
      reconstruction: -shown[b].reduce((s, m, i) => {
        const v = x[b * T * 64 + i];
        return s + v * Math.log(m) + (1 - v) * Math.log(1 - m);
      }, 0),
      kl: q[0][b].reduce((s, m, i) => {
        const [σq, σp] = [q[1][b][i], p[1][b][i]];
        return s + Math.log(σp / σq) + (σq ** 2 + (m - p[0][b][i]) ** 2) / (2 * σp ** 2) - 0.5;
      }, 0),
    }));
    for (const beta of [1, 4]) {
      const weighed = vrnn({ ...config, beta });
      const terms = weighed.loss!({ x: framesOf(weighed) }, "evaluation");
      expect(Object.keys(terms)).toEqual(["reconstruction", "kl"]);
      const [reconstruction, kl] = interpret(Object.values(terms), given);
      expect([weighed.objective, kl.dims]).toEqual([beta === 1 ? "elbo" : "beta-elbo", [B]]);
      wanted.forEach((w, b) => {
        expect(reconstruction.data[b]).toBeCloseTo(w.reconstruction, 9);
        expect(kl.data[b]).toBeCloseTo(beta * w.kl, 9);
      });
    }
  });
});

test("it reads whole sequences and infers a latent and a state a frame", () => {
  const { observation, latents } = vrnn(vrnnDefaults);
  expect(showShape(observation.shape)).toBe("(time=20, pixel=4096)");
  expect(latents.map(({ name, layer, shape }) => `${name} of layer ${layer} ${showShape(shape)}`)).toEqual([
    "z1 of layer 1 (time=20, latent=16)",
    "h1 of layer 1 (time=20, hidden=256)",
  ]);
});

test("there is no top-down to cut", () => {
  const model = vrnn(tiny);
  const cut = () => model.trace!(framesOf(model), { interventions: [{ kind: "cut-top-down", layer: 1 }] });
  expect(cut).toThrow(UsageError);
  expect(cut).toThrow("expected a model with a layer that has one above it, got layer 1");
});
