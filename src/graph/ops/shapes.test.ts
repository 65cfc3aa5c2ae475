import { describe, expect, test } from "vitest";
import { ShapeError } from "../../base/errors.ts";
import { axis, dimsOf, showShape } from "../../base/shape.ts";
import { input } from "../leaves.ts";
import { named, type Value } from "../value.ts";
import * as ops from "./index.ts";

const [batch, hidden] = [axis("batch", 64), axis("hidden", 200)];
const x = input("x", [batch, hidden]);
const truth = ops.greater(x, 0);

/** [what is wrong, what builds it, what the error must say] */
const errors: readonly (readonly [string, () => unknown, string])[] = [
  [
    "inner axes of a product differ",
    () => named("decoder", () => ops.matmul(x, input("W", [axis("in", 256), axis("out", 784)]))),
    "MatMul in decoder: expected inner axes that agree in size and name, got (batch=64, hidden=200) and (in=256, out=784)",
  ],
  [
    "inner axes have the same size but other names",
    () => ops.matmul(x, input("W", [axis("latent", 200), 10])),
    "(batch=64, hidden=200) and (latent=200, 10)",
  ],
  ["a vector in a product", () => ops.matmul(x, input("v", [hidden])), "got (batch=64, hidden=200) and (hidden=200)"],
  [
    "operands that do not broadcast",
    () => ops.add(x, input("y", [64, 100])),
    "got (batch=64, hidden=200) and (64, 100)",
  ],
  [
    "names that contradict",
    () => ops.mul(x, input("y", [axis("pixel", 200)])),
    "(batch=64, hidden=200) and (pixel=200)",
  ],
  [
    "truth values as numbers",
    () => ops.exp(truth),
    "expected numbers (f32), got truth values of shape (batch=64, hidden=200)",
  ],
  ["numbers as truth values", () => ops.where(x, 1, 0), "expected truth values, got f32(batch=64, hidden=200)"],
  [
    "a reshape that loses elements",
    () => ops.reshape(x, [64, 199]),
    "as many elements as (batch=64, hidden=200) has, 12800",
  ],
  [
    "an order without every axis",
    () => ops.transpose(x, [0, 0]),
    "every axis of (batch=64, hidden=200) once, got the order [0,0]",
  ],
  [
    "parts that differ elsewhere",
    () => ops.concat([x, input("y", [63, 5])], 1),
    "got (batch=64, hidden=200) and (63, 5)",
  ],
  ["parts of other rank", () => ops.concat([x, input("y", [64])], 0), "got (batch=64, hidden=200) and (64)"],
  ["sizes that do not add up", () => ops.split(x, "hidden", [100, 99]), "add up to 200, the size of axis 1"],
  ["a count that does not divide", () => ops.split(x, "hidden", 3), "add up to 200"],
  [
    "an axis that is not there",
    () => ops.sum(x, ["pixel"]),
    'Sum: expected an axis of (batch=64, hidden=200), got "pixel"',
  ],
  ["an axis beyond the last", () => ops.softmax(x, 2), "Softmax: expected an axis of (batch=64, hidden=200), got 2"],
  [
    "a shape that cannot be stretched",
    () => ops.expand(x, [axis("batch", 64), axis("", 400)]),
    "(batch=64, hidden=200)",
  ],
];

test.each(errors)("%s: the error names the axes", (_name, build, message) => {
  expect(build).toThrow(ShapeError);
  expect(build).toThrow(message);
});

/** [expression, its shape] */
const shapes: readonly (readonly [string, Value, string])[] = [
  ["a named axis lends its name to an unnamed one", ops.add(input("a", [64, 200]), x), "(batch=64, hidden=200)"],
  ["an axis of size 1 stretches", ops.add(x, input("a", [64, 1])), "(batch=64, hidden=200)"],
  ["missing axes are taken from the left", ops.add(x, input("a", [3, 1, 1])), "(3, batch=64, hidden=200)"],
  ["a product keeps outer axes", ops.matmul(x, input("W", [hidden, axis("out", 5)])), "(batch=64, out=5)"],
  ["a transposed product too", ops.matmul(x, input("y", [batch, 3]), true), "(hidden=200, 3)"],
  ["a batch of products broadcasts", ops.matmul(input("a", [4, 1, 2, 3]), input("b", [5, 3, 6])), "(4, 5, 2, 6)"],
  ["a sum loses its axis", ops.sum(x, ["batch"]), "(hidden=200)"],
  ["a kept axis has size 1", ops.sum(x, [-1], true), "(batch=64, hidden=1)"],
  ["a maximum over all is a scalar", ops.max(x), "()"],
  ["joined axes add up", ops.concat([x, x], "hidden"), "(batch=64, hidden=400)"],
  ["a part keeps the name", ops.split(x, "hidden", 4)[3], "(batch=64, hidden=50)"],
  ["a comparison has truth values of the broadcast shape", ops.equal(x, 0), "(batch=64, hidden=200)"],
];

describe("shapes", () => {
  test.each(shapes)("%s", (_name, v, shown) => expect(showShape(v.shape)).toBe(shown));

  test("no axes to sum over leave the value itself", () => {
    expect(ops.sum(x, [])).toBe(x);
    expect(dimsOf(ops.concat([x], 0).shape)).toEqual([64, 200]);
  });
});
