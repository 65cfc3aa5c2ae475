/** Rows by number, and the one-hot code. Numbers of rows and classes are whole numbers in float32. */
import { ShapeError } from "../../base/errors.ts";
import { shape, showShape, sizeOf } from "../../base/shape.ts";
import { constant } from "../leaves.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import { countOf } from "../tensor64.ts";
import type { Value } from "../value.ts";
import { equal, indicator } from "./compare.ts";
import { reshape } from "./layout.ts";
import { matmul } from "./matmul.ts";

/**
 * The rows of a table that the indices name.
 * @param table   (rows, …rest)
 * @param indices whole numbers 0…rows − 1 of any shape; other numbers are not defined (ONNX Runtime refuses those of rows and above)
 * @returns (…indices, …rest)
 */
export function gather(table: Value, indices: Value): Value {
  return apply(gatherOp, [table, indices], {})[0];
}

export const gatherOp = defineOp({
  name: "Gather",
  types: ([table, indices], _a, where) => {
    needF32(where, indices);
    if (table.shape.length > 0) {
      return [{ shape: [...indices.shape, ...table.shape.slice(1)], dtype: needF32(where, table) }];
    }
    throw new ShapeError({
      where,
      expected: "a table of rows",
      got: showShape(table.shape),
      fix: "give a table with one axis or more",
    });
  },
  onnx: (g, [table, indices]) => [
    g.node("Gather", [table, g.node("Cast", [indices], { to: { kind: "int", value: 7 } })]),
  ],
  // y = onehot · table, so ∂L/∂table = onehotᵀ · dy
  grad: ({ inputs: [table, indices] }, [dy]) => {
    if (!dy) return [];
    const [rows, ...rest] = table.shape;
    const [count, width] = [sizeOf(indices.shape), sizeOf(rest)];
    const codes = reshape(oneHot(indices, rows.size), [count, rows.size]);
    return [reshape(matmul(codes, reshape(dy, [count, width]), true), table.shape), undefined];
  },
  exact: ([table, indices]) => {
    const width = countOf(table.dims.slice(1));
    const out = new Float64Array(indices.data.length * width);
    indices.data.forEach((row, i) => {
      for (let j = 0; j < width; j++) out[i * width + j] = table.data[Math.round(row) * width + j];
    });
    return [out];
  },
  cases: [
    { note: "rows, one of them twice", inputs: [{ dims: [4, 3] }, { dims: [2, 2], values: [2, 0, 3, 2] }] },
    { note: "numbers of a vector", inputs: [{ dims: [3] }, { dims: [4], values: [1, 1, 2, 0] }] },
    { note: "one matrix of several", inputs: [{ dims: [3, 2, 2] }, { dims: [], values: [1] }] },
    { note: "a table of one row", inputs: [{ dims: [1, 2] }, { dims: [3], values: [0, 0, 0] }] },
  ],
});

/**
 * 1 at the index and 0 elsewhere, along a new last axis. An index that is no whole number of 0…classes − 1 gives zeros only. No gradient
 * flows to the indices.
 * @param indices of any shape
 * @returns (…indices, classes)
 */
export function oneHot(indices: Value, classes: number): Value {
  const numbers = constant(
    Array.from({ length: classes }, (_, k) => k),
    shape(classes),
  );
  return indicator(equal(reshape(indices, [...indices.shape, 1]), numbers));
}
