/** The nonlinearities of neural nets, elementwise. */
import { unary } from "../elementwise.ts";
import type { Value } from "../value.ts";
import { mul, sub } from "./arithmetic.ts";
import { greater, indicator, where } from "./compare.ts";

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

/** max(x, 0); its gradient at 0 is 0. */
export const relu = unary({
  name: "Relu",
  onnx: "Relu",
  grad: (_x, dy, y) => mul(dy, indicator(greater(y, 0))),
  exact: (x) => Math.max(x, 0),
  probe: [-3, -1e-3, 1e-3, 3],
});

/** x for x > 0, else slope·x; its gradient at 0 is the slope. */
export function leakyRelu(x: Value, slope = 0.2): Value {
  return where(greater(x, 0), x, mul(x, slope));
}

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
