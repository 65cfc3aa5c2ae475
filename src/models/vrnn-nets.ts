import { UsageError } from "../base/errors.ts";
import { type Axis, axis, type Shape, sizeOf } from "../base/shape.ts";
import { type Gaussian, gaussian } from "../distributions/gaussian.ts";
import { relu } from "../graph/ops/activations.ts";
import { concat, reshape, split } from "../graph/ops/layout.ts";
import type { Value } from "../graph/value.ts";
import type { Cell } from "../nn/cell.ts";
import { conv2d } from "../nn/conv.ts";
import { convTranspose2d } from "../nn/conv-transpose.ts";
import { dense, type Layer } from "../nn/dense.ts";
import { gru } from "../nn/gru.ts";
import type { InitializerName } from "../nn/initializers.ts";
import { rnn } from "../nn/rnn.ts";

/** Sizes of the networks. */
export interface VrnnNetsOptions {
  /** What is read: (channel, height, width), convolved while its sides are above 4, else taken as a list of numbers. */
  readonly input: Shape;
  /** Whether the decoder's last layer is linear, for logits of pixels, or rectified, as the features of a layer below are. */
  readonly output: "linear" | "relu";
  readonly channels: number;
  readonly hidden: number;
  readonly latent: number;
  readonly recurrence: "tanh" | "gru";
  readonly init: InitializerName;
}

/** What the networks make of an input: features (row, hidden), and the last convolution's maps, for a layer above (row, …). */
export interface Seen {
  readonly features: Value;
  readonly maps: Value;
}

/** The six networks of a variational recurrent net. Each maps rows (row, …) to rows. */
export interface VrnnNets {
  readonly variables: readonly Value[];
  /** Shape of the maps, without rows. */
  readonly maps: Shape;
  /** φ_x: (row, …input) → features and maps. */
  φx(input: Value): Seen;
  /** φ_z: (row, latent) → (row, hidden). */
  φz(z: Value): Value;
  /** q(z | φ_x(x), h), side by side μ and log σ² (row, 2·latent). */
  posterior(φx: Value, h: Value): Value;
  /** p(z | h), as the posterior. */
  prior(h: Value): Value;
  /** From φ_z(z) and h to the parameters of p(x | z, h): (row, …input). */
  decode(φz: Value, h: Value): Value;
  /** The state after a step, f(φ_x(x), φ_z(z), h): (row, hidden). */
  recur(φx: Value, φz: Value, h: Value): Value;
}

/** Sides that are convolved no further. */
const SMALLEST = 4;

/** A kernel that halves sides, or doubles them. */
const half = { kernel: 4, stride: 2, pads: 1 } as const;

/**
 * Networks for one layer.
 * φ_x: convolutions of 4 × 4 with stride 2 and ReLU, two or as many as lead to sides of 4, then a dense layer with ReLU;
 *      where the input has sides of 4 or none, three dense layers with ReLU.
 * decoder: dense with ReLU to sides of 4, then transposed convolutions of 4 × 4 with stride 2, ReLU between; or three dense layers.
 * φ_z: one dense layer with ReLU. Posterior and prior: dense with ReLU, then μ and log σ².
 * @param prefix of the variables' names: "layer1/" or ""
 * @throws UsageError if the sides are not 4 times a power of two
 */
export function vrnnNets(prefix: string, options: VrnnNetsOptions): VrnnNets {
  const { channels, latent, recurrence, init } = options;
  const [H, Z] = [axis("", options.hidden), axis("", latent)];
  const both = axis("", 2 * H.size);
  const beliefs = axis("", 2 * latent);
  const layer = (name: string, from: Axis, to: Axis): Layer => dense(prefix + name, { from, to, init });

  const { see, decode } = imageOrList(prefix, options, axis("", channels), H);
  const φz = layer("phi-z", Z, H);
  const posterior = [layer("posterior/hidden", both, H), layer("posterior/out", H, beliefs)];
  const prior = [layer("prior/hidden", H, H), layer("prior/out", H, beliefs)];
  const cell: Cell = { tanh: rnn, gru }[recurrence](`${prefix}recurrence`, { from: both, to: H, init });
  const [state] = Object.keys(cell.states);
  return {
    variables: [see, decode, φz, ...posterior, ...prior, cell].flatMap(({ variables }) => variables),
    maps: see.maps,
    φx: see.apply,
    φz: (z) => relu(φz(z)),
    posterior: (φx, h) => posterior[1](relu(posterior[0](concat([φx, h], 1)))),
    prior: (h) => prior[1](relu(prior[0](h))),
    decode: (φz, h) => decode.apply(concat([φz, h], 1)),
    recur: (φx, φz, h) => cell.step(concat([φx, φz], 1), { [state]: h }).state[state],
  };
}

