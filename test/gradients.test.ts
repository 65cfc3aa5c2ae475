import { describe, expect, test } from "vitest";
import { axis } from "../src/base/shape.ts";
import { input, leafName } from "../src/graph/leaves.ts";
import { apply, type Op, type OpCase } from "../src/graph/op.ts";
import { addAll, allOps } from "../src/graph/ops/index.ts";
import { reachable } from "../src/graph/value.ts";
import { vae } from "../src/models/vae.ts";
import { composites } from "./composites.ts";
import * as check from "./gradient-check.ts";

const casesOf = (ops: readonly Op[]) =>
  ops.flatMap((op) => op.cases.map((c) => ({ name: op.name, note: c.note, op, c })));

const subjectOf = (op: Op, c: OpCase): check.Subject =>
  check.subject(`${op.name}/${c.note}`, c.inputs, (inputs) => apply(op, inputs, c.attributes ?? {}));

test("all 48 ops with their 166 cases are checked", () => {
  expect(new Set(allOps.map((op) => op.name)).size).toBe(49);
  expect(allOps).toHaveLength(49);
  expect(allOps.filter((op) => op.cases.length === 0)).toEqual([]);
  expect(casesOf(allOps)).toHaveLength(167);
});

describe.each(casesOf(allOps.filter((op) => op.grad !== "none")))("$name, $note", ({ op, c }) => {
  test("has a finite number for every element", () => check.checkValues(subjectOf(op, c)));
  test("has the gradient of central differences", () => check.checkGradient(subjectOf(op, c), 1));
  test("has the second gradient of central differences", () => check.checkGradient(subjectOf(op, c), 2));
  test("is the same in float32 on ONNX Runtime, with both gradients", () => check.checkFloat32(subjectOf(op, c)));
});

describe.each(casesOf(allOps.filter((op) => op.grad === "none")))("$name, $note", ({ op, c }) => {
  test("has a finite number for every element", () => check.checkValues(subjectOf(op, c)));
  test("lets no gradient through", () => check.checkNoGradient(subjectOf(op, c)));
  test("is the same in float32 on ONNX Runtime", () => check.checkFloat32(subjectOf(op, c), 0));
});

describe.each(composites)("$name", ({ name, inputs, build }) => {
  const subject = (): check.Subject => check.subject(name, inputs, (leaves) => [build(leaves)]);
  test("has a finite number for every element", () => check.checkValues(subject()));
  test("has the gradient of central differences", () => check.checkGradient(subject(), 1));
  test("has the second gradient of central differences", () => check.checkGradient(subject(), 2));
  test("is the same in float32 on ONNX Runtime, with both gradients", () => check.checkFloat32(subject()));
});

describe("the loss of a small VAE, with respect to its ten variables", () => {
  const subject = (): check.Subject => {
    const model = vae({ pixels: 4, hidden: 3, latent: 2, samples: 2, activation: "tanh", init: "glorot-uniform" });
    const loss = model.loss!({ x: input("x", [axis("batch", 2), 4]) }, "evaluation");
    const leaves = reachable(Object.values(loss)).flatMap((n) =>
      n.leaf && n.leaf.kind !== "constant" ? n.outputs : [],
    );
    const given = leaves.map((v) => {
      const range = v.node.leaf?.kind === "input" ? { from: 0, to: 1 } : { from: -1, to: 1 };
      return [leafName(v), check.numbersOf(leafName(v), { dims: v.shape.map((a) => a.size), ...range })] as const;
    });
    expect(model.variables).toHaveLength(10);
    return { outputs: [addAll(Object.values(loss))], given: Object.fromEntries(given), wrt: model.variables };
  };
  test("has a finite number for every element", () => check.checkValues(subject()));
  test("has the gradient of central differences", () => check.checkGradient(subject(), 1));
  test("is the same in float32 on ONNX Runtime, with its gradient", () => check.checkFloat32(subject(), 1));
});
