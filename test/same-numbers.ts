/** Comparing graphs by the numbers they compute. */
import { expect } from "vitest";
import { stream } from "../src/base/random.ts";
import { dimsOf, sizeOf } from "../src/base/shape.ts";
import { interpret } from "../src/graph/interpret.ts";
import { leafName } from "../src/graph/leaves.ts";
import { reachable, type Value } from "../src/graph/value.ts";

/** Uniform numbers in ±2 for every leaf, each drawn from the stream of its name. */
export function randomLeaves(values: readonly Value[], seed = 1): Record<string, Float32Array> {
  const leaves = reachable(values).flatMap((n) => (n.leaf && n.leaf.kind !== "constant" ? n.outputs : []));
  return Object.fromEntries(
    leaves.map((v) => {
      const u = new Float32Array(sizeOf(v.shape));
      stream(seed, leafName(v)).uniform(0, u);
      return [leafName(v), u.map((x) => 4 * x - 2)];
    }),
  );
}

/** The rewritten graph has the original's shapes and float64 numbers (to 1e-12: sums may be taken in another order). */
export function expectSameNumbers(after: readonly Value[], before: readonly Value[]): void {
  expect(after.map((v) => dimsOf(v.shape))).toEqual(before.map((v) => dimsOf(v.shape)));
  const given = randomLeaves(before);
  const [found, wanted] = [interpret(after, given), interpret(before, given)];
  wanted.forEach(({ data }, i) => {
    const far = [...data].filter((x, at) => !(Math.abs(found[i].data[at] - x) <= 1e-12 * Math.max(1, Math.abs(x))));
    expect(far, `numbers of value ${i} that changed`).toEqual([]);
  });
}
