import { sizeOf } from "../base/shape.ts";
import type { Split } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import type { Feeds } from "../runtime/session.ts";
import { OBSERVATION, TARGET } from "./step.ts";

/**
 * Reads examples of a split as a step's program wants them: the observation, and the target of a model that has one.
 * @param field which field of the data the model observes
 */
export function exampleReader(
  { observation, target }: Model,
  split: Split,
  field: string,
): (indices: ArrayLike<number>, into?: Feeds) => Feeds {
  const widths: [name: string, field: string, width: number][] = [[OBSERVATION, field, sizeOf(observation.shape)]];
  if (target) widths.push([TARGET, target.field, sizeOf(target.shape)]);
  return (indices, into) =>
    Object.fromEntries(
      widths.map(([name, from, width]) => {
        const out = into?.[name] ?? new Float32Array(indices.length * width);
        split.read(from, indices, out);
        return [name, out];
      }),
    );
}
