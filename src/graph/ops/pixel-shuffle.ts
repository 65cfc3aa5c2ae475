/** Pixels from channels and back (Shi et al. 2016, arXiv:1609.05158): moves without arithmetic, each the other's inverse and adjoint. */
import { ShapeError } from "../../base/errors.ts";
import { dimsOf, type Shape, showShape } from "../../base/shape.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import { eachIndex } from "../tensor64.ts";
import type { Value } from "../value.ts";
import { withSpatial } from "./pool-geometry.ts";

/**
 * Groups of factor² channels become blocks of factor × factor pixels: channel c·factor² + i·factor + j gives row i, column j of each block
 * in channel c, as torch.nn.PixelShuffle does.
 * @param x (batch, channels · factor², height, width)
 * @returns (batch, channels, height · factor, width · factor)
 * @throws ShapeError if factor² does not divide the channels
 */
export function pixelShuffle(x: Value, factor: number): Value {
  return apply(pixelShuffleOp, [x], { factor })[0];
}

/**
 * The inverse of `pixelShuffle`: (batch, channels, height · factor, width · factor) → (batch, channels · factor², height, width).
 * @throws ShapeError if the factor does not divide height and width
 */
export function pixelUnshuffle(x: Value, factor: number): Value {
  return apply(pixelUnshuffleOp, [x], { factor })[0];
}

export const pixelShuffleOp = defineOp<{ factor: number }>({
  name: "PixelShuffle",
  types: ([x], { factor }, where) => [{ shape: shuffled(where, x.shape, factor), dtype: needF32(where, x) }],
  onnx: (g, [x], { attributes }) => [
    g.node("DepthToSpace", [x], {
      blocksize: { kind: "int", value: attributes["factor"] as number },
      mode: { kind: "string", value: "CRD" },
    }),
  ],
  grad: ({ attributes }, [dy]) => [dy && pixelUnshuffle(dy, attributes["factor"] as number)],
  exact: ([x], { attributes: { factor }, outputs: [y] }) => {
    const out = new Float64Array(x.data.length);
    eachMove(dimsOf(y.shape), factor, (channel, pixel) => void (out[pixel] = x.data[channel]));
    return [out];
  },
  cases: [
    { note: "blocks of 2 × 2", inputs: [{ dims: [2, 8, 2, 3] }], attributes: { factor: 2 } },
    { note: "blocks of 3 × 3 from single pixels", inputs: [{ dims: [1, 9, 1, 1] }], attributes: { factor: 3 } },
  ],
});

export const pixelUnshuffleOp = defineOp<{ factor: number }>({
  name: "PixelUnshuffle",
  types: ([x], { factor }, where) => [{ shape: unshuffled(where, x.shape, factor), dtype: needF32(where, x) }],
  // ONNX's SpaceToDepth puts a block's pixels before the channels; with one channel at a time the two orders are the same
  onnx: (g, [x], { inputs, outputs, attributes }) => {
    const [, , height, width] = dimsOf(inputs[0].shape);
    const planes = g.node("Reshape", [x, g.ints([-1, 1, height, width])]);
    const blocks = g.node("SpaceToDepth", [planes], {
      blocksize: { kind: "int", value: attributes["factor"] as number },
    });
    return [g.node("Reshape", [blocks, g.ints([-1, ...dimsOf(outputs[0].shape.slice(1))])])];
  },
  grad: ({ attributes }, [dy]) => [dy && pixelShuffle(dy, attributes["factor"] as number)],
  exact: ([x], { attributes: { factor } }) => {
    const out = new Float64Array(x.data.length);
    eachMove(x.dims, factor, (channel, pixel) => void (out[channel] = x.data[pixel]));
    return [out];
  },
  cases: [
    { note: "blocks of 2 × 2", inputs: [{ dims: [2, 2, 4, 6] }], attributes: { factor: 2 } },
    { note: "blocks of 3 × 3 to single pixels", inputs: [{ dims: [1, 2, 3, 3] }], attributes: { factor: 3 } },
  ],
});

/** Every element's running number with its factor² · channels channels, and with its blocks of pixels, whose sizes are given. */
function eachMove([B, C, H, W]: readonly number[], r: number, visit: (channel: number, pixel: number) => void): void {
  eachIndex([B, C, H / r, r, W / r, r], ([b, c, h, i, w, j], pixel) => {
    visit((((b * C + c) * r + i) * r + j) * (H / r) * (W / r) + h * (W / r) + w, pixel);
  });
}

function shuffled(where: string, s: Shape, factor: number): Shape {
  const square = factor * factor;
  if (s.length !== 4 || !Number.isInteger(factor) || factor < 1 || s[1].size % square !== 0) {
    refuse(where, `(batch, channels, height, width) with channels divisible by ${square}`, s, factor);
  }
  return withChannels(s, s[1].size / square, factor);
}

function unshuffled(where: string, s: Shape, factor: number): Shape {
  if (s.length !== 4 || !Number.isInteger(factor) || factor < 1 || s.slice(2).some((a) => a.size % factor !== 0)) {
    refuse(where, `(batch, channels, height, width) with height and width divisible by ${factor}`, s, factor);
  }
  return withChannels(s, s[1].size * factor * factor, 1 / factor);
}

function withChannels(s: Shape, channels: number, scale: number): Shape {
  const [batch, , ...spatial] = withSpatial(
    s,
    s.slice(2).map((a) => Math.round(a.size * scale)),
  );
  return [batch, { name: channels === s[1].size ? s[1].name : "", size: channels }, ...spatial];
}

function refuse(where: string, expected: string, s: Shape, factor: number): never {
  throw new ShapeError({
    where,
    expected,
    got: `${showShape(s)} and factor ${factor}`,
    fix: "take a whole factor, and sizes that it divides",
  });
}
