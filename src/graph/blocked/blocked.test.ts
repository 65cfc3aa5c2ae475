import { describe, expect, test } from "vitest";
import * as check from "../../../test/gradient-check.ts";
import { cpu } from "../../runtime/onnxruntime-node.ts";
import { apply, type Op } from "../op.ts";
import { outputSizes } from "../ops/conv-geometry.ts";
import { blockedAffineOp } from "./affine.ts";
import { blockedConvOp } from "./conv.ts";
import { blockedConvTransposeOp, hasPhases } from "./conv-transpose.ts";
import { blockedConvWeight, weightCases } from "./conv-weight.ts";
import { fromBlockedOp, toBlockedOp } from "./layout.ts";

/** Whether this processor's blocks have 16 channels; elsewhere the CPU's programs do without. */
const here = (await cpu.target?.()) === "cpu";
if (!here) console.warn("skipped: this processor has no blocks of 16 channels");

const ops = [toBlockedOp, fromBlockedOp, blockedConvOp, blockedConvTransposeOp, blockedAffineOp] as unknown as Op[];
const cases = ops.flatMap((op) => op.cases.map((c) => ({ name: op.name, note: c.note, op, c })));

test("27 cases are checked", () => expect(cases).toHaveLength(27));

describe.each(cases)("$name, $note", ({ op, c }) => {
  const subject = () => check.subject(`${op.name}/${c.note}`, c.inputs, (i) => apply(op, i, c.attributes ?? {}));
  test("has a finite number for every element", () => check.checkValues(subject()));
  test.skipIf(!here)("is the same in float32 on ONNX Runtime", () => check.checkFloat32(subject(), 0));
});

describe.each([toBlockedOp, fromBlockedOp] as unknown as Op[])("$name", (op) => {
  test.each(op.cases.filter((c) => !c.note.includes("nominal")))(
    "has the gradient of central differences, $note",
    (c) => {
      check.checkGradient(
        check.subject(op.name, c.inputs, (i) => apply(op, i, c.attributes ?? {})),
        1,
      );
    },
  );
});

describe.each(weightCases)("BlockedConvWeight, $note", ({ note, x, outputs, kernel, g }) => {
  const [h, w] = outputSizes(note, g, x.slice(2), kernel);
  const inputs = [{ dims: x }, { dims: [x[0], outputs / 16, h, w, 16] }];
  const subject = () => check.subject(note, inputs, ([a, b]) => [blockedConvWeight(a, b, g, kernel)]);
  test("has a finite number for every element", () => check.checkValues(subject()));
  test.skipIf(!here)("is the same in float32 on ONNX Runtime", () => check.checkFloat32(subject(), 0));
});

describe("a transposed convolution has phases", () => {
  const g = (stride: number, pad: number, dilation = 1) => ({
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    dilations: [dilation, dilation],
    groups: 1,
  });
  test("when every remainder meets a tap", () => expect(hasPhases(g(2, 1), [4, 4], [8, 8], [4, 4])).toBe(true));
  test("not when the stride skips pixels", () => expect(hasPhases(g(3, 0), [2, 2], [8, 8], [3, 3])).toBe(false));
  test("not with holes in the kernel", () => expect(hasPhases(g(2, 1, 2), [3, 3], [8, 8], [3, 3])).toBe(false));
  test("not when pads are wider than the kernel", () => expect(hasPhases(g(1, 3), [3, 3], [4, 4], [8, 8])).toBe(false));
});
