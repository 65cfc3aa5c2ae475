import { sizeOf } from "../../base/shape.ts";
import { constant } from "../leaves.ts";
import { vectorMatrix } from "../ops/vector-matrix.ts";
import { type Pass, rewrite } from "./rewrite.ts";

/** Numbers in a matrix up to which ONNX Runtime multiplies faster by ones than it sums over rows: up to four times. */
const SMALL = 1 << 15;

/** The sum of a small matrix's rows, as in the gradient of a bias, is a product with ones. */
export const rowSums: Pass = {
  name: "row-sums",
  target: "cpu",
  fixedSizes: true,
  run: (values) =>
    rewrite(values, ({ op, inputs: [x], attributes }) => {
      const axes = attributes["axes"] as readonly number[];
      if (op.name !== "Sum" || x.shape.length !== 2 || axes.length !== 1 || axes[0] !== 0) return undefined;
      if (attributes["keep"] || sizeOf(x.shape) > SMALL) return undefined;
      const rows = x.shape[0].size;
      return [vectorMatrix(constant(new Float64Array(rows).fill(1), [rows]), x)];
    }),
};
