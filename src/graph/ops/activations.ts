/** The nonlinearities of neural nets, elementwise. */
import { ShapeError } from "../../base/errors.ts";
import { float } from "../../onnx/attribute.ts";
import { unary } from "../elementwise.ts";
import { apply, defineOp, needF32 } from "../op.ts";
import type { Value } from "../value.ts";
import { mul, sub } from "./arithmetic.ts";

/** tanh x. */
export const tanh = unary({
  name: "Tanh",
  onnx: "Tanh",
  grad: (_x, dy, y) => mul(dy, sub(1, mul(y, y))), // tanh′ = 1 − tanh²
  exact: Math.tanh,
  probe: [-20, -1, 0, 1, 20],
});

/** Logistic function σ(x) = 1 / (1 + e⁻ˣ). */
export const sigmoid = unary({
  name: "Sigmoid",
  onnx: "Sigmoid",
  grad: (_x, dy, y) => mul(dy, mul(y, sub(1, y))), // σ′ = σ(1 − σ)
  exact: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  probe: [-20, -1, 0, 1, 20],
});

/** 1 where x > 0, else `below`: the derivative of what is bent at 0. Itself a step, through which no gradient flows. */
export function slope(x: Value, below = 0): Value {
  return apply(slopeOp, [x], { below })[0];
}

export const slopeOp = defineOp<{ below: number }>({
  name: "Slope",
  elementwise: true,
  types: ([x], _a, where) => [{ shape: x.shape, dtype: needF32(where, x) }],
  // x·3e38 cut to (0, 1) is a step for every x that float32 keeps to full precision; a comparison and a choice take twice as long
  onnx: (g, [x], { attributes }) => {
    const step = g.node("HardSigmoid", [x], { alpha: float(3e38), beta: float(0) });
    const below = attributes["below"] as number;
    return [below === 0 ? step : g.node("Max", [step, g.scalar(below)])];
  },
  grad: "none",
  exact: ([x], { attributes: { below } }) => [x.data.map((v) => (v > 0 ? 1 : below))],
  cases: [
    { note: "0 below", inputs: [{ dims: [2, 3] }], attributes: { below: 0 } },
    { note: "0.2 below", inputs: [{ dims: [5], values: [-1e30, -1e-30, 0, 1e-30, 1e30] }], attributes: { below: 0.2 } },
  ],
});

/** max(x, 0); its gradient at 0 is 0. */
export const relu = unary({
  name: "Relu",
  onnx: "Relu",
  grad: (_x, dy, y) => mul(dy, slope(y)),
  exact: (x) => Math.max(x, 0),
  probe: [-3, -1e-3, 1e-3, 3],
});

/** x for x > 0, else slope·x, 0 < slope < 1; its gradient at 0 is the slope. */
export function leakyRelu(x: Value, slope = 0.2): Value {
  return apply(leakyReluOp, [x], { slope })[0];
}

export const leakyReluOp = defineOp<{ slope: number }>({
  name: "LeakyRelu",
  elementwise: true,
  types: ([x], { slope: below }, where) => {
    if (below > 0 && below < 1) return [{ shape: x.shape, dtype: needF32(where, x) }];
    throw new ShapeError({
      where,
      expected: "a slope between 0 and 1",
      got: String(below),
      fix: "0.2 is usual; for a slope of 0 take relu",
    });
  },
  onnx: (g, [x], { attributes }) => [g.node("LeakyRelu", [x], { alpha: float(attributes["slope"] as number) })],
  // y has the sign of x
  grad: ({ outputs: [y], attributes }, [dy]) => [dy && mul(dy, slope(y, attributes["slope"] as number))],
  exact: ([x], { attributes: { slope: below } }) => [x.data.map((v) => (v > 0 ? v : below * v))],
  cases: [
    { note: "slope 0.2", inputs: [{ dims: [2, 3] }], attributes: { slope: 0.2 } },
    { note: "hard inputs", inputs: [{ dims: [4], values: [-3, -1e-3, 1e-3, 3] }], attributes: { slope: 0.01 } },
  ],
});

/**
 * softplus(x) = log(1 + eˣ) > 0. Written as max(x, 0) − log σ(|x|), which is finite for every x: log(1 + e^−|x|) = −log σ(|x|).
 * ONNX Runtime's own Softplus computes one element after the other and is several times slower than these vectorised passes.
 */
export const softplus = unary({
  name: "Softplus",
  onnx: (g, x) => {
    const tail = g.node("Log", [g.node("Sigmoid", [g.node("Abs", [x])])]);
    return g.node("Sub", [g.node("Relu", [x]), tail]);
  },
  grad: (x, dy) => mul(dy, sigmoid(x)), // d/dx log(1 + eˣ) = σ(x)
  exact: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  probe: [-20, -1, 0, 1, 90],
});

/** x·σ(x), also called swish. */
export function silu(x: Value): Value {
  return mul(x, sigmoid(x));
}
