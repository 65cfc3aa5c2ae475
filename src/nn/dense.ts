import { type Axis, sizeOf } from "../base/shape.ts";
import { variable } from "../graph/leaves.ts";
import { add } from "../graph/ops/arithmetic.ts";
import { reshape } from "../graph/ops/layout.ts";
import { matmul } from "../graph/ops/matmul.ts";
import { named, type Value } from "../graph/value.ts";
import { type Init, initialOf } from "./initializers.ts";

/** A function of values that owns variables. */
export interface Layer {
  (x: Value): Value;
  readonly variables: readonly Value[];
}

/** How a dense layer is built. */
export interface DenseOptions {
  readonly from: Axis;
  readonly to: Axis;
  /** First weights (default Glorot uniform). */
  readonly init?: Init;
  readonly bias?: boolean;
  /** First biases (default 0). */
  readonly biasInit?: Init;
}

/**
 * y = x·W + b over the last axis: (…, from) → (…, to).
 * @param name names the layer's variables, "<name>/weight" (from, to) and "<name>/bias" (to)
 */
export function dense(
  name: string,
  { from, to, init = "glorot-uniform", bias = true, biasInit = "zeros" }: DenseOptions,
): Layer {
  const fans = { in: from.size, out: to.size };
  const W = variable(`${name}/weight`, [from, to], initialOf(init, fans));
  const b = bias ? variable(`${name}/bias`, [to], initialOf(biasInit, fans)) : undefined;
  const layer = (x: Value): Value =>
    named(name, () => {
      const lead = x.shape.slice(0, -1);
      const rows = lead.length === 1 ? x : reshape(x, [sizeOf(lead), x.shape[lead.length]]);
      const product = matmul(rows, W);
      const y = b ? add(product, b) : product;
      return lead.length === 1 ? y : reshape(y, [...lead, to]);
    });
  return Object.assign(layer, { variables: b ? [W, b] : [W] });
}
