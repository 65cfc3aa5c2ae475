/** Normalised exponentials over one axis. */
import { axisIndex, dimsOf } from "../../base/shape.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import { countOf } from "../tensor64.ts";
import { type Value, whereNow } from "../value.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { exp, log } from "./elementary.ts";
import { max } from "./extrema.ts";
import { stopGradient } from "./stop-gradient.ts";

/** softmax(x)ᵢ = exp(xᵢ) / Σⱼ exp(xⱼ) over one axis (default: the last). */
export function softmax(x: Value, along: number | string = -1): Value {
  return apply(softmaxOp, [x], { axis: axisIndex(whereNow("Softmax"), x.shape, along) })[0];
}

export const softmaxOp = defineOp<{ axis: number }>({
  name: "Softmax",
  types: ([x], _a, where) => [{ shape: x.shape, dtype: needF32(where, x) }],
  onnx: (g, [x], { attributes: { axis } }) => [
    g.node("Softmax", [x], { axis: { kind: "int", value: axis as number } }),
  ],
  // ∂L/∂x = y ⊙ (dy − Σ y·dy)
  grad: ({ outputs: [y], attributes }, [dy]) => [
    dy && mul(y, sub(dy, sum(mul(y, dy), [attributes["axis"] as number], true))),
  ],
  exact: ([x], { attributes: { axis }, outputs: [t] }) => {
    const dims = dimsOf(t.shape);
    const inner = countOf(dims.slice(axis + 1));
    const out = new Float64Array(x.data.length);
    for (let o = 0; o < countOf(dims.slice(0, axis)); o++) {
      for (let i = 0; i < inner; i++) {
        const at = Array.from({ length: dims[axis] }, (_, j) => (o * dims[axis] + j) * inner + i);
        const top = Math.max(...at.map((q) => x.data[q]));
        const total = at.reduce((s, q) => s + Math.exp(x.data[q] - top), 0);
        for (const q of at) out[q] = Math.exp(x.data[q] - top) / total;
      }
    }
    return [out];
  },
  cases: [
    { note: "last axis", inputs: [{ dims: [3, 4] }], attributes: { axis: 1 } },
    { note: "middle axis", inputs: [{ dims: [2, 3, 2] }], attributes: { axis: 1 } },
    { note: "far apart", inputs: [{ dims: [1, 3], values: [-90, 0, 90] }], attributes: { axis: 1 } },
  ],
});

/** log Σ exp(x) over one axis, finite for every finite x; the axis disappears unless `keep`. */
export function logSumExp(x: Value, along: number | string = -1, keep = false): Value {
  const axis = axisIndex(whereNow("LogSumExp"), x.shape, along);
  const top = stopGradient(max(x, [axis], true)); // cancels, so it needs no gradient
  const y = add(log(sum(exp(sub(x, top)), [axis], true)), top);
  return keep ? y : sum(y, [axis]); // the axis has size 1 here
}

/** log softmax(x) over one axis. */
export function logSoftmax(x: Value, along: number | string = -1): Value {
  return sub(x, logSumExp(x, along, true));
}

/**
 * Cross-entropy of softmax(logits) relative to targets, −Σ_k t_k·log softmax(logits)_k over the last axis, nats; finite for all finite logits.
 * @param logits  (…, classes)
 * @param targets (…, classes), one-hot or probabilities
 * @returns (…), one number per example
 */
export function softmaxCrossEntropy(logits: Value, targets: Value): Value {
  return sum(mul(targets, sub(logSumExp(logits, -1, true), logits)), [-1]);
}
