import { expect, test } from "vitest";
import { interpret } from "../interpret.ts";
import { input, variable } from "../leaves.ts";
import { add, matmul } from "../ops/index.ts";
import { print } from "../print.ts";
import { freeze } from "./freeze.ts";

const zero = (out: Float32Array): void => void out.fill(0);
const [x, W, b] = [input("x", [1, 2]), variable("W", [2, 2], zero), variable("b", [2], zero)];
const y = add(matmul(x, W), b);

test("a variable with numbers becomes a constant of its name; one without stays", () => {
  expect(print(freeze([y], { W: [1, 2, 3, 4] }))).toMatchInlineSnapshot(`
    "x = Input  # f32(1, 2)
    %2 = MatMul(x, const1)  # f32(1, 2)
    b = Variable  # f32(2)
    %3 = Add(%2, b)  # f32(1, 2)
    out0: %3"
  `);
  const [v] = freeze([y], { W: [1, 2, 3, 4] });
  const constants = v.node.inputs[0].node.inputs.map(({ node }) => node.leaf?.kind === "constant" && node.leaf.name);
  expect(constants).toEqual([false, "W"]);
});

test("the frozen graph computes what the variable one computes with these numbers", () => {
  const given = { x: [1, -1], b: [10, 20] };
  const W = [1, 2, 3, 4];
  expect(interpret(freeze([y], { W, b: given.b }), { x: given.x })).toEqual(interpret([y], { ...given, W }));
});

test("an input of the same name as the numbers is not touched", () => {
  expect(freeze([x], { x: [1, 2] })).toEqual([x]);
});
