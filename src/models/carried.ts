import type { Shape } from "../base/shape.ts";
import { variable } from "../graph/leaves.ts";
import { mul, sub } from "../graph/ops/arithmetic.ts";
import type { Value } from "../graph/value.ts";
import { initializers } from "../nn/initializers.ts";
import type { VariableUpdates } from "../nn/phase.ts";

/**
 * What a model that learns frame by frame carries from one training step to the next. It lives in a variable, so that no gradient can
 * flow into the step before, and a checkpoint in the middle of a sequence has it.
 * @param begins a scalar: 1 at the first frame of sequences, where the state is 0 whatever it was, else 0
 */
export function carried(name: string, shape: Shape, begins: Value, updates: VariableUpdates) {
  const kept = variable(name, shape, initializers.zeros());
  return {
    /** 1 where there is a frame before, 0 at the first. */
    goesOn: sub(1, begins),
    before: mul(kept, sub(1, begins)),
    carry: (after: Value): void => updates.set(kept, after),
  };
}
