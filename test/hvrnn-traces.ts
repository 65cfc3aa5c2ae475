/** What the tests of variational recurrent nets share: a tiny net, its numbers, and its traces in numbers. */
import { expect } from "vitest";
import { axis, dimsOf } from "../src/base/shape.ts";
import { interpret } from "../src/graph/interpret.ts";
import { input, leafName } from "../src/graph/leaves.ts";
import type { Value } from "../src/graph/value.ts";
import { type HvrnnConfig, hvrnn, hvrnnDefaults } from "../src/models/hvrnn.ts";
import type { Model, Trace, TraceOptions } from "../src/models/model.ts";
import * as check from "./gradient-check.ts";

export const tiny: HvrnnConfig = { ...hvrnnDefaults, side: 16, steps: 4, channels: 2, hidden: 6, latent: 2 };
/** Sequences in a batch. */
export const B = 2;

export const framesOf = ({ observation }: Model, batch = B): Value =>
  input("x", [axis("batch", batch), ...observation.shape]);
export const termsOf = (model: Model, batch = B): Readonly<Record<string, Value>> =>
  model.loss!({ x: framesOf(model, batch) }, "evaluation");

/** The same numbers as wanted, to a relative tolerance of the number itself or of a hundredth of the largest beside it. */
export function expectNear(found: ArrayLike<number>, wanted: ArrayLike<number>, relative: number, what: string): void {
  expect(found.length, what).toBe(wanted.length);
  const scale = Math.max(...Array.from(wanted, Math.abs)) / 100;
  const far = Array.from(wanted).flatMap((w, i) =>
    Math.abs(found[i] - w) <= relative * Math.max(Math.abs(w), scale) ? [] : [{ what, i, wanted: w, got: found[i] }],
  );
  expect(far).toEqual([]);
}

/** Weights around 0, and biases above it, so that few rectified units are silent. */
export const parametersOf = ({ variables }: Model): Record<string, Float32Array> =>
  Object.fromEntries(
    variables.map((v) => {
      const name = leafName(v);
      const dims = dimsOf(v.shape);
      return [
        name,
        check.numbersOf(name, name.endsWith("bias") ? { dims, from: 0, to: 0.5 } : { dims, from: -0.7, to: 0.7 }),
      ];
    }),
  );

/** Numbers of the noise of every layer, or the same for all. */
export const noiseOf = ({ steps, latent, layers }: HvrnnConfig): Record<string, Float32Array> =>
  Object.fromEntries(
    Array.from({ length: layers }, (_, l) => [
      `hvrnn/z${l + 1}`,
      check.numbersOf(`noise${l}`, { dims: [steps, B, latent] }),
    ]),
  );

export const pictures = check.numbersOf("x", { dims: [B, tiny.steps, tiny.side ** 2], from: 0, to: 1 });

/** Numbers of a trace by name, then by sequence and frame: found["h1"][sequence][frame] is a list. */
export function traced(
  config: HvrnnConfig,
  options: TraceOptions = {},
  x: ArrayLike<number> = pictures,
  noise: Record<string, Float32Array> = {},
): Record<string, number[][][]> {
  const model = hvrnn(config);
  return numbersOf(model.trace!(framesOf(model), options), { ...parametersOf(model), ...noise, x });
}

export function numbersOf(trace: Trace, given: Record<string, ArrayLike<number>>): Record<string, number[][][]> {
  const results = interpret(Object.values(trace), given);
  return Object.fromEntries(
    Object.keys(trace).map((name, i) => {
      const [sequences, frames, width] = results[i].dims;
      const at = (b: number, t: number): number[] => [
        ...results[i].data.subarray((b * frames + t) * width, (b * frames + t + 1) * width),
      ];
      return [name, Array.from({ length: sequences }, (_, b) => Array.from({ length: frames }, (_, t) => at(b, t)))];
    }),
  );
}

/** Names and frames at which two traces differ in any bit, of any sequence: "h1@2". */
export function differences(a: Record<string, number[][][]>, b: Record<string, number[][][]>): string[] {
  return Object.keys(a).flatMap((name) =>
    a[name][0].flatMap((_, t) => {
      const same = a[name].every((sequence, s) => sequence[t].every((v, i) => Object.is(v, b[name][s][t][i])));
      return same ? [] : [`${name}@${t}`];
    }),
  );
}
