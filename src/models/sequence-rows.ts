import { type Axis, axis } from "../base/shape.ts";
import { concat, reshape, transpose } from "../graph/ops/layout.ts";
import type { Value } from "../graph/value.ts";
import { stackSteps, timeSteps } from "../nn/recurrence.ts";

/** Rows of all steps of all sequences, sequence by sequence (batch · time, feature), as one value (batch, feature) a step. */
export function stepsOfRows(rows: Value, batch: Axis): Value[] {
  const [{ size }, ...rest] = rows.shape;
  return timeSteps(swapped(reshape(rows, [batch, axis("time", size / batch.size), ...rest])));
}

/** One value (batch, feature) a step as rows, sequence by sequence: (batch · time, feature). */
export function rowsOfSteps(steps: readonly Value[]): Value {
  const [{ size }, ...rest] = steps[0].shape;
  return reshape(sequenceOfSteps(steps), [axis("", size * steps.length), ...rest]);
}

/** One value (batch, feature) a step as sequences (batch, time, feature). */
export function sequenceOfSteps(steps: readonly Value[]): Value {
  return swapped(stackSteps(steps));
}

/** One value (batch, feature) a step, step after step: (time · batch, feature). Without a copy, unlike rows sequence by sequence. */
export function rowsInTime(steps: readonly Value[]): Value {
  return concat(steps, 0);
}

/** Batch before time, or time before batch. */
function swapped(x: Value): Value {
  return transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
}
