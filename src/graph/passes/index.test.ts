import fc from "fast-check";
import { expect, test } from "vitest";
import { randomLeaves } from "../../../test/same-numbers.ts";
import { type AxisLike, axis, type Shape } from "../../base/shape.ts";
import { cpu } from "../../runtime/onnxruntime-node.ts";
import { compile } from "../compile.ts";
import { gradient } from "../gradient.ts";
import { interpret } from "../interpret.ts";
import { constant, input, variable } from "../leaves.ts";
import * as ops from "../ops/index.ts";
import type { Value } from "../value.ts";
import { allPasses } from "./index.ts";

const [m, k] = [axis("m", 2), axis("k", 3)];

test("the passes and their order", () => {
  expect(allPasses.map((p) => p.name)).toEqual([
    ...["simplify", "fold", "zeros", "share", "split-channels"],
    ...["join-pieces", "sum-products", "hoist", "before-split", "join-pieces", "simplify", "share"],
    ...[
      "split-gates",
      "blocked-layout",
      "weight-gradients",
      "simplify",
      "share",
      "fuse-blocked",
      "product-sums",
      "row-sums",
      "nominal-shapes",
    ],
  ]);
});

/** One line of a random program: which op, and which earlier values it takes. */
type Line = readonly [op: number, a: number, b: number];

/** Every value has axes (m, k) or fewer that broadcast to them, and stays of order one, so float32 can be held against float64. */
const operations: readonly ((a: Value, b: Value) => Value)[] = [
  ops.add,
  ops.sub,
  ops.mul,
  ops.maximum,
  ops.minimum,
  (a, b) => ops.where(ops.greater(a, b), a, ops.mul(b, 0.5)),
  (a, b) => ops.div(a, ops.add(ops.square(b), 1)),
  (a) => ops.tanh(a),
  (a) => ops.neg(a),
  (a) => ops.mul(1, ops.add(a, 0)),
  (a) => ops.mul(-0.5, ops.mul(a, 0.5)),
  (a) => ops.expand(a, [m, k]),
  (a) => ops.softplus(ops.neg(a)),
  (a) => (a.shape.length === 2 ? ops.transpose(ops.transpose(a)) : a),
  (a) => (a.shape.length === 2 ? ops.softmax(a, 0) : ops.sigmoid(a)),
  (a) => (a.shape.length === 2 ? ops.mean(a, [0], true) : a),
  (a) => (a.shape.length === 2 ? ops.reshape(ops.reshape(a, [a.shape[0].size * a.shape[1].size]), a.shape) : a),
  (a, b) => (full(a.shape) && full(b.shape) ? ops.matmul(ops.mul(0.3, ops.matmul(a, ops.transpose(b))), b) : a),
];

const full = (s: Shape): boolean => s.length === 2 && s[0].size === 2 && s[1].size === 3;

/** A scalar and its gradient, from a list of lines. */
function build(lines: readonly Line[]): Value[] {
  const leaf = (name: string, axes: readonly AxisLike[]): Value => input(name, axes);
  const w = variable("w", [m, k], (out) => void out.fill(0));
  const table = constant([0.5, -1, 2], [k]);
  const values = [
    leaf("x", [m, k]),
    w,
    leaf("row", [k]),
    leaf("column", [m, 1]),
    leaf("s", []),
    table,
    constant([1], []),
  ];
  const leaves = values.slice(0, 5);
  for (const [op, a, b] of lines) {
    const [x, y] = [a, b].map((i) => values[values.length - 1 - (i % values.length)]);
    const z = operations[op](x, y);
    values.push(z.shape.length === 0 ? z : ops.tanh(z)); // keeps numbers of order one
  }
  const loss = ops.mean(ops.add(values[values.length - 1], ops.expand(values[values.length - 2], [m, k])));
  return [values[values.length - 1], loss, ...gradient(loss, leaves)];
}

const programs = fc.array(fc.tuple(fc.nat(operations.length - 1), fc.nat(11), fc.nat(11)), {
  minLength: 2,
  maxLength: 14,
});

test("each pass alone leaves the float64 numbers of any graph and of its gradient as they are", () => {
  fc.assert(
    fc.property(programs, (lines) => {
      const before = build(lines);
      const given = randomLeaves(before);
      const wanted = interpret(before, given);
      for (const pass of allPasses) {
        interpret(pass.run(before), given).forEach(({ data }, i) => {
          data.forEach((x, at) => void expect(x).toBeCloseTo(wanted[i].data[at], 10));
        });
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("ONNX Runtime agrees with float64 on any graph, with all passes and without each", async () => {
  await fc.assert(
    fc.asyncProperty(programs, async (lines) => {
      const values = build(lines);
      const given = randomLeaves(values);
      const wanted = interpret(values, given);
      for (const without of [[], ["simplify"], ["fold"], ["share"], ["simplify", "fold", "share"]]) {
        const outputs = Object.fromEntries(values.map((v, i): [string, Value] => [`out${i}`, v]));
        const program = compile({ name: "random graph", outputs }, { without });
        const session = await cpu.open(program, { threads: 1 });
        if (program.variables.length > 0) await session.write({ w: given["w"] });
        const [got] = await session.run([Object.fromEntries(program.inputs.map(({ name }) => [name, given[name]]))]);
        await session.dispose();
        // Every step is of order one and loses at most a few units of 2⁻²⁴; fifteen of them, and their gradients, stay below 1e-4.
        wanted.forEach(({ data }, i) => {
          data.forEach(
            (x, at) => void expect(Math.abs(got[`out${i}`][at] - x)).toBeLessThan(1e-4 * Math.max(1, Math.abs(x))),
          );
        });
      }
    }),
    { numRuns: 60, seed: 1 },
  );
});
