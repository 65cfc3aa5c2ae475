import { ShapeError } from "../base/errors.ts";
import { dimsOf, type Shape, sameShape, showShape } from "../base/shape.ts";
import { variable } from "../graph/leaves.ts";
import { add, mul } from "../graph/ops/arithmetic.ts";
import { reshape } from "../graph/ops/layout.ts";
import { named, type Value } from "../graph/value.ts";
import type { Layer } from "./dense.ts";
import { type Init, initializers, initialOf } from "./initializers.ts";
import { standardize } from "./standardize.ts";

export interface LayerNormOptions {
  /** The last axes of the input, over which each example is normalised: [features], or [channel, height, width]. */
  readonly over: Shape;
  /** Which elements have a gain and bias of their own: each (default), each index of the first axis of `over`, or none. */
  readonly gain?: "element" | "channel" | "none";
  /** First biases (default 0). */
  readonly biasInit?: Init;
  /** Added to the variance (1e-5). */
  readonly epsilon?: number;
}

/**
 * Layer normalisation (Ba, Kiros & Hinton 2016, arXiv:1607.06450, eqs. 3, 4): y = γ(x − μ)/√(σ² + ε) + β, where μ and the biased variance
 * σ² are over the axes `over` of each example alone: (…, over) → the same.
 * @param name names the variables "<name>/gain" and "<name>/bias", of shape `over` or (channel)
 * @throws ShapeError if the input does not end with the axes `over`
 */
export function layerNorm(name: string, options: LayerNormOptions): Layer {
  const { over, gain = "element", biasInit = "zeros", epsilon = 1e-5 } = options;
  const shapes: Record<typeof gain, Shape> = { element: over, channel: over.slice(0, 1), none: [] };
  const γ = variable(`${name}/gain`, shapes[gain], initializers.ones());
  const β = variable(`${name}/bias`, shapes[gain], initialOf(biasInit, { in: 1, out: 1 }));
  const placed = (v: Value): Value =>
    gain === "element" ? v : reshape(v, [...v.shape, ...over.slice(1).map(() => 1)]);
  const layer = (x: Value): Value =>
    named(name, () => {
      checkLast(name, x.shape, over);
      const axes = over.map((_, i) => i - over.length);
      const { centred, inverseStd } = standardize(x, axes, epsilon);
      if (gain === "none") return mul(centred, inverseStd);
      if (gain === "channel") return add(mul(centred, mul(placed(γ), inverseStd)), placed(β)); // γ/σ is small: one pass less
      return add(mul(mul(centred, inverseStd), γ), β);
    });
  return Object.assign(layer, { variables: gain === "none" ? [] : [γ, β] });
}

function checkLast(where: string, s: Shape, over: Shape): void {
  if (s.length >= over.length && sameShape(s.slice(s.length - over.length), over)) return;
  throw new ShapeError({
    where,
    expected: `an input that ends with the axes ${showShape(over)}`,
    got: showShape(s),
    fix: `give the layer the axes of its input to normalise over${s.length === over.length ? `, such as [${dimsOf(s).slice(1)}]` : ""}`,
  });
}
