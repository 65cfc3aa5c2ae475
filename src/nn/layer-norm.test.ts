import { describe, expect, test } from "vitest";
import * as check from "../../test/gradient-check.ts";
import { ShapeError } from "../base/errors.ts";
import { axis, showShape } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { divisiveNorm } from "./divisive-norm.ts";
import { type LayerNormOptions, layerNorm } from "./layer-norm.ts";

const over = [axis("channel", 2), axis("width", 3)];

describe.each<Required<Pick<LayerNormOptions, "gain">>>([{ gain: "element" }, { gain: "channel" }, { gain: "none" }])(
  "layer norm of (2, 2, 3) over its last two axes with gain $gain",
  ({ gain }) => {
    const subject = (): check.Subject => {
      const layer = layerNorm("a", { over, gain });
      const x = input("x", [2, 2, 3]);
      const leaves = [x, ...layer.variables];
      const given = leaves.map((v) => {
        const dims = v.shape.map((a) => a.size);
        return [leafName(v), check.numbersOf(leafName(v), { dims })] as const;
      });
      return { outputs: [layer(x)], given: Object.fromEntries(given), wrt: leaves };
    };
    test("has the gradient of central differences", () => check.checkGradient(subject(), 1));
    test("has the second gradient of central differences", () => check.checkGradient(subject(), 2));
    test("is the same in float32 on ONNX Runtime, with both gradients", () => check.checkFloat32(subject()));
  },
);

describe("divisive norm", () => {
  const x = { dims: [2, 3, 2] };
  const subject = (): check.Subject => check.subject("divisive", [x], ([a]) => [divisiveNorm(a)]);
  test("has the gradient of central differences", () => check.checkGradient(subject(), 1));
  test("has the second gradient of central differences", () => check.checkGradient(subject(), 2));
  test("is the same in float32 on ONNX Runtime, with both gradients", () => check.checkFloat32(subject()));

  test("gives every position a mean square of 1 over the axis it is told", () => {
    const numbers = check.numbersOf("a", x);
    for (const [along, square] of [
      [1, (d: Float64Array) => (d[0] ** 2 + d[2] ** 2 + d[4] ** 2) / 3],
      ["time", (d: Float64Array) => (d[0] ** 2 + d[1] ** 2) / 2],
    ] as const) {
      const y = divisiveNorm(input("a", [2, 3, axis("time", 2)]), along);
      expect(square(interpret([y], { a: numbers })[0].data)).toBeCloseTo(1, 6);
    }
  });

  test("is finite where all is 0, and its gradient too", () => {
    const zeros = { dims: [1, 3], values: [0, 0, 0] };
    check.checkValues(check.subject("zeros", [zeros], ([a]) => [divisiveNorm(a)]));
    return check.checkFloat32(
      check.subject("zeros", [zeros], ([a]) => [divisiveNorm(a)]),
      1,
    );
  });
});

test("each example is normalised by itself, to mean 0 and variance 1", () => {
  const y = layerNorm("a", { over, gain: "none" })(input("x", [2, 2, 3]));
  const x = [...check.numbersOf("x", { dims: [6] })];
  const [{ data }] = interpret([y], { x: [...x, ...x.map((v) => 100 * v + 3)] });
  for (const half of [data.slice(0, 6), data.slice(6)]) {
    expect(half.reduce((s, v) => s + v, 0)).toBeCloseTo(0, 12);
    expect(half.reduce((s, v) => s + v * v, 0) / 6).toBeCloseTo(1, 4);
  }
  data.slice(0, 6).forEach((v, i) => void expect(data[6 + i]).toBeCloseTo(v, 4));
});

test.each([
  ["element", ["a/gain (channel=2, width=3)", "a/bias (channel=2, width=3)"]],
  ["channel", ["a/gain (channel=2)", "a/bias (channel=2)"]],
  ["none", []],
] as const)("with gain %s it owns %j", (gain, names) => {
  const { variables } = layerNorm("a", { over, gain });
  expect(variables.map((v) => `${leafName(v)} ${showShape(v.shape)}`)).toEqual(names);
});

test("an input that does not end with the axes is refused", () => {
  const build = () => layerNorm("decoder/norm", { over })(input("x", [4, 3, 2]));
  expect(build).toThrow(ShapeError);
  expect(build).toThrow("decoder/norm: expected an input that ends with the axes (channel=2, width=3), got (4, 3, 2)");
  expect(() => layerNorm("a", { over })(input("x", [4, axis("width", 2), axis("channel", 3)]))).toThrow(ShapeError);
});
