/**
 * ONNX Runtime's blocked layout on CPUs, NCHW16c: the channels of an image in blocks of 16 that lie side by side at every pixel. Here
 * it is an ordinary tensor (batch, channels / 16, height, width, 16), so elementwise ops need to know nothing of it; a row of pixels
 * (one spatial axis) has height 1. The operators of domain com.microsoft.nchwc call the same memory (batch, channels, height, width).
 */
import { axis, dimsOf, type Shape } from "../../base/shape.ts";
import { apply, defineOp, type Lowering, needF32 } from "../op.ts";
import { countOf } from "../tensor64.ts";
import type { Value } from "../value.ts";

/** The operator domain of the blocked layout. */
export const NCHWC = "com.microsoft.nchwc";

/** Channels in a block: what fits a vector register of 512 bits. */
export const BLOCK = 16;

/** (batch, channels, spatial axes) → (batch, channels / 16, height, width, 16). Channels must be a multiple of 16. */
export function toBlocked(x: Value): Value {
  if (x.node.op.name === fromBlockedOp.name) return x.node.inputs[0];
  return apply(toBlockedOp, [x], {})[0];
}

/** (batch, channels / 16, height, width, 16) → `to`, which is (batch, channels, spatial axes). */
export function fromBlocked(x: Value, to: Shape): Value {
  return apply(fromBlockedOp, [x], { to })[0];
}

/** The blocked form of a shape (batch, channels, one or two spatial axes). */
export function blockedShape(s: Shape): Shape {
  const [n, c, ...spatial] = s;
  const [h, w] = spatial.length === 1 ? [axis("", 1), spatial[0]] : spatial;
  return [n, axis(c.name, c.size / BLOCK), h, w, axis("", BLOCK)];
}

/** The sizes by which the operators of the domain know a blocked tensor. */
export function nominal(blocked: Shape): number[] {
  const [n, c, h, w, b] = dimsOf(blocked);
  return [n, c * b, h, w];
}

export const toBlockedOp = defineOp({
  name: "ToBlocked",
  types: ([x], _a, where) => [{ shape: blockedShape(x.shape), dtype: needF32(where, x) }],
  onnx: (g, [x], { inputs, outputs }) => {
    const blocked = outputs[0].shape;
    const image = inputs[0].shape.length === 4 ? x : g.node("Reshape", [x, g.ints(nominal(blocked))]);
    return [asTensor(g, g.node("ReorderInput", [image], {}, NCHWC), blocked)];
  },
  grad: ({ inputs: [x] }, [dy]) => [dy && fromBlocked(dy, x.shape)],
  exact: ([x]) => {
    const [n, c, ...spatial] = x.dims;
    const out = new Float64Array(x.data.length);
    eachElement(n, c, countOf(spatial), (plain, blocked) => {
      out[blocked] = x.data[plain];
    });
    return [out];
  },
  cases: [
    { note: "an image", inputs: [{ dims: [2, 32, 2, 3] }] },
    { note: "a row", inputs: [{ dims: [2, 16, 3] }] },
  ],
});

export const fromBlockedOp = defineOp<{ to: Shape }>({
  name: "FromBlocked",
  types: ([x], { to }) => [{ shape: to, dtype: x.dtype }],
  onnx: (g, [x], { inputs, outputs: [y] }) => {
    // truth values travel as numbers: the runtime's operator knows no others
    const cast = (name: string, to: number): string =>
      y.dtype === "bool" ? g.node("Cast", [name], { to: { kind: "int", value: to } }) : name;
    const image = g.node("Reshape", [cast(x, 1), g.ints(nominal(inputs[0].shape))]);
    const plain = g.node("ReorderOutput", [image], { channels: { kind: "int", value: y.shape[1].size } }, NCHWC);
    return [cast(y.shape.length === 4 ? plain : g.node("Reshape", [plain, g.ints(dimsOf(y.shape))]), 9)];
  },
  grad: (_node, [dy]) => [dy && toBlocked(dy)],
  exact: ([x], { outputs: [y] }) => {
    const [n, c, ...spatial] = dimsOf(y.shape);
    const out = new Float64Array(x.data.length);
    eachElement(n, c, countOf(spatial), (plain, blocked) => {
      out[plain] = x.data[blocked];
    });
    return [out];
  },
  cases: [
    { note: "an image", inputs: [{ dims: [2, 2, 2, 3, 16] }], attributes: { to: shapeOf(2, 32, 2, 3) } },
    { note: "a row", inputs: [{ dims: [2, 1, 1, 3, 16] }], attributes: { to: shapeOf(2, 16, 3) } },
  ],
});

/** Gives the memory of an operator of the domain its sizes as a tensor; costs nothing. */
export function asTensor(g: Lowering, image: string, blocked: Shape): string {
  return g.node("Reshape", [image, g.ints(dimsOf(blocked))]);
}

/** The name of a blocked tensor's memory for an operator of the domain. */
export function asImage(g: Lowering, name: string, blocked: Shape): string {
  return g.node("Reshape", [name, g.ints(nominal(blocked))]);
}

/** Visits every element of an image with its place in both layouts. */
export function eachElement(
  n: number,
  c: number,
  pixels: number,
  visit: (plain: number, blocked: number) => void,
): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < c; j++)
      for (let p = 0; p < pixels; p++) {
        const block = Math.floor(j / BLOCK);
        visit((i * c + j) * pixels + p, ((i * (c / BLOCK) + block) * pixels + p) * BLOCK + (j % BLOCK));
      }
}

function shapeOf(...dims: number[]): Shape {
  return dims.map((d) => axis("", d));
}
