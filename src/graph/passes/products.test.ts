/** The passes that move products across the graph, on random nets and on a recurrent one. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { expectSameNumbers } from "../../../test/same-numbers.ts";
import { axis } from "../../base/shape.ts";
import { compile } from "../compile.ts";
import { gradient } from "../gradient.ts";
import { input, variable } from "../leaves.ts";
import { add, concat, full, matmul, mul, reshape, sigmoid, slice, split, sum, tanh } from "../ops/index.ts";
import { reachable, type Value } from "../value.ts";
import { allPasses } from "./index.ts";

const zero = (out: Float32Array): void => void out.fill(0);
const weights = ["U", "V", "W"].map((name) => variable(name, [8, 8], zero));

/** One line of a random program: what to do, with which weight, to which of the last values. */
type Line = readonly [op: number, weight: number, a: number, b: number];

const operations: readonly ((a: Value, b: Value, w: Value) => Value)[] = [
  (a, _b, w) => matmul(a, w),
  (a, _b, w) => matmul(a, w),
  (a, _b, w) => matmul(a, w, false, true),
  (a, b) => add(a, b),
  (a, b) => add(a, b),
  (a, b) => mul(a, b),
  (a, b) =>
    concat(
      split(a, 1, 2).map((p, i) => add(p, split(b, 1, 2)[1 - i])),
      1,
    ),
  (a, b) => concat([slice(a, 1, 0, 1), slice(b, 1, 1, 8)], 1),
  (a, b) => reshape(slice(concat([reshape(a, [1, 1, 8]), reshape(b, [1, 1, 8])], 0), 0, 1), [1, 8]),
];

/** Values and the gradients of the weights; many products of one weight that wait for each other in all sorts of ways. */
function build(lines: readonly Line[]): Value[] {
  const values = [...split(input("x", [3, 8]), 0, 3)];
  for (const [op, w, a, b] of lines) {
    const [p, q] = [a, b].map((i) => values[values.length - 1 - (i % values.length)]);
    values.push(tanh(operations[op](p, q, weights[w])));
  }
  const loss = values
    .slice(-3)
    .map((v) => sum(v))
    .reduce((a, b) => add(a, b));
  return [loss, ...gradient(loss, weights)];
}

const programs = fc.array(fc.tuple(fc.nat(operations.length - 1), fc.nat(weights.length - 1), fc.nat(7), fc.nat(7)), {
  minLength: 4,
  maxLength: 30,
});

test("random nets of shared weights: all passes together, and each of them, keep the numbers", () => {
  const passes = allPasses.filter((p) => p.target !== "cpu");
  fc.assert(
    fc.property(programs, (lines) => {
      const before = build(lines);
      let after: readonly Value[] = before;
      for (const pass of passes) expectSameNumbers((after = pass.run(after)), before);
    }),
    { numRuns: 150, seed: 1 },
  );
});

const STEPS = 6;

/** Loss and gradients of an LSTM cell with an output layer, over a sequence that is cut into steps. */
function lstm(): Readonly<Record<string, Value>> {
  const [H, batch] = [16, axis("batch", 2)];
  const W = variable("W", [8, 4 * H], zero);
  const U = variable("U", [H, 4 * H], zero);
  const b = variable("b", [4 * H], zero);
  const O = variable("O", [H, 8], zero);
  let [h, c] = [full([batch, axis("", H)], 0), full([batch, axis("", H)], 0)];
  const losses: Value[] = [];
  for (const part of split(input("x", [STEPS, batch, 8]), 0, STEPS)) {
    const sums = add(add(matmul(reshape(part, [batch, 8]), W), b), matmul(h, U));
    const [ifo, g] = split(sums, 1, [3 * H, H]);
    const [i, f, o] = split(sigmoid(ifo), 1, 3);
    c = add(mul(f, c), mul(i, tanh(g)));
    h = mul(o, tanh(c));
    losses.push(sum(tanh(matmul(h, O))));
  }
  const loss = losses.reduce((p, q) => add(p, q));
  const [dW, dU, db, dO] = gradient(loss, [W, U, b, O]);
  return { loss, dW, dU, db, dO };
}

/** How many nodes of some kinds a compiled LSTM has. */
function counts(without: readonly string[]): Record<string, number> {
  const { nodes } = compile({ name: "lstm", outputs: lstm() }, { without }).model.graph;
  const of = (...kinds: string[]): number => nodes.filter((n) => kinds.includes(n.op)).length;
  return { products: of("MatMul", "Gemm"), sums: of("ReduceSum"), reshapes: of("Reshape") };
}

test("an LSTM's graph: only what must wait for the step before is done step by step", () => {
  // Forward: x·W once, h·U at every step but the first, which starts from zeros, h·O once; backward: from the outputs to h once, from step to step all but the first; dW, dU, dO.
  // One bias gradient; one sum per step's loss.
  expect(counts([])).toEqual({ products: 1 + (STEPS - 1) + 1 + 1 + (STEPS - 1) + 3, sums: 1 + STEPS, reshapes: 1 });
  expect(counts(["hoist", "sum-products", "join-pieces"])).toMatchObject({ products: 8 * STEPS - 2, sums: 2 * STEPS });
});

test("an LSTM's numbers do not change", () => {
  const before = Object.values(lstm());
  const passes = allPasses.filter((p) => p.target !== "cpu");
  let after: readonly Value[] = before;
  for (const pass of passes) after = pass.run(after);
  expectSameNumbers(after, before);
  expect(reachable(after).length).toBeLessThan(reachable(before).length);
});
