import { describe, expect, test } from "vitest";
import { ShapeError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { axis, dimsOf, showShape, sizeOf } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { named } from "../graph/value.ts";
import { dense } from "./dense.ts";

const [from, to] = [axis("in", 3), axis("out", 2)];

function random(name: string, n: number): Float64Array {
  const out = new Float64Array(n);
  stream(1, name).normal(0, out);
  return out;
}

const [W, b] = [random("W", 6), random("b", 2)];

describe.each([
  ["a vector", [3]],
  ["a batch", [4, 3]],
  ["samples of a batch", [2, 4, 3]],
  ["an empty batch", [0, 3]],
])("%s of shape %j", (_name, dims) => {
  test.each([true, false])("with bias %s is x·W + b, element by element", (bias) => {
    const x = input("x", dims);
    const y = dense("layer", { from, to, bias })(x);
    const numbers = random("x", sizeOf(x.shape));
    const found = interpret([y], { x: numbers, "layer/weight": W, "layer/bias": b })[0].data;
    expect(dimsOf(y.shape)).toEqual([...dims.slice(0, -1), 2]);
    for (let row = 0; row < numbers.length / 3; row++) {
      for (let j = 0; j < 2; j++) {
        let sum = bias ? b[j] : 0;
        for (let i = 0; i < 3; i++) sum += numbers[row * 3 + i] * W[i * 2 + j];
        expect(found[row * 2 + j]).toBeCloseTo(sum, 13);
      }
    }
  });
});

test("a layer owns its weight and bias by name; biases start at zero, weights as asked", () => {
  const layer = dense("encoder/hidden", { from, to, init: "ones" });
  expect(layer.variables.map((v) => `${leafName(v)} ${showShape(v.shape)}`)).toEqual([
    "encoder/hidden/weight (in=3, out=2)",
    "encoder/hidden/bias (out=2)",
  ]);
  const first = layer.variables.map((v) => {
    const out = new Float32Array(sizeOf(v.shape)).fill(7);
    if (v.node.leaf?.kind === "variable") v.node.leaf.initial(out, stream(1, "a"));
    return [...out];
  });
  expect(first).toEqual([
    [1, 1, 1, 1, 1, 1],
    [0, 0],
  ]);
  expect(dense("d", { from, to, bias: false }).variables.map(leafName)).toEqual(["d/weight"]);
});

test("a layer applied twice shares its variables, and its nodes carry its name", () => {
  const layer = dense("layer", { from, to });
  const [a, c] = [layer(input("a", [1, 3])), named("twice", () => layer(input("c", [1, 3])))];
  expect(a.node.inputs[1]).toBe(c.node.inputs[1]);
  expect([a.node.path, c.node.path]).toEqual(["layer", "twice/layer"]);
});

test("an input of another size is refused with the layer's name and both axes", () => {
  const build = () => dense("decoder/hidden", { from, to })(input("x", [axis("batch", 4), axis("latent", 5)]));
  expect(build).toThrow(ShapeError);
  expect(build).toThrow(/MatMul in decoder\/hidden: .*\(batch=4, latent=5\) and \(in=3, out=2\)/);
});
