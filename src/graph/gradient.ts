import { HelmholtzError } from "../base/errors.ts";
import { sameDims, showShape } from "../base/shape.ts";
import { scalar } from "./leaves.ts";
import { add } from "./ops/arithmetic.ts";
import { full } from "./ops/broadcast.ts";
import { atPath, reachable, type Value } from "./value.ts";

/**
 * Reverse-mode derivative of a scalar, as a graph of the same ops (so it can be differentiated again).
 * @param of   the scalar L
 * @param wrt  values x that L depends on
 * @returns    ∂L/∂x for every x, each of x's shape; zeros where L does not depend on x
 * @throws HelmholtzError if L is not a scalar of numbers
 */
export function gradient(of: Value, wrt: readonly Value[]): Value[] {
  if (of.shape.length > 0 || of.dtype !== "f32") {
    throw new HelmholtzError({
      where: "gradient",
      expected: "a scalar to differentiate",
      got: `${of.dtype}${showShape(of.shape)}`,
      fix: "sum or average the value first",
    });
  }
  const nodes = reachable([of]);
  const wanted = new Set(wrt);
  const onPath = new Set(nodes.flatMap((n) => (n.outputs.some((v) => wanted.has(v)) ? [n] : [])));
  for (const n of nodes) if (n.op.grad !== "none" && n.inputs.some((v) => onPath.has(v.node))) onPath.add(n);

  const sums = new Map<Value, Value[]>([[of, [scalar(1)]]]);
  for (const node of nodes.reverse()) {
    if (!onPath.has(node) || node.op.grad === "none" || node.inputs.length === 0) continue;
    const dys = node.outputs.map((v) => total(sums, v));
    if (dys.every((dy) => dy === undefined)) continue;
    const { grad } = node.op;
    const dxs = atPath(node.path ? `gradient/${node.path}` : "gradient", () => grad(node, dys));
    node.inputs.forEach((x, i) => {
      const dx = dxs[i];
      if (!dx || !onPath.has(x.node)) return;
      if (!sameDims(dx.shape, x.shape)) {
        throw new Error(
          `internal: gradient of ${node.op.name} has shape ${showShape(dx.shape)}, its input ${showShape(x.shape)}`,
        );
      }
      sums.set(x, [...(sums.get(x) ?? []), dx]);
    });
  }
  return wrt.map((x) => total(sums, x) ?? (x.shape.length === 0 ? scalar(0) : full(x.shape, 0)));
}

/** The sum of what arrived at a value, computed once. */
function total(sums: Map<Value, Value[]>, v: Value): Value | undefined {
  const parts = sums.get(v);
  if (!parts) return undefined;
  const one = parts.reduce((a, b) => add(a, b));
  sums.set(v, [one]);
  return one;
}
