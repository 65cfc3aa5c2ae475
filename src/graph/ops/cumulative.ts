import { axisIndex, dimsOf } from "../../base/shape.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import { eachIndex, stridesOf } from "../tensor64.ts";
import { type Value, whereNow } from "../value.ts";

/** Which elements a running sum has seen. */
export interface CumulativeOptions {
  /** Sums from the last element backwards. */
  readonly reverse?: boolean;
  /** Leaves out the element itself, so that the first sum is 0. */
  readonly exclusive?: boolean;
}

/** Running sums along an axis (index or name): y_t = x_0 + … + x_t. */
export function cumulativeSum(
  x: Value,
  along: number | string,
  { reverse = false, exclusive = false }: CumulativeOptions = {},
): Value {
  const axis = axisIndex(whereNow("CumulativeSum"), x.shape, along);
  return apply(cumulativeSumOp, [x], { axis, reverse, exclusive })[0];
}

type Settings = { readonly axis: number; readonly reverse: boolean; readonly exclusive: boolean };

export const cumulativeSumOp = defineOp<Settings>({
  name: "CumulativeSum",
  types: ([x], _a, where) => [{ shape: x.shape, dtype: needF32(where, x) }],
  onnx: (g, [x], { attributes }) => {
    const { axis, reverse, exclusive } = attributes as Settings;
    const number = g.node("Cast", [g.scalar(axis)], { to: { kind: "int", value: 7 } }); // ONNX wants a scalar here
    return [
      g.node("CumSum", [x, number], {
        reverse: { kind: "int", value: reverse ? 1 : 0 },
        exclusive: { kind: "int", value: exclusive ? 1 : 0 },
      }),
    ];
  },
  // x_t is in the sums from t on: what arrives there is summed the other way
  grad: ({ attributes }, [dy]) => {
    const { axis, reverse, exclusive } = attributes as Settings;
    return [dy && cumulativeSum(dy, axis, { reverse: !reverse, exclusive })];
  },
  exact: ([x], { attributes: { axis, reverse, exclusive }, outputs: [y] }) => {
    const dims = dimsOf(y.shape);
    const step = stridesOf(dims)[axis];
    const out = new Float64Array(x.data.length);
    eachIndex(dims, (index, flat) => {
      for (let t = 0; t < dims[axis]; t++) {
        const seen = t === index[axis] ? !exclusive : reverse ? t > index[axis] : t < index[axis];
        if (seen) out[flat] += x.data[flat + (t - index[axis]) * step];
      }
    });
    return [out];
  },
  cases: [
    ...[false, true].flatMap((reverse) =>
      [false, true].map((exclusive) => ({
        note: `first axis, reverse ${reverse}, exclusive ${exclusive}`,
        inputs: [{ dims: [4, 2] }],
        attributes: { axis: 0, reverse, exclusive },
      })),
    ),
    { note: "middle axis", inputs: [{ dims: [2, 3, 2] }], attributes: { axis: 1, reverse: false, exclusive: false } },
    { note: "one element", inputs: [{ dims: [3, 1] }], attributes: { axis: 1, reverse: false, exclusive: true } },
  ],
});
