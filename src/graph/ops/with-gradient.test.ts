import { expect, test } from "vitest";
import * as check from "../../../test/gradient-check.ts";
import { compile } from "../compile.ts";
import { gradient } from "../gradient.ts";
import { interpret } from "../interpret.ts";
import { input } from "../leaves.ts";
import type { Value } from "../value.ts";
import { add, mul, neg, sub } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { exp } from "./elementary.ts";
import { withGradient } from "./with-gradient.ts";

/** e^x and e^−x, whose derivatives are themselves. */
function exponentials(x: Value): readonly Value[] {
  const [up, down] = [exp(x), exp(neg(x))];
  return withGradient([up, down], [x], ([dUp, dDown]) => [
    sub(dUp ? mul(dUp, up) : mul(x, 0), dDown ? mul(dDown, down) : mul(x, 0)),
  ]);
}

const subject = () => check.subject("exponentials", [{ dims: [5] }], ([x]) => exponentials(x));

test("a right gradient is right at first and second order", () => {
  check.checkGradient(subject(), 1);
  check.checkGradient(subject(), 2);
});

test("float32 agrees", () => check.checkFloat32(subject()));

test("the gradient is the one given, of one output alone too, and not the ops' own", () => {
  const x = input("x", [2]);
  const [y] = withGradient([mul(x, x)], [x], ([dy]) => [dy && mul(dy, 7)]);
  expect(interpret(gradient(sum(y), [x]), { x: [3, 4] })[0].data).toEqual(Float64Array.of(7, 7));
  const [up] = exponentials(x);
  expect(interpret(gradient(sum(up), [x]), { x: [0, 0] })[0].data).toEqual(Float64Array.of(1, 1));
});

test.each([[[]], [["simplify"]]])("it costs no node, without passes %j", (without) => {
  const x = input("x", [2]);
  const [y] = withGradient([exp(x)], [x], ([dy]) => [dy]);
  const { nodes } = compile({ name: "p", outputs: { y: add(y, 1) } }, { without }).model.graph;
  expect(nodes.map((n) => n.op)).toEqual(["Exp", "Add"]);
});
