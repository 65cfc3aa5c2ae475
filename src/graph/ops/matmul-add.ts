import { dimsOf } from "../../base/shape.ts";
import { apply, defineOp } from "../op.ts";
import { broadcastReader, eachIndex } from "../tensor64.ts";
import type { Value } from "../value.ts";
import { matmulOp } from "./matmul.ts";

type Factors = {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** What the product is multiplied by. */
  readonly scale: number;
};

/** scale·(a·b) + c of two matrices, c broadcast to their product: one pass over it. @throws ShapeError as matmul does */
export function matmulAdd(a: Value, b: Value, c: Value, factors: Factors): Value {
  return apply(matmulAddOp, [a, b, c], factors)[0];
}

/** Made by a pass, after differentiation. */
export const matmulAddOp = defineOp<Factors>({
  name: "MatMulAdd",
  types: ([a, b], factors, where) => matmulOp.types([a, b], factors, where),
  onnx: (g, abc, { attributes }) => [
    g.node("Gemm", abc, {
      transA: { kind: "int", value: attributes["transposeA"] ? 1 : 0 },
      transB: { kind: "int", value: attributes["transposeB"] ? 1 : 0 },
      alpha: { kind: "float", value: attributes["scale"] as number },
    }),
  ],
  grad: "none",
  exact: ([a, b, c], node) => {
    const { scale } = node.attributes;
    const [out] = matmulOp.exact([a, b], node);
    const dims = dimsOf(node.outputs[0].shape);
    const added = broadcastReader(c, dims.length);
    eachIndex(dims, (index, flat) => {
      out[flat] = scale * out[flat] + added(index);
    });
    return [out];
  },
  cases: [
    {
      note: "a matrix",
      inputs: [{ dims: [4, 3] }, { dims: [4, 2] }, { dims: [3, 2] }],
      attributes: { transposeA: true, transposeB: false, scale: -0.5 },
    },
    {
      note: "a row",
      inputs: [{ dims: [3, 4] }, { dims: [2, 4] }, { dims: [2] }],
      attributes: { transposeA: false, transposeB: true, scale: 1 },
    },
    {
      note: "a column",
      inputs: [{ dims: [4, 3] }, { dims: [2, 4] }, { dims: [3, 1] }],
      attributes: { transposeA: true, transposeB: true, scale: 2 },
    },
  ],
});