/** N(μ, σ²) from μ and log σ² side by side, (…, 2·latent). */
export function gaussianOf(belief: Value): Gaussian {
  const [mean, logVariance] = split(belief, belief.shape.length - 1, 2);
  return gaussian(mean, logVariance);
}

interface Ends {
  readonly see: { readonly variables: readonly Value[]; readonly maps: Shape; apply(input: Value): Seen };
  readonly decode: { readonly variables: readonly Value[]; apply(x: Value): Value };
}

function imageOrList(prefix: string, options: VrnnNetsOptions, C: Axis, H: Axis): Ends {
  const { input, init } = options;
  const sides = input.slice(1).map((a) => a.size);
  return sides.every((s) => s <= SMALLEST)
    ? listEnds(prefix, input, options.output, H, init)
    : imageEnds(prefix, input, options.output, C, H, init);
}

function imageEnds(
  prefix: string,
  input: Shape,
  output: VrnnNetsOptions["output"],
  C: Axis,
  H: Axis,
  init: InitializerName,
): Ends {
  const [from, { size: side }] = input;
  const doublings = Math.log2(side / SMALLEST);
  if (!Number.isInteger(doublings) || input[2].size !== side) {
    throw new UsageError({
      where: `${prefix || "frames "}sides`,
      expected: "squares whose side is 4 times a power of two",
      got: `${side} × ${input[2].size}`,
      fix: "choose sides of 8, 16, 32, 64 …",
    });
  }
  const halvings = Math.min(2, doublings);
  const maps = [C, axis("", side / 2 ** halvings), axis("", side / 2 ** halvings)];
  const flat = axis("", sizeOf(maps));
  const convs = Array.from({ length: halvings }, (_, i) =>
    conv2d(`${prefix}phi-x/conv${i + 1}`, { ...half, from: i === 0 ? from : C, to: C, init }),
  );
  const features = dense(`${prefix}phi-x/dense`, { from: flat, to: H, init });

  const smallest = [C, axis("", SMALLEST), axis("", SMALLEST)];
  const spread = dense(`${prefix}decoder/dense`, { from: axis("", 2 * H.size), to: axis("", sizeOf(smallest)), init });
  const deconvs = Array.from({ length: doublings }, (_, i) =>
    convTranspose2d(`${prefix}decoder/conv${i + 1}`, { ...half, from: C, to: i === doublings - 1 ? from : C, init }),
  );
  return {
    see: {
      variables: [...convs, features].flatMap((l) => l.variables),
      maps,
      apply(x) {
        const y = convs.reduce((v, conv) => relu(conv(v)), x);
        return { maps: y, features: relu(features(reshape(y, [x.shape[0], flat]))) };
      },
    },
    decode: {
      variables: [spread, ...deconvs].flatMap((l) => l.variables),
      apply(x) {
        const first = reshape(relu(spread(x)), [x.shape[0], ...smallest]);
        const inner = deconvs.slice(0, -1).reduce((v, conv) => relu(conv(v)), first);
        const y = deconvs[doublings - 1](inner);
        return output === "relu" ? relu(y) : y;
      },
    },
  };
}

function listEnds(
  prefix: string,
  input: Shape,
  output: VrnnNetsOptions["output"],
  H: Axis,
  init: InitializerName,
): Ends {
  const flat = axis("", sizeOf(input));
  const three = (name: string, sizes: readonly Axis[]): Layer[] =>
    sizes.slice(1).map((to, i) => dense(`${prefix}${name}/dense${i + 1}`, { from: sizes[i], to, init }));
  const down = three("phi-x", [flat, H, H, H]);
  const up = three("decoder", [axis("", 2 * H.size), H, H, flat]);
  return {
    see: {
      variables: down.flatMap((l) => l.variables),
      maps: [H],
      apply(x) {
        const y = down.reduce((v, l) => relu(l(v)), reshape(x, [x.shape[0], flat]));
        return { maps: y, features: y };
      },
    },
    decode: {
      variables: up.flatMap((l) => l.variables),
      apply(x) {
        const y = up[2](relu(up[1](relu(up[0](x)))));
        return reshape(output === "relu" ? relu(y) : y, [x.shape[0], ...input]);
      },
    },
  };
}
