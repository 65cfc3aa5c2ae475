import { sameDims } from "../../base/shape.ts";
import { blockedAffineOp } from "../blocked/affine.ts";
import { blockedConvOp } from "../blocked/conv.ts";
import { blockedConvTransposeOp } from "../blocked/conv-transpose.ts";
import { BLOCK, fromBlockedOp, nominalShape, toBlockedOp } from "../blocked/layout.ts";
import { concat, reshape, split } from "../ops/layout.ts";
import { makeNode, type Value } from "../value.ts";
import { type Pass, type Rule, rewrite } from "./rewrite.ts";

/**
 * Between the operators of the blocked layout, tensors have the nominal shape (batch, channels, height, width) under which these know
 * them: elementwise ops, joins and cuts along batch and channels do the same with it. Each change of shape would be a node, and in a
 * recurrence of small steps there are as many of them as convolutions and more.
 */
export const nominalShapes: Pass = {
  name: "nominal-shapes",
  target: "cpu",
  fixedSizes: true,
  run: (values) =>
    rewrite(values, (node, original) => {
      const rule = rules[node.op.name] ?? (node.op.elementwise ? elementwise : undefined);
      return rule?.(node, original);
    }),
};

/** A value (batch, channels / 16, height, width, 16), which any operator can work on. */
const isBlocked = ({ shape }: Value): boolean => shape.length === 5;

/** The tensor of nominal shape behind one of five axes. */
function nominalOf({ node, shape }: Value): Value | undefined {
  const [source] = node.op.name === "Reshape" && shape.length === 5 ? node.inputs : [];
  return source && sameDims(source.shape, nominalShape(shape)) && shape[4].size === BLOCK ? source : undefined;
}

/** An operator of the layout, between changes of shape. */
const ofLayout: Rule = ({ op, inputs, attributes, outputs: [y] }) => {
  const images = inputs.map((v) => (isBlocked(v) ? (nominalOf(v) ?? reshape(v, nominalShape(v.shape))) : v));
  if (!isBlocked(y)) return makeNode(op, images, attributes, [y]).outputs;
  const type = { shape: nominalShape(y.shape), dtype: y.dtype };
  return [reshape(makeNode(op, images, { ...attributes, nominal: true }, [type]).outputs[0], y.shape)];
};

/** Operands of one shape, and numbers for all elements. */
const elementwise: Rule = ({ op, inputs, attributes, outputs: [y] }) => {
  const images = inputs.map((v) => (v.shape.length === 0 ? v : sameDims(v.shape, y.shape) ? nominalOf(v) : undefined));
  const shape = images.find((v) => v && v.shape.length > 0)?.shape;
  if (!shape || images.includes(undefined)) return undefined;
  const type = { shape, dtype: y.dtype };
  return [reshape(makeNode(op, images as Value[], attributes, [type]).outputs[0], y.shape)];
};

const join: Rule = ({ inputs, attributes, outputs: [y] }) => {
  const along = attributes["axis"] as number;
  const images = inputs.map(nominalOf);
  if (along > 1 || images.includes(undefined)) return undefined;
  return [reshape(concat(images as Value[], along), y.shape)];
};

const cut: Rule = ({ inputs: [x], attributes, outputs }) => {
  const along = attributes["axis"] as number;
  const image = nominalOf(x);
  if (along > 1 || !image) return undefined;
  const sizes = outputs.map((part) => nominalShape(part.shape)[along].size);
  return split(image, along, sizes).map((part, i) => reshape(part, outputs[i].shape));
};

const rules: Readonly<Record<string, Rule>> = {
  [blockedConvOp.name]: ofLayout,
  [blockedConvTransposeOp.name]: ofLayout,
  [blockedAffineOp.name]: ofLayout,
  [toBlockedOp.name]: ofLayout,
  [fromBlockedOp.name]: ofLayout,
  Concat: join,
  Split: cut,
};
