import { sizeOf } from "../../base/shape.ts";
import { scalarOf } from "../leaves.ts";
import { mul } from "../ops/arithmetic.ts";
import { matmulAdd } from "../ops/matmul-add.ts";
import type { Node, Value } from "../value.ts";
import { type Pass, rewrite, usesOf } from "./rewrite.ts";

/**
 * c + s·(a·b) is one operation where a product of matrices is used for nothing else: it adds to c as it goes, instead of being passed over
 * once for s and once for c. So with momentum, where c is the velocity and the product a gradient. A factor that is not known before
 * goes to the smaller operand. Products of operands as they lie in memory are left alone: the runtime joins these with their sum itself.
 */
export const productSums: Pass = {
  name: "product-sums",
  target: "cpu",
  run: (values) => {
    const uses = usesOf(values);
    return rewrite(values, (node, original) => {
      const sign = signs[node.op.name];
      if (!sign) return undefined;
      for (const at of [1, 0]) {
        if (sign[at] === 0) continue;
        const found = productIn(node.inputs[at], original.inputs[at], (v) => uses.get(v) === 1);
        const joined = found && join(found, sign[at], node.inputs[1 - at]);
        if (joined) return [joined];
      }
      return undefined;
    });
  },
};

/** Of each operand, if it may be the product. */
const signs: Readonly<Record<string, readonly [number, number]>> = { Add: [1, 1], Sub: [0, -1] };

/** A product, and what it is multiplied by. */
interface ScaledProduct {
  readonly product: Node;
  readonly known: number;
  readonly factors: readonly Value[];
}

/** @param v as it is rebuilt  @param original as it was: its uses are known */
function productIn(v: Value, original: Value, alone: (original: Value) => boolean): ScaledProduct | undefined {
  const { op, inputs, attributes } = v.node;
  if (!alone(original) || op.name !== original.node.op.name) return undefined;
  if (op.name === "MatMul") {
    const turned = attributes["transposeA"] || attributes["transposeB"];
    return turned && inputs.every((x) => x.shape.length === 2) ? { product: v.node, known: 1, factors: [] } : undefined;
  }
  if (op.name === "Neg") {
    const found = productIn(inputs[0], original.node.inputs[0], alone);
    return found && { ...found, known: -found.known };
  }
  if (op.name !== "Mul") return undefined;
  const at = inputs.findIndex((x) => x.shape.length === 0);
  const found = at < 0 ? undefined : productIn(inputs[1 - at], original.node.inputs[1 - at], alone);
  const known = at < 0 ? undefined : scalarOf(inputs[at]);
  if (!found || known === undefined) return found && { ...found, factors: [...found.factors, inputs[at]] };
  return { ...found, known: known * found.known };
}

/** Nothing, if the sum is larger than the product, or the factors would cost more where they go. */
function join({ product, known, factors }: ScaledProduct, sign: number, c: Value): Value | undefined {
  const [y] = product.outputs;
  const fits =
    c.shape.length > 0 && c.shape.length <= 2 && c.shape.every((a, i) => fitsAt(a.size, y, i + 2 - c.shape.length));
  if (!fits) return undefined;
  const operands = [...product.inputs];
  if (factors.length > 0) {
    const smaller = sizeOf(operands[0].shape) <= sizeOf(operands[1].shape) ? 0 : 1;
    if (sizeOf(operands[smaller].shape) >= sizeOf(y.shape)) return undefined;
    operands[smaller] = mul(
      operands[smaller],
      factors.reduce((a, b) => mul(a, b)),
    );
  }
  const { transposeA, transposeB } = product.attributes as { transposeA: boolean; transposeB: boolean };
  return matmulAdd(operands[0], operands[1], c, { transposeA, transposeB, scale: sign * known });
}

const fitsAt = (size: number, y: Value, axis: number): boolean => size === 1 || size === y.shape[axis].size;
