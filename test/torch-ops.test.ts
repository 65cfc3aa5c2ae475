import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { dimsOf, sizeOf } from "../src/base/shape.ts";
import { compile } from "../src/graph/compile.ts";
import { gradient } from "../src/graph/gradient.ts";
import { interpret } from "../src/graph/interpret.ts";
import { constant, input } from "../src/graph/leaves.ts";
import * as ops from "../src/graph/ops/index.ts";
import type { Value } from "../src/graph/value.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";

interface Numbers {
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

interface Entry {
  readonly inputs: readonly Numbers[];
  readonly y: Numbers;
  /** Of Σ w ⊙ y with w = 1, 2, 3, … row by row, for every input. */
  readonly gradients: readonly (readonly number[])[];
}

/** Made by test/fixtures/make-op-fixtures.py. */
const { entries } = JSON.parse(readFileSync(new URL("fixtures/torch-ops.json", import.meta.url), "utf8")) as {
  readonly entries: Readonly<Record<string, Entry>>;
};

const builds: Readonly<Record<string, (...x: readonly Value[]) => Value>> = {
  "max pool": (x) => ops.maxPool(x, { kernel: 2 }),
  "max pool, overlapping, padded": (x) => ops.maxPool(x, { kernel: 3, strides: 2, pads: 1 }),
  "max pool, one kernel size per axis": (x) => ops.maxPool(x, { kernel: [2, 3], strides: [1, 2], pads: [1, 0, 1, 0] }),
  "max pool, one axis": (x) => ops.maxPool(x, { kernel: 3, strides: 2, pads: 1 }),
  "average pool": (x) => ops.averagePool(x, { kernel: 2 }),
  "average pool, overlapping, padded": (x) => ops.averagePool(x, { kernel: 3, strides: 2, pads: 1 }),
  "average pool, overlapping, pads not counted": (x) =>
    ops.averagePool(x, { kernel: 3, strides: 2, pads: 1, countPads: false }),
  "average pool, one axis": (x) => ops.averagePool(x, { kernel: 4, strides: 3, pads: 2 }),
  upsample: (x) => ops.upsampleNearest(x, [2, 3]),
  "pixel shuffle": (x) => ops.pixelShuffle(x, 2),
  "pixel unshuffle": (x) => ops.pixelUnshuffle(x, 2),
  slice: (x) => ops.slice(x, 2, 1, -1, 2),
  flip: (x) => ops.flip(x, [1, -1]),
  pad: (x) =>
    ops.pad(x, [
      [0, 0],
      [0, 0],
      [0, 3],
      [1, 2],
    ]),
  gather: (table) => ops.gather(table, constant([2, 0, 2, 1], [2, 2])),
  "cumulative sum": (x) => ops.cumulativeSum(x, 1),
  clip: (x) => ops.clip(x, -1, 1),
  "softmax cross-entropy": (logits, targets) => ops.softmaxCrossEntropy(logits, targets),
};

test("every recorded operation is built", () => expect(Object.keys(builds)).toEqual(Object.keys(entries)));

describe.each(Object.entries(entries))("%s as in PyTorch", (name, { inputs, y, gradients }) => {
  const leaves = inputs.map((t, i) => input(`x${i}`, t.dims));
  const given = Object.fromEntries(inputs.map((t, i) => [`x${i}`, Float32Array.from(t.values)]));
  const value = builds[name](...leaves);
  const w = Float64Array.from({ length: sizeOf(value.shape) }, (_, i) => i + 1);
  const wanted = [y.values, ...gradients];
  const values = [value, ...gradient(ops.sum(ops.mul(constant(w, value.shape), value)), leaves)];

  test("the values and the gradients, in float64", () => {
    expect(dimsOf(value.shape)).toEqual(y.dims);
    interpret(values, given).forEach(({ data }, i) => {
      data.forEach((x, at) => void expect(x, `value ${i}, element ${at}`).toBeCloseTo(wanted[i][at], 12));
    });
  });

  test("the values and the gradients, in float32 on ONNX Runtime", async () => {
    const outputs = Object.fromEntries(values.map((v, i) => [`out${i}`, v]));
    const session = await cpu.open(compile({ name, outputs }), { threads: 1 });
    const [got] = await session.run([given]);
    await session.dispose();
    wanted.forEach((numbers, i) => {
      // a few roundings of numbers up to a thousand
      numbers.forEach(
        (x, at) => void expect(Math.abs(got[`out${i}`][at] - x)).toBeLessThan(1e-6 * Math.max(1000, Math.abs(x))),
      );
    });
  });
});
