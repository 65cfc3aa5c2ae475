import { apply, defineOp, needF32 } from "../op.ts";
import type { Value } from "../value.ts";

/** aᵀB of a vector (rows) and a matrix (rows, columns): (columns). */
export function vectorMatrix(a: Value, b: Value): Value {
  return apply(vectorMatrixOp, [a, b], {})[0];
}

/** Made by a pass, after differentiation. */
export const vectorMatrixOp = defineOp({
  name: "VectorMatrix",
  types: ([a, b], _a, where) => {
    needF32(where, a);
    return [{ shape: b.shape.slice(1), dtype: needF32(where, b) }];
  },
  onnx: (g, ab) => [g.node("MatMul", ab)],
  grad: "none",
  exact: ([a, b]) => {
    const columns = b.dims[1];
    const out = new Float64Array(columns);
    b.data.forEach((x, i) => void (out[i % columns] += a.data[Math.floor(i / columns)] * x));
    return [out];
  },
  cases: [{ note: "three rows", inputs: [{ dims: [3] }, { dims: [3, 4] }] }],
});
