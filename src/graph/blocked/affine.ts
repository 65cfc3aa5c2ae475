/** A factor and a summand per channel, on a blocked tensor: one pass over it, where broadcasting 16 channels at a time takes six. */
import { constant } from "../leaves.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import { reshape } from "../ops/layout.ts";
import type { Value } from "../value.ts";
import { asImage, asTensor, BLOCK, NCHWC } from "./layout.ts";

/**
 * scale·x + bias per channel.
 * @param scale, bias any shape with as many elements as x has channels; default 1 and 0
 */
export function blockedAffine(x: Value, { scale, bias }: { scale?: Value; bias?: Value }): Value {
  const channels = x.shape[1].size * BLOCK;
  const factor = scale ?? constant(new Float64Array(channels).fill(1), [channels]);
  const inputs = [x, reshape(factor, [channels]), ...(bias ? [reshape(bias, [channels])] : [])];
  return apply(blockedAffineOp, inputs, { scaled: !!scale })[0];
}

export const blockedAffineOp = defineOp<{ scaled: boolean }>({
  name: "BlockedAffine",
  types: ([x], _a, where) => [{ shape: x.shape, dtype: needF32(where, x) }],
  // a convolution of every channel with a kernel of one pixel
  onnx: (g, [x, scale, ...bias], { inputs, outputs }) => {
    const channels = inputs[1].shape[0].size;
    const kernel = g.node("Reshape", [scale, g.ints([channels, 1, 1, 1])]);
    const group = { group: { kind: "int", value: channels } } as const;
    const y = g.node("Conv", [asImage(g, x, inputs[0].shape), kernel, ...bias], group, NCHWC);
    return [asTensor(g, y, outputs[0].shape)];
  },
  grad: "none",
  exact: ([x, scale, bias]) => {
    const [, c, h, w, block = 1] = x.dims;
    const blocks = (c * block) / BLOCK;
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
  ],
});

/** Whether a shape has one number per channel of a tensor (batch, channels, …), and nothing else. */
export function isPerChannel(dims: readonly number[], rank: number, channels: number): boolean {
  const skip = rank - dims.length;
  return channels > 1 && dims.length > 0 && dims.every((d, i) => d === (i + skip === 1 ? channels : 1)) && skip <= 1;
}
