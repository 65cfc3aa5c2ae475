import { UsageError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { checkRead, type Field, type Split } from "./dataset.ts";

/** What provenance says of seeds: "seed 0", or "seed 0 (training sequences: 7)". */
export function seedsInWords(seed: number, trainSeed: number): string {
  return trainSeed === seed ? `seed ${seed}` : `seed ${seed} (training sequences: ${trainSeed})`;
}

/** Writes one field of example `index`, all of it, into out. */
export type Draw = (index: number, out: Float32Array) => void;

/**
 * A split whose examples are drawn anew at each read.
 * @param dataset its id, for errors
 * @param draws   of each field by its name, a pure function of the index
 * @throws UsageError unless count is a whole number ≥ 1
 */
export function drawnSplit(
  dataset: string,
  name: string,
  count: number,
  fields: readonly Field[],
  draws: Readonly<Record<string, Draw>>,
): Split {
  const where = `${dataset}/${name}`;
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    throw new UsageError({
      where,
      expected: "a whole number of examples, 1 or more",
      got: String(count),
      fix: `correct the option ${name}`,
    });
  }
  return {
    name,
    count,
    read(fieldName, indices, out) {
      const { name, shape } = checkRead(where, fields, count, fieldName, indices, out);
      const size = sizeOf(shape);
      for (let k = 0; k < indices.length; k++) draws[name](indices[k], out.subarray(k * size, (k + 1) * size));
    },
  };
}
