/** A factor and a summand per channel, on a blocked tensor: one pass over it, where broadcasting 16 channels at a time takes six. */
import { axis, dimsOf, sizeOf } from "../../base/shape.ts";
import { constant } from "../leaves.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import { expand } from "../ops/broadcast.ts";
import { reshape } from "../ops/layout.ts";
import type { Value } from "../value.ts";
import { asImage, BLOCK, NCHWC, nominal } from "./layout.ts";

/**
 * scale·x + bias per channel, or per channel of each image.
 * @param scale, bias any shapes with as many elements as x has channels, or channels of all images; default 1 and 0
 */
export function blockedAffine(x: Value, { scale, bias }: { scale?: Value; bias?: Value }): Value {
  const [images, channels] = nominal(x.shape);
  const given = [scale, bias].flatMap((v) => (v ? [sizeOf(v.shape)] : []));
  const count = Math.max(channels, ...given);
  const vector = (v: Value): Value =>
    sizeOf(v.shape) === count
      ? reshape(v, [count])
      : reshape(expand(reshape(v, [channels]), [axis("", images), axis("", channels)]), [count]);
  const factor = scale ? vector(scale) : constant(new Float64Array(count).fill(1), [count]);
  return apply(blockedAffineOp, [x, factor, ...(bias ? [vector(bias)] : [])], { scaled: !!scale })[0];
}

export const blockedAffineOp = defineOp<{ scaled: boolean }>({
  name: "BlockedAffine",
  types: ([x], _a, where) => [{ shape: x.shape, dtype: needF32(where, x) }],
  // a convolution of every channel with a kernel of one pixel; channels of different images are channels of one
  onnx: (g, [x, scale, ...bias], { inputs, outputs }) => {
    const [images, channels, h, w] = nominal(inputs[0].shape);
    const count = inputs[1].shape[0].size;
    const one = count > channels && images > 1;
    const image = one ? g.node("Reshape", [x, g.ints([1, count, h, w])]) : asImage(g, x, inputs[0].shape);
    const kernel = g.node("Reshape", [scale, g.ints([count, 1, 1, 1])]);
    const y = g.node("Conv", [image, kernel, ...bias], { group: { kind: "int", value: count } }, NCHWC);
    const same = !one && outputs[0].shape.length === 4;
    return [same ? y : g.node("Reshape", [y, g.ints(dimsOf(outputs[0].shape))])];
  },
  grad: "none",
  exact: ([x, scale, bias]) => {
    const [, , h, w] = x.dims;
    const blocks = scale.data.length / BLOCK;
    return [
      x.data.map((v, i) => {
        const channel = (Math.floor(i / (h * w * BLOCK)) % blocks) * BLOCK + (i % BLOCK);
        return v * scale.data[channel] + (bias?.data[channel] ?? 0);
      }),
    ];
  },
  cases: [
    {
      note: "scale and bias",
      inputs: [{ dims: [2, 2, 3, 2, 16] }, { dims: [32] }, { dims: [32] }],
      attributes: { scaled: true },
    },
    { note: "a nominal shape", inputs: [{ dims: [2, 32, 3, 2] }, { dims: [32] }], attributes: { scaled: true } },
    { note: "scale alone", inputs: [{ dims: [1, 1, 2, 2, 16] }, { dims: [16] }], attributes: { scaled: true } },
    {
      note: "of each image",
      inputs: [{ dims: [3, 2, 2, 2, 16] }, { dims: [96] }, { dims: [96] }],
      attributes: { scaled: true },
    },
    {
      note: "of each image, a nominal shape",
      inputs: [{ dims: [3, 32, 2, 2] }, { dims: [96] }],
      attributes: { scaled: true },
    },
  ],
});

/** Whether a shape has one number per channel of a tensor (batch, channels, …), or one per channel of each image, and nothing else. */
export function isPerChannel(dims: readonly number[], of: readonly number[]): boolean {
  const [images, channels] = of;
  const skip = of.length - dims.length;
  if (skip < 0 || channels === 1 || dims[1 - skip] !== channels) return false;
  const shared = skip === 1 || dims[0] === 1;
  const own = skip === 0 && dims[0] === images && of.length > 2;
  return (shared || own) && dims.slice(2 - skip).every((d) => d === 1);
}
