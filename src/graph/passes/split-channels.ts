import type { Shape } from "../../base/shape.ts";
import { BLOCK } from "../blocked/layout.ts";
import { add } from "../ops/arithmetic.ts";
import { split } from "../ops/layout.ts";
import { makeNode, type Node, type Value } from "../value.ts";
import { type Pass, type Rule, rewrite, usesOf } from "./rewrite.ts";

/**
 * A convolution of channels that were joined from parts is the sum of the parts' convolutions. Where the whole fills no blocks of 16 but
 * its parts do, or are few, as where a frame joins a state, each is computed for itself; and so is the way back to each.
 */
export const splitChannels: Pass = {
  name: "split-channels",
  target: "cpu",
  run: (values) => {
    const uses = usesOf(values);
    return rewrite(values, (node, original) => {
      if (node.op.name === "Conv") return joined(node, original);
      return node.op.name === "Split" && uses.get(original.inputs[0]) === 1 ? cut(node) : undefined;
    });
  },
};

const filled = (channels: number): boolean => channels % BLOCK === 0;
const suits = (channels: number): boolean => filled(channels) || channels < BLOCK;
const channelsOf = (s: Shape): number => s[1].size;

/** conv([a, b], [u, v]) = conv(a, u) + conv(b, v) */
const joined: Rule = ({ op, inputs: [x, w], attributes, outputs: [y] }) => {
  const parts = x.node.inputs;
  if (x.node.op.name !== "Concat" || x.node.attributes["axis"] !== 1 || attributes["groups"] !== 1) return undefined;
  if (filled(channelsOf(x.shape)) || !filled(channelsOf(y.shape))) return undefined;
  const sizes = parts.map((p) => channelsOf(p.shape));
  if (!sizes.every(suits) || !sizes.some(filled)) return undefined;
  const kernels = split(w, 1, sizes);
  return [parts.map((p, i) => makeNode(op, [p, kernels[i]], attributes, [y]).outputs[0]).reduce((a, b) => add(a, b))];
};

/** The same for the gradient that is cut into parts. */
function cut({ inputs: [x], attributes, outputs }: Node): readonly Value[] | undefined {
  const { op, inputs, attributes: geometry } = x.node;
  if (op.name !== "ConvTranspose" || attributes["axis"] !== 1 || geometry["groups"] !== 1) return undefined;
  if (filled(channelsOf(x.shape)) || !outputs.some((v) => filled(channelsOf(v.shape)))) return undefined;
  const [g, w] = inputs;
  const kernels = split(w, 1, attributes["sizes"] as readonly number[]);
  return outputs.map((v, i) => makeNode(op, [g, kernels[i]], geometry, [v]).outputs[0]);
}
