/**
 * ONNX Runtime's blocked layout on CPUs, NCHW16c: the channels of an image in blocks of 16 that lie side by side at every pixel. Here
 * it is an ordinary tensor (batch, channels / 16, height, width, 16), so elementwise ops need to know nothing of it; a row of pixels
 * (one spatial axis) has height 1, and a matrix (rows, channels) is a batch of such rows of pixels. The operators of domain
 * com.microsoft.nchwc call the same memory (batch, channels, height, width), its nominal shape, in which the ops of this folder take and
 * give it too.
 */
import { axis, dimsOf, type Shape } from "../../base/shape.ts";
import { apply, defineOp, type Lowering, needF32 } from "../op.ts";
import { countOf } from "../tensor64.ts";
import type { Value } from "../value.ts";

/** The operator domain of the blocked layout. */
export const NCHWC = "com.microsoft.nchwc";

/** Channels in a block: what fits a vector register of 512 bits. */
export const BLOCK = 16;

/**
 * (batch, channels, spatial axes) → (batch, channels / 16, height, width, 16). Channels must be a multiple of 16.
 * @param rows of a matrix that make up one row of pixels (default: all)
 */
export function toBlocked(x: Value, rows = x.shape[0].size): Value {
  if (x.node.op.name === fromBlockedOp.name) return x.node.inputs[0];
  return apply(toBlockedOp, [x], { rows: x.shape.length === 2 ? rows : 0 })[0];
}

/** (batch, channels / 16, height, width, 16) → `to`, which is (batch, channels, spatial axes). */
export function fromBlocked(x: Value, to: Shape): Value {
  return apply(fromBlockedOp, [x], { to })[0];
}

/** The blocked form of a shape (batch, channels, one or two spatial axes), or of a matrix (rows, channels). */
export function blockedShape(s: Shape, rows = s[0].size): Shape {
  const [n, c, ...spatial] = s;
  if (spatial.length === 0) {
    return [axis("", n.size / rows), axis(c.name, c.size / BLOCK), axis("", 1), axis("", rows), axis("", BLOCK)];
  }
  const [h, w] = spatial.length === 1 ? [axis("", 1), spatial[0]] : spatial;
  return [n, axis(c.name, c.size / BLOCK), h, w, axis("", BLOCK)];
}

/** The shape under which the operators of the domain know a blocked tensor. */
export function nominalShape(blocked: Shape): Shape {
  if (blocked.length === 4) return blocked;
  const [n, c, h, w] = blocked;
  return [n, axis(c.name, c.size * BLOCK), h, w];
}

/** Its sizes. */
export const nominal = (blocked: Shape): number[] => dimsOf(nominalShape(blocked));

/** @param rows of a matrix in a row of pixels; @param nominal gives the result its nominal shape */
export const toBlockedOp = defineOp<{ rows: number; nominal?: boolean }>({
  name: "ToBlocked",
  types: ([x], { rows, nominal: asImages }, where) => {
    const blocked = blockedShape(x.shape, rows || x.shape[0].size);
    return [{ shape: asImages ? nominalShape(blocked) : blocked, dtype: needF32(where, x) }];
  },
  onnx: (g, [x], { inputs, outputs }) => {
    const blocked = outputs[0].shape;
    if (inputs[0].shape.length === 2) {
      const [n, c, h, w] = nominal(blocked);
      const channelsLast = g.node("Reshape", [x, g.ints([n, h, w, c])]);
      return [
        asTensor(
          g,
          g.node("ReorderInput", [channelsLast], { channels_last: { kind: "int", value: 1 } }, NCHWC),
          blocked,
        ),
      ];
    }
    const image = inputs[0].shape.length === 4 ? x : g.node("Reshape", [x, g.ints(nominal(blocked))]);
    return [asTensor(g, g.node("ReorderInput", [image], {}, NCHWC), blocked)];
  },
  grad: ({ inputs: [x] }, [dy]) => [dy && fromBlocked(dy, x.shape)],
  exact: ([x], { outputs: [y] }) => {
    const out = new Float64Array(x.data.length);
    eachPlace(x.dims, dimsOf(y.shape), (plain, blocked) => {
      out[blocked] = x.data[plain];
    });
    return [out];
  },
  cases: [
    { note: "an image", inputs: [{ dims: [2, 32, 2, 3] }], attributes: { rows: 0 } },
    { note: "a row", inputs: [{ dims: [2, 16, 3] }], attributes: { rows: 0 } },
    { note: "a matrix", inputs: [{ dims: [6, 32] }], attributes: { rows: 3 } },
    { note: "a matrix, to its nominal shape", inputs: [{ dims: [6, 32] }], attributes: { rows: 3, nominal: true } },
  ],
});

