import { describe, expect, test } from "vitest";
import * as check from "../../test/gradient-check.ts";
import { type HelmholtzError, ShapeError, UsageError } from "../base/errors.ts";
import { axis, dimsOf, showShape } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { batchNorm } from "./batch-norm.ts";
import { variableUpdates } from "./phase.ts";

const channels = axis("channel", 2);

describe("in training", () => {
  test.each([[[3, 2]], [[2, 2, 3]], [[2, 2, 2, 2]]])(
    "each channel of %j has mean β and variance γ²·σ²/(σ² + ε)",
    (dims) => {
      const x = input("x", dims);
      const y = batchNorm("a", { channels, epsilon: 0.5 })(x, variableUpdates());
      const numbers = check.numbersOf("x", { dims });
      const [{ data }] = interpret([y], { x: numbers, "a/gain": [2, -3], "a/bias": [1, 5] });
      const channelOf = (flat: number): number => Math.floor(flat / dims.slice(2).reduce((n, d) => n * d, 1)) % 2;
      for (const c of [0, 1]) {
        const moments = (list: ArrayLike<number>): [number, number] => {
          const own = Array.from(list).filter((_, i) => channelOf(i) === c);
          const m = own.reduce((s, v) => s + v, 0) / own.length;
          return [m, own.reduce((s, v) => s + (v - m) ** 2, 0) / own.length];
        };
        const [m, v] = moments(data);
        const [, σ2] = moments(numbers);
        expect(m).toBeCloseTo([1, 5][c], 12);
        expect(v).toBeCloseTo(([4, 9][c] * σ2) / (σ2 + 0.5), 12);
      }
    },
  );

  const subject = (): check.Subject => {
    const layer = batchNorm("a", { channels });
    const x = input("x", [2, 2, 3]);
    const given = {
      x: check.numbersOf("x", { dims: [2, 2, 3] }),
      "a/gain": check.numbersOf("gain", { dims: [2] }),
      "a/bias": check.numbersOf("bias", { dims: [2] }),
    };
    return { outputs: [layer(x, variableUpdates())], given, wrt: [x, ...layer.variables] };
  };
  test("has the gradient of central differences", () => check.checkGradient(subject(), 1));
  test("has the second gradient of central differences", () => check.checkGradient(subject(), 2));
  test("is the same in float32 on ONNX Runtime, with both gradients", () => check.checkFloat32(subject()));
});

test("a large mean costs no digits: the variance comes from centred values", async () => {
  const x = input("x", [4, 2]);
  const values = [1000, 2000, 1001, 2002, 1002, 2004, 1003, 2006];
  const y = batchNorm("a", { channels })(x, variableUpdates());
  const given = { x: Float32Array.from(values), "a/gain": Float32Array.of(1, 1), "a/bias": Float32Array.of(0, 0) };
  await check.checkFloat32({ outputs: [y], given, wrt: [x] }, 0);
});

test("evaluation reads the running statistics, and an example does not depend on the others", () => {
  const layer = batchNorm("a", { channels });
  const parameters = {
    "a/gain": [2, 1],
    "a/bias": [0, 1],
    "a/running-mean": [1, 2],
    "a/running-variance": [4, 9],
  };
  const two = interpret([layer(input("x", [2, 2]), "evaluation")], { ...parameters, x: [3, 5, -100, 100] })[0].data;
  const alone = interpret([layer(input("x", [1, 2]), "evaluation")], { ...parameters, x: [3, 5] })[0].data;
  expect([...alone]).toEqual([...two.slice(0, 2)]);
  expect(alone[0]).toBeCloseTo((2 * (3 - 1)) / Math.sqrt(4 + 1e-5), 12);
});

test("variables are learned, statistics are updated, and only in training", () => {
  const layer = batchNorm("a", { channels });
  expect([layer.variables, layer.statistics].map((l) => l.map((v) => `${leafName(v)} ${showShape(v.shape)}`))).toEqual([
    ["a/gain (channel=2)", "a/bias (channel=2)"],
    ["a/running-mean (channel=2)", "a/running-variance (channel=2)"],
  ]);
  const updates = variableUpdates();
  const y = layer(input("x", [4, 2, 3, 3]), updates);
  expect(dimsOf(y.shape)).toEqual([4, 2, 3, 3]);
  expect(updates.pairs.map(([v]) => v)).toEqual(layer.statistics);
  layer(input("z", [4, 2]), "evaluation");
  expect(updates.pairs).toHaveLength(2);
});

test("momentum 0 leaves the statistics, 1 takes the batch's", () => {
  const seen = (momentum: number): number[] => {
    const layer = batchNorm("a", { channels, momentum });
    const updates = variableUpdates();
    layer(input("x", [2, 2]), updates);
    const given = { x: [1, 10, 3, 40], "a/running-mean": [7, 8], "a/running-variance": [5, 6] };
    return interpret(layer.statistics.map(updates.now), given).flatMap(({ data }) => [...data]);
  };
  expect(seen(0)).toEqual([7, 8, 5, 6]);
  expect(seen(1)).toEqual([2, 25, 2, 450]);
});

/** [what is wrong, what builds it, the kind of error, what it must say] */
const errors: readonly (readonly [string, () => unknown, new (...a: never[]) => HelmholtzError, string])[] = [
  [
    "other channels",
    () => batchNorm("a", { channels })(input("x", [4, 3]), "evaluation"),
    ShapeError,
    "a: expected an input (batch, channel=2, …), got (4, 3)",
  ],
  [
    "a batch of one vector in training",
    () => batchNorm("a", { channels })(input("x", [1, 2]), variableUpdates()),
    ShapeError,
    "more than one element for each channel in a training batch, got (1, 2)",
  ],
  ["a momentum above 1", () => batchNorm("a", { channels, momentum: 10 }), UsageError, "got 10"],
];

test.each(errors)("%s is an error that says so", (_name, build, kind, message) => {
  expect(build).toThrow(kind);
  expect(build).toThrow(message);
});
