import { internal } from "../base/errors.ts";
import { dimsOf, showShape, sizeOf } from "../base/shape.ts";
import { leafName } from "./leaves.ts";
import type { Tensor64 } from "./tensor64.ts";
import { reachable, type Value } from "./value.ts";

/**
 * Computes values in float64, one op after the other, by each op's `exact` rule. Slow and clear: the truth in tests, and what folds
 * constants.
 * @param values what to compute
 * @param given  numbers of inputs, noise and variables, by name, row by row
 */
export function interpret(
  values: readonly Value[],
  given: Readonly<Record<string, ArrayLike<number>>> = {},
): Tensor64[] {
  const known = new Map<Value, Tensor64>();
  for (const node of reachable(values)) {
    const results =
      node.leaf?.kind === "constant"
        ? [node.leaf.data]
        : node.leaf
          ? [numbersFor(node.outputs[0], given)]
          : node.op.exact(
              node.inputs.map((v) => known.get(v) ?? internal("an input was not computed")),
              node,
            );
    node.outputs.forEach((v, i) => void known.set(v, { dims: dimsOf(v.shape), data: results[i] }));
  }
  return values.map((v) => known.get(v) ?? internal("a value was not computed"));
}

function numbersFor(v: Value, given: Readonly<Record<string, ArrayLike<number>>>): Float64Array {
  const name = leafName(v);
  const data = given[name];
  if (!data || data.length !== sizeOf(v.shape)) {
    internal(
      `interpret needs ${sizeOf(v.shape)} numbers for "${name}" ${showShape(v.shape)}, got ${data?.length ?? 0}`,
    );
  }
  return Float64Array.from(data);
}