export const fromBlockedOp = defineOp<{ to: Shape }>({
  name: "FromBlocked",
  types: ([x], { to }) => [{ shape: to, dtype: x.dtype }],
  onnx: (g, [x], { inputs, outputs: [y] }) => {
    // truth values travel as numbers: the runtime's operator knows no others
    const cast = (name: string, to: number): string =>
      y.dtype === "bool" ? g.node("Cast", [name], { to: { kind: "int", value: to } }) : name;
    const image = asImage(g, cast(x, 1), inputs[0].shape);
    const last = { channels_last: { kind: "int", value: y.shape.length === 2 ? 1 : 0 } } as const;
    const channels = { channels: { kind: "int", value: y.shape[1].size }, ...last } as const;
    const plain = g.node("ReorderOutput", [image], channels, NCHWC);
    return [cast(y.shape.length === 4 ? plain : g.node("Reshape", [plain, g.ints(dimsOf(y.shape))]), 9)];
  },
  grad: ({ inputs: [x] }, [dy]) => [dy && toBlocked(dy, x.shape[3].size)],
  exact: ([x], { outputs: [y] }) => {
    const out = new Float64Array(x.data.length);
    eachPlace(dimsOf(y.shape), x.dims, (plain, blocked) => {
      out[plain] = x.data[blocked];
    });
    return [out];
  },
  cases: [
    { note: "an image", inputs: [{ dims: [2, 2, 2, 3, 16] }], attributes: { to: shapeOf(2, 32, 2, 3) } },
    { note: "a row", inputs: [{ dims: [2, 1, 1, 3, 16] }], attributes: { to: shapeOf(2, 16, 3) } },
    { note: "a matrix", inputs: [{ dims: [2, 2, 1, 3, 16] }], attributes: { to: shapeOf(6, 32) } },
    { note: "a row of nominal shape", inputs: [{ dims: [2, 32, 1, 3] }], attributes: { to: shapeOf(2, 32, 3) } },
  ],
});

/** Gives the memory of an operator of the domain its sizes as a tensor, which copies nothing. */
export function asTensor(g: Lowering, image: string, blocked: Shape): string {
  return blocked.length === 4 ? image : g.node("Reshape", [image, g.ints(dimsOf(blocked))]);
}

/** The name of a blocked tensor's memory for an operator of the domain. */
export function asImage(g: Lowering, name: string, blocked: Shape): string {
  return blocked.length === 4 ? name : g.node("Reshape", [name, g.ints(nominal(blocked))]);
}

/** Visits every element of a plain tensor with its place in both layouts. */
function eachPlace(
  plain: readonly number[],
  blocked: readonly number[],
  visit: (plain: number, blocked: number) => void,
): void {
  const [n, c, ...spatial] = plain;
  const pixels = spatial.length > 0 ? countOf(spatial) : blocked[3];
  const images = spatial.length > 0 ? n : blocked[0];
  eachElement(images, c, pixels, (at, to) => {
    const [image, channel, pixel] = [Math.floor(at / (c * pixels)), Math.floor(at / pixels) % c, at % pixels];
    visit(spatial.length > 0 ? at : (image * pixels + pixel) * c + channel, to);
  });
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
