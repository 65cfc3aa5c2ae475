import { sameDims } from "../../base/shape.ts";
import { blockedAffine, blockedAffineOp } from "../blocked/affine.ts";
import { type Along, blockedConv, blockedConvOp, type KernelOrder } from "../blocked/conv.ts";
import type { Activation } from "../blocked/conv-settings.ts";
import { blockedConvTranspose, blockedConvTransposeOp } from "../blocked/conv-transpose.ts";
import { nominal } from "../blocked/layout.ts";
import { type Geometry, geometryIn } from "../ops/conv-geometry.ts";
import type { Node, Value } from "../value.ts";
import { type Pass, type Rule, rewrite, usesOf } from "./rewrite.ts";

/**
 * What follows a blocked convolution and is used by nothing else is done by the convolution as it stores its result: a bias per
 * channel, the sum with another tensor, ReLU, sigmoid and tanh. A factor and a summand per channel join into one pass.
 */
export const fuseBlocked: Pass = {
  name: "fuse-blocked",
  target: "cpu",
  fixedSizes: true,
  run: (values) => {
    const uses = usesOf(values);
    return rewrite(values, (node, original) => {
      const alone = (i: number): boolean => uses.get(original.inputs[i]) === 1;
      return rules[node.op.name]?.(alone)(node, original);
    });
  },
};

type RuleOf = (alone: (input: number) => boolean) => Rule;

const isConv = (v: Value): boolean => v.node.op.name === blockedConvOp.name;

interface Parts extends Along {
  readonly x: Value;
  readonly w: Value;
  readonly geometry: Geometry;
}

/** What a blocked convolution is made of. */
function partsOf({ inputs, attributes }: Node): Parts {
  const [x, w, ...rest] = inputs;
  const a = attributes as unknown as Geometry & {
    bias: boolean;
    sum: boolean;
    activation: Activation;
    slope: number;
    kernel: KernelOrder;
  };
  const bias = a.bias ? rest.shift() : undefined;
  const [sum] = a.sum ? rest : [];
  const geometry = geometryIn(a);
  return {
    x,
    w,
    geometry,
    activation: a.activation,
    slope: a.slope,
    kernel: a.kernel,
    ...(bias && { bias }),
    ...(sum && { sum }),
  };
}

/** The same convolution with more along. */
const withMore = ({ x, w, geometry, ...along }: Parts, more: Along): Value =>
  blockedConv(x, w, geometry, { ...along, ...more });

const add: RuleOf =
  (alone) =>
  ({ inputs }) => {
    for (const at of [1, 0]) {
      const [v, other] = [inputs[at], inputs[1 - at]];
      if (!alone(at) || !sameDims(v.shape, other.shape)) continue;
      if (isConv(v)) {
        const p = partsOf(v.node);
        if (!p.sum && !p.activation) return [withMore(p, { sum: other })];
      }
      if (v.node.op.name === blockedConvTransposeOp.name && v.node.inputs.length === 2) {
        const a = v.node.attributes as unknown as Geometry & { sizes: readonly number[] };
        const geometry = geometryIn(a);
        return [blockedConvTranspose(v.node.inputs[0], v.node.inputs[1], geometry, a.sizes, other)];
      }
    }
    return undefined;
  };

const activation =
  (name: Activation): RuleOf =>
  (alone) =>
  ({ inputs: [v], attributes }) => {
    if (!isConv(v) || !alone(0)) return undefined;
    const p = partsOf(v.node);
    return p.activation
      ? undefined
      : [withMore(p, { activation: name, slope: (attributes["slope"] as number | undefined) ?? 0 })];
  };

/** A summand per channel becomes the bias of the convolution or of the factor before it. */
const affine: RuleOf = (alone) => (node) => {
  const [v, , bias] = node.inputs;
  if (node.attributes["scaled"] || !bias || !alone(0)) return undefined;
  if (isConv(v)) {
    const p = partsOf(v.node);
    const own = bias.shape[0].size > nominal(v.shape)[1]; // each image has its own
    return p.bias || p.activation || own ? undefined : [withMore(p, { bias })];
  }
  if (v.node.op.name === blockedAffineOp.name && v.node.inputs.length === 2) {
    return [blockedAffine(v.node.inputs[0], { scale: v.node.inputs[1], bias })];
  }
  return undefined;
};

const rules: Readonly<Record<string, RuleOf>> = {
  Add: add,
  BlockedAffine: affine,
  Relu: activation("Relu"),
  LeakyRelu: activation("LeakyRelu"),
  Sigmoid: activation("Sigmoid"),
  Tanh: activation("Tanh"),
};
