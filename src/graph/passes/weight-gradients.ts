import { axis, dimsOf, sizeOf } from "../../base/shape.ts";
import { constant } from "../leaves.ts";
import { sum } from "../ops/broadcast.ts";
import { conv } from "../ops/conv.ts";
import type { Geometry } from "../ops/conv-geometry.ts";
import { reshape } from "../ops/layout.ts";
import { matmul } from "../ops/matmul.ts";
import type { Value } from "../value.ts";
import { type Pass, rewrite } from "./rewrite.ts";

/**
 * The gradient of a convolution with respect to its kernel as products of matrices: for every image, the gradient of the output
 * (outputs × pixels) times the pixels that each tap of the kernel met (pixels × taps); then the sum over images.
 */
export const weightGradients: Pass = {
  name: "weight-gradients",
  run: (values) =>
    rewrite(values, (node) => {
      if (node.op.name !== "ConvWeight") return undefined;
      const g = node.attributes as unknown as Geometry;
      if (g.groups !== 1) return undefined;
      const [x, dy] = node.inputs;
      const [w] = node.outputs;
      const met = taps(x, g, dimsOf(w.shape.slice(2)));
      const products = matmul(pixels(dy), pixels(met), false, true);
      return [reshape(sum(products, [0]), w.shape)];
    }),
};

/** (batch, channels, pixels) */
const pixels = (v: Value): Value => reshape(v, [v.shape[0], axis("", v.shape[1].size), sizeOf(v.shape.slice(2))]);

/** What each tap of the kernel meets at every place of the output, (batch, channels · taps, …): a convolution with kernels of a single 1. */
function taps(x: Value, g: Geometry, kernel: readonly number[]): Value {
  const n = kernel.reduce((a, b) => a * b, 1);
  const plain = n === 1 && [...g.strides].every((s) => s === 1) && g.pads.every((p) => p === 0);
  if (plain) return x;
  const channels = x.shape[1].size;
  const one = new Float64Array(channels * n * n);
  for (let i = 0; i < channels * n; i++) one[i * n + (i % n)] = 1;
  return conv(x, constant(one, [channels * n, 1, ...kernel]), { ...g, groups: channels });
}
