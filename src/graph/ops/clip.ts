import { UsageError } from "../../base/errors.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import { type Value, whereNow } from "../value.ts";
import { equal, where } from "./compare.ts";

/**
 * x limited to low…high, elementwise. Its gradient is 1 between the limits and on them, as in PyTorch, and 0 outside.
 * @throws UsageError unless low ≤ high
 */
export function clip(x: Value, low: number, high: number): Value {
  if (low <= high) return apply(clipOp, [x], { low, high })[0];
  throw new UsageError({
    where: whereNow("Clip"),
    expected: "a lower limit that is not above the upper one",
    got: `${low} and ${high}`,
    fix: "swap the limits",
  });
}

export const clipOp = defineOp<{ low: number; high: number }>({
  name: "Clip",
  types: ([x], _a, at) => [{ shape: x.shape, dtype: needF32(at, x) }],
  onnx: (g, [x], { attributes: { low, high } }) => [
    g.node("Clip", [x, g.scalar(low as number), g.scalar(high as number)]),
  ],
  grad: ({ inputs: [x], outputs: [y] }, [dy]) => [dy && where(equal(x, y), dy, 0)],
  exact: ([x], { attributes: { low, high } }) => [x.data.map((v) => Math.min(Math.max(v, low), high))],
  cases: [
    { note: "random", inputs: [{ dims: [3, 4] }], attributes: { low: -1, high: 0.5 } },
    {
      note: "no upper limit",
      inputs: [{ dims: [4], values: [-3, -1e-3, 1e-3, 1e30] }],
      attributes: { low: 0, high: Number.POSITIVE_INFINITY },
    },
    { note: "limits that are equal", inputs: [{ dims: [3] }], attributes: { low: 3, high: 3 } },
  ],
});
