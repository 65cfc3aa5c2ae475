import { constant } from "../leaves.ts";
import type { Value } from "../value.ts";
import { rewrite } from "./rewrite.ts";

/** Turns the variables for which numbers are given into constants of the same name. */
export function freeze(values: readonly Value[], numbers: Readonly<Record<string, ArrayLike<number>>>): Value[] {
  return rewrite(values, ({ leaf, outputs: [v] }) =>
    leaf?.kind === "variable" && numbers[leaf.name] ? [constant(numbers[leaf.name], v.shape, leaf.name)] : undefined,
  );
}
