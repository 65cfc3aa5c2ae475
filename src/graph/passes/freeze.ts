import { UsageError } from "../../base/errors.ts";
import { showShape, sizeOf } from "../../base/shape.ts";
import { constant } from "../leaves.ts";
import type { Value } from "../value.ts";
import { rewrite } from "./rewrite.ts";

/** Turns the variables for which numbers are given into constants of the same name. @throws UsageError if a count is wrong */
export function freeze(values: readonly Value[], numbers: Readonly<Record<string, ArrayLike<number>>>): Value[] {
  return rewrite(values, ({ leaf, outputs: [v] }) => {
    if (leaf?.kind !== "variable" || !Object.hasOwn(numbers, leaf.name)) return undefined;
    const data = numbers[leaf.name];
    if (data.length !== sizeOf(v.shape)) {
      throw new UsageError({
        where: `freezing variable "${leaf.name}"`,
        expected: `${sizeOf(v.shape)} numbers for ${showShape(v.shape)}`,
        got: String(data.length),
        fix: "were they saved by another model or config",
      });
    }
    return [constant(data, v.shape, leaf.name)];
  });
}
