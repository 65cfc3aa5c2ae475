import { axis, dimsOf } from "../base/shape.ts";
import { variable } from "../graph/leaves.ts";
import { add } from "../graph/ops/arithmetic.ts";
import { convTranspose } from "../graph/ops/conv.ts";
import { named, type Value } from "../graph/value.ts";
import { type ConvOptions, checkGroups, checkInput, eachAxis, samePads } from "./conv.ts";
import type { Layer } from "./dense.ts";
import { initialOf } from "./initializers.ts";
import { perChannel } from "./per-channel.ts";

/** How a transposed convolution is built. `pads` crop its output; "same" makes the output input × stride large. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Pixels added at the far end, below the stride (0): they choose among the inputs that a strided convolution makes equally small. */
  readonly outputPadding?: number | readonly number[];
}

/** Transposed convolution over one spatial axis; see `transposedConvolution`. */
export function convTranspose1d(name: string, options: ConvTransposeOptions): Layer {
  return transposedConvolution(name, 1, options);
}

/** Transposed convolution over two spatial axes; see `transposedConvolution`. */
export function convTranspose2d(name: string, options: ConvTransposeOptions): Layer {
  return transposedConvolution(name, 2, options);
}

/**
 * The adjoint of `convolution` (to → from) with the same settings, plus a bias: every input pixel spreads the kernel over the output.
 * (batch, from, …spatial) → (batch, to, …(size − 1)·stride − pads + dilation·(kernel − 1) + 1 + outputPadding).
 * @param name names the variables "<name>/weight" (from, to / groups, …kernel) and "<name>/bias" (to)
 * @param rank number of spatial axes, 1 or 2
 * @throws ShapeError if the groups do not divide the channels, or the input does not fit
 */
function transposedConvolution(name: string, rank: 1 | 2, options: ConvTransposeOptions): Layer {
  const { from, to, pads = 0, groups = 1, init = "glorot-uniform", bias = true, biasInit = "zeros" } = options;
  checkGroups(name, from, to, groups);
  const [kernel, strides, dilations] = [options.kernel, options.stride ?? 1, options.dilation ?? 1].map((v) =>
    eachAxis(name, v, rank),
  );
  const taps = kernel.reduce((n, k) => n * k, 1);
  const fans = { in: (from.size / groups) * taps, out: (to.size / groups) * taps, rows: from.size };
  const W = variable(`${name}/weight`, [from, axis(to.name, to.size / groups), ...kernel], initialOf(init, fans));
  const b = bias ? variable(`${name}/bias`, [to], initialOf(biasInit, fans)) : undefined;
  const layer = (x: Value): Value =>
    named(name, () => {
      checkInput(name, x.shape, from, rank);
      const around = pads === "same" ? sameCrop(dimsOf(x.shape.slice(2)), kernel, strides, dilations) : { pads };
      const y = convTranspose(x, W, {
        strides,
        dilations,
        groups,
        outputPadding: options.outputPadding ?? 0,
        ...around,
      });
      return b ? add(y, perChannel(b, y)) : y;
    });
  return Object.assign(layer, { variables: b ? [W, b] : [W] });
}

/** The crop of the convolution whose input is size × stride large, which this one is the adjoint of. */
function sameCrop(
  sizes: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): { pads: number[]; outputPadding: number | number[] } {
  const outputs = sizes.map((n, i) => n * strides[i]);
  const missing = kernel.map((k, i) => Math.max(strides[i] - dilations[i] * (k - 1) - 1, 0));
  return {
    pads: samePads(outputs, kernel, strides, dilations),
    outputPadding: missing.some((n) => n > 0) ? missing : 0,
  };
}
