/** Matrix products. */
import { ShapeError } from "../../base/errors.ts";
import { broadcast, dimsOf, namesAgree, type Shape, showShape } from "../../base/shape.ts";
import { apply, defineOp, type Lowering, needF32 } from "../op.ts";
import { broadcastReader, eachIndex, type Tensor64 } from "../tensor64.ts";
import type { Node, Value } from "../value.ts";
import { sumTo } from "./broadcast.ts";

/**
 * a·b over the last two axes, with `transposeA`, `transposeB` to read an operand's last two axes swapped; axes before them are
 * a batch and broadcast.
 * @throws ShapeError if the inner axes differ in size or name
 */
export function matmul(a: Value, b: Value, transposeA = false, transposeB = false): Value {
  return apply(matmulOp, [a, b], { transposeA, transposeB })[0];
}

export const matmulOp = defineOp<{ transposeA: boolean; transposeB: boolean }>({
  name: "MatMul",
  types: ([a, b], { transposeA, transposeB }, where) => {
    needF32(where, a);
    needF32(where, b);
    if (a.shape.length < 2 || b.shape.length < 2) {
      throw new ShapeError({
        where,
        expected: "two tensors with at least two axes",
        got: `${showShape(a.shape)} and ${showShape(b.shape)}`,
        fix: "reshape a vector to one row or one column",
      });
    }
    const [m, ka] = lastTwo(a.shape, transposeA);
    const [kb, n] = lastTwo(b.shape, transposeB);
    if (ka.size !== kb.size || !namesAgree(ka, kb)) {
      throw new ShapeError({
        where,
        expected: "inner axes that agree in size and name",
        got: `${showShape([m, ka])} and ${showShape([kb, n])}`,
        fix: "the second operand's rows must equal the first one's columns; was the layer built with another input size",
      });
    }
    return [{ shape: [...broadcast(where, a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n], dtype: "f32" }];
  },
  onnx: (g, [a, b], node) => [lower(g, a, b, node)],
  grad: ({ inputs: [a, b], attributes }, [dy]) => {
    if (!dy) return [];
    const { transposeA: ta, transposeB: tb } = attributes as { transposeA: boolean; transposeB: boolean };
    const da = ta ? matmul(b, dy, tb, true) : matmul(dy, b, false, !tb); // ∂/∂A tr(GᵀAB) = GBᵀ
    const db = tb ? matmul(dy, a, true, ta) : matmul(a, dy, !ta, false); // ∂/∂B tr(GᵀAB) = AᵀG
    return [sumTo(da, a.shape), sumTo(db, b.shape)];
  },
  exact: ([a, b], { attributes: { transposeA, transposeB }, outputs: [y] }) => {
    const dims = dimsOf(y.shape);
    const rank = dims.length;
    const k = a.dims[a.dims.length - (transposeA ? 2 : 1)];
    const [readA, readB] = [batchReader(a, rank), batchReader(b, rank)];
    const out = new Float64Array(dims.reduce((n, d) => n * d, 1));
    eachIndex(dims, (index, flat) => {
      const [i, j] = [index[rank - 2], index[rank - 1]];
      for (let q = 0; q < k; q++) {
        out[flat] +=
          (transposeA ? readA(index, q, i) : readA(index, i, q)) *
          (transposeB ? readB(index, j, q) : readB(index, q, j));
      }
    });
    return [out];
  },
  cases: [
    ...[false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => ({
        note: `matrices, transposeA ${transposeA}, transposeB ${transposeB}`,
        inputs: [{ dims: transposeA ? [4, 3] : [3, 4] }, { dims: transposeB ? [2, 4] : [4, 2] }],
        attributes: { transposeA, transposeB },
      })),
    ),
    {
      note: "a batch times one matrix",
      inputs: [{ dims: [2, 3, 4] }, { dims: [4, 2] }],
      attributes: { transposeA: false, transposeB: false },
    },
    {
      note: "a batch times a batch, first transposed",
      inputs: [{ dims: [2, 4, 3] }, { dims: [2, 4, 2] }],
      attributes: { transposeA: true, transposeB: false },
    },
    {
      note: "two batch axes, each stretched on another side, second transposed",
      inputs: [{ dims: [2, 1, 2, 3] }, { dims: [3, 2, 3] }],
      attributes: { transposeA: false, transposeB: true },
    },
    {
      note: "two batch axes, both transposed, axes of size 1",
      inputs: [{ dims: [1, 2, 3, 1] }, { dims: [2, 1, 1, 3] }],
      attributes: { transposeA: true, transposeB: true },
    },
  ],
});

/** Matrices become Gemm, which reads transposed operands for free; batches become MatMul with Transpose where needed. */
function lower(g: Lowering, a: string, b: string, { inputs, attributes }: Node): string {
  const ranks = inputs.map((v) => v.shape.length);
  const flags = [attributes["transposeA"], attributes["transposeB"]] as boolean[];
  if (ranks[0] === 2 && ranks[1] === 2 && (flags[0] || flags[1])) {
    return g.node("Gemm", [a, b], {
      transA: { kind: "int", value: flags[0] ? 1 : 0 },
      transB: { kind: "int", value: flags[1] ? 1 : 0 },
    });
  }
  const plain = [a, b].map((x, i) => {
    if (!flags[i]) return x;
    const order = Array.from({ length: ranks[i] }, (_, k) => k);
    [order[ranks[i] - 2], order[ranks[i] - 1]] = [ranks[i] - 1, ranks[i] - 2];
    return g.node("Transpose", [x], { perm: { kind: "ints", value: order } });
  });
  return g.node("MatMul", plain);
}

function lastTwo(s: Shape, swapped: boolean): [Shape[number], Shape[number]] {
  const [p, q] = s.slice(-2);
  return swapped ? [q, p] : [p, q];
}

/** Reads element (i, j) of the matrix that belongs to a batch index. */
function batchReader(t: Tensor64, rank: number): (index: readonly number[], i: number, j: number) => number {
  const read = broadcastReader(t, rank);
  return (index, i, j) => read([...index.slice(0, rank - 2), i, j]);
}
