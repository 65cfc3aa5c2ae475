import { describe, expect, test } from "vitest";
import * as check from "../../test/gradient-check.ts";
import { ShapeError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { axis, dimsOf, showShape, sizeOf } from "../base/shape.ts";
import { compile } from "../graph/compile.ts";
import { gradient } from "../graph/gradient.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { square, sum } from "../graph/ops/index.ts";
import { reachable, type Value } from "../graph/value.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { type Cell, carriedState, detached, zeroState } from "./cell.ts";
import { convLstm } from "./conv-lstm.ts";
import { gru } from "./gru.ts";
import { lstm } from "./lstm.ts";
import { stacked, stackSteps, timeSteps, unroll } from "./recurrence.ts";
import { rnn } from "./rnn.ts";

const [batch, from, to] = [axis("batch", 2), axis("in", 3), axis("hidden", 2)];
const size = [axis("height", 3), axis("width", 2)];

/** Every kind of cell, with the shape of one input and what it consists of. */
const cells: readonly {
  name: string;
  make: () => Cell;
  x: readonly number[];
  variables: readonly string[];
  states: readonly string[];
}[] = [
  {
    name: "rnn",
    make: () => rnn("a", { from, to }),
    x: [2, 3],
    variables: ["a/input/weight (in=3, hidden=2)", "a/input/bias (hidden=2)", "a/hidden/weight (hidden=2, hidden=2)"],
    states: ["a/h (hidden=2)"],
  },
  {
    name: "gru",
    make: () => gru("a", { from, to }),
    x: [2, 3],
    variables: ["a/input/weight (in=3, 6)", "a/input/bias (6)", "a/hidden/weight (hidden=2, 6)", "a/hidden/bias (6)"],
    states: ["a/h (hidden=2)"],
  },
  {
    name: "lstm",
    make: () => lstm("a", { from, to }),
    x: [2, 3],
    variables: ["a/input/weight (in=3, 8)", "a/input/bias (8)", "a/hidden/weight (hidden=2, 8)"],
    states: ["a/h (hidden=2)", "a/c (hidden=2)"],
  },
  {
    name: "convLstm",
    make: () => convLstm("a", { from, to, size, kernel: [3, 1] }),
    x: [2, 3, 3, 2],
    variables: ["a/input/weight (8, in=3, 3, 1)", "a/input/bias (8)", "a/hidden/weight (8, hidden=2, 3, 1)"],
    states: ["a/h (hidden=2, height=3, width=2)", "a/c (hidden=2, height=3, width=2)"],
  },
  {
    name: "convLstm with layer norm",
    make: () => convLstm("a", { from, to, size, kernel: 3, layerNorm: true }),
    x: [2, 3, 3, 2],
    variables: [
      "a/input/weight (8, in=3, 3, 3)",
      "a/norm/gain (8)",
      "a/norm/bias (8)",
      "a/hidden/weight (8, hidden=2, 3, 3)",
    ],
    states: ["a/h (hidden=2, height=3, width=2)", "a/c (hidden=2, height=3, width=2)"],
  },
];

/** Numbers for variables, from their names alone. */
const numbersFor = (vs: readonly Value[]): Record<string, Float32Array> =>
  Object.fromEntries(vs.map((v) => [leafName(v), check.numbersOf(leafName(v), { dims: dimsOf(v.shape) })]));

describe.each(cells)("$name", ({ make, x, variables, states }) => {
  const T = 4;
  const xs = check.numbersOf("xs", { dims: [T, ...x] });

  test("names its variables and states", () => {
    const cell = make();
    expect(cell.variables.map((v) => `${leafName(v)} ${showShape(v.shape)}`)).toEqual(variables);
    expect(Object.entries(cell.states).map(([name, s]) => `${name} ${showShape(s)}`)).toEqual(states);
  });

  test("multiplies once for the input and once for the state at every step, all gates together", () => {
    const cell = make();
    const { outputs } = unroll(cell, input("xs", [T, ...x]), zeroState(cell, batch));
    const products = reachable(outputs).filter((n) => n.op.name === "MatMul" || n.op.name === "Conv");
    expect(products).toHaveLength(2 * T);
    const ofInput = products.filter((n) => leafName(n.inputs[1]) === "a/input/weight");
    expect(ofInput).toHaveLength(T);
    const early = reachable(ofInput.map((n) => n.outputs[0]));
    expect(early.filter((n) => n.leaf?.kind === "variable")).toHaveLength(1); // no state enters
  });

  test("gives the same outputs step by step, its state kept in the session's variables, as unrolled", async () => {
    const cell = make();
    const parameters = numbersFor(cell.variables);
    const whole = unroll(cell, input("xs", [T, ...x]), zeroState(cell, batch));
    const truth = interpret([stackSteps(whole.outputs), ...Object.values(whole.state)], { ...parameters, xs });

    const { state, updates } = carriedState(cell, batch);
    const next = cell.step(input("x", x), state);
    const program = compile({ name: "step", outputs: { y: next.output }, updates: updates(next.state) });
    const session = await cpu.open(program, { threads: 1 });
    await session.write(parameters);
    const n = x.reduce((k, d) => k * d, 1);
    const runs = await session.run(Array.from({ length: T }, (_, t) => ({ x: xs.slice(t * n, (t + 1) * n) })));
    const end = await session.read();
    await session.dispose();
    const found = [runs.flatMap((r) => [...r["y"]]), ...Object.keys(cell.states).map((name) => [...end[name]])];
    expect(found).toHaveLength(truth.length);
    truth.forEach(({ data }, i) => void data.forEach((v, j) => void expect(found[i][j]).toBeCloseTo(v, 5)));
  });

  test("has the gradient of central differences over two steps, for its inputs, first state and variables", () => {
    const cell = make();
    const start = Object.entries(cell.states).map(([name, s]) => [name, input(name, [batch, ...s])] as const);
    const seen = input("xs", [2, ...x]);
    const { outputs, state } = unroll(cell, seen, Object.fromEntries(start));
    const wrt = [seen, ...start.map(([, v]) => v), ...cell.variables];
    check.checkGradient({ outputs: [stackSteps(outputs), ...Object.values(state)], given: numbersFor(wrt), wrt }, 1);
  });
});

test("a list of steps and a tensor of them are the same", () => {
  const cell = rnn("a", { from, to });
  const xs = input("xs", [3, batch, from]);
  expect(timeSteps(xs).map((x) => showShape(x.shape))).toEqual(new Array(3).fill("(batch=2, in=3)"));
  const [one, other] = [xs, timeSteps(xs)].map((x) => stackSteps(unroll(cell, x, zeroState(cell, batch)).outputs));
  expect(showShape(one.shape)).toBe("(time=3, batch=2, hidden=2)");
  const given = numbersFor([xs, ...cell.variables]);
  const [a, b] = interpret([one, other], given);
  expect(a.data).toEqual(b.data);
});

test("a sequence cut into steps and joined again is itself", () => {
  const xs = input("xs", [3, 2, 2]);
  const numbers = check.numbersOf("xs", { dims: [3, 2, 2] });
  expect(interpret([stackSteps(timeSteps(xs))], { xs: numbers })[0].data).toEqual(Float64Array.from(numbers));
  expect(showShape(timeSteps(input("x", [1, 2, 2]))[0].shape)).toBe("(2, 2)");
});

test("a detached state carries numbers but no gradient", () => {
  const cell = rnn("a", { from, to });
  const [early, late] = [input("early", [2, batch, from]), input("late", [2, batch, from])];
  const slopes = (cut: boolean): { y: number[]; early: number[]; late: number[] } => {
    const { state } = unroll(cell, early, zeroState(cell, batch));
    const { outputs } = unroll(cell, late, cut ? detached(state) : state);
    const loss = sum(square(outputs[1]));
    const given = numbersFor([early, late, ...cell.variables]);
    const [y, a, b] = interpret([loss, ...gradient(loss, [early, late])], given).map((t) => [...t.data]);
    return { y, early: a, late: b };
  };
  const [whole, cut] = [slopes(false), slopes(true)];
  expect([cut.y, cut.late]).toEqual([whole.y, whole.late]);
  expect(cut.early.every((g) => g === 0)).toBe(true);
  expect(whole.early.every((g) => g !== 0)).toBe(true);
});

/** First values of a variable, as rows of `columns`. */
function first(v: Value, columns: number): number[][] {
  const out = new Float32Array(sizeOf(v.shape));
  if (v.node.leaf?.kind === "variable") v.node.leaf.initial(out, stream(1, leafName(v)));
  return Array.from({ length: out.length / columns }, (_, i) => [...out.slice(i * columns, (i + 1) * columns)]);
}

/** The products of all pairs of rows, rounded. */
const gram = (rows: readonly (readonly number[])[]): number[][] =>
  rows.map((a) => rows.map((b) => Math.round(1e5 * a.reduce((s, v, i) => s + v * b[i], 0)) / 1e5 + 0));

const identity = [
  [1, 0],
  [0, 1],
];

describe.each([
  ["rnn", rnn, 1],
  ["gru", gru, 3],
  ["lstm", lstm, 4],
] as const)("the weights of a new %s", (_name, make, gates) => {
  const [input, , hidden] = make("a", { from, to, init: "orthogonal" }).variables;

  test("are orthogonal in every gate, from the state and, where asked, from the input", () => {
    const [W, U] = [first(input, 2 * gates), first(hidden, 2 * gates)];
    for (let g = 0; g < gates; g++) {
      const gate = (rows: number[][]): number[][] => rows.map((r) => r.slice(2 * g, 2 * g + 2));
      expect(gram(gate(U))).toEqual(identity);
      expect(gram([0, 1].map((j) => gate(W).map((r) => r[j])))).toEqual(identity); // 3 × 2: the columns
    }
    expect(new Set(U[0].map(Math.abs)).size).toBe(2 * gates); // no two gates alike
  });
});

test("the kernels of a new ConvLSTM have orthonormal rows in every gate", () => {
  const [input, , hidden] = convLstm("a", { from, to, size, kernel: 3, init: "orthogonal" }).variables;
  for (const rows of [first(input, 27), first(hidden, 18)]) {
    for (const g of [0, 2, 4, 6]) expect(gram(rows.slice(g, g + 2))).toEqual(identity);
  }
});

test("the forget gate's bias starts at 1, or as asked, and all others at 0", () => {
  const conv = { from, to, size, kernel: 3 };
  const biases = [
    lstm("a", { from, to }),
    lstm("a", { from, to, forgetBias: 2 }),
    convLstm("a", conv),
    convLstm("a", { ...conv, forgetBias: 3 }),
    convLstm("a", { ...conv, layerNorm: true, forgetBias: 4 }),
  ].map(({ variables }) => first(variables.find((v) => leafName(v).endsWith("/bias"))!, 8)[0]);
  expect(biases).toEqual([1, 2, 1, 3, 4].map((forget) => [0, 0, forget, forget, 0, 0, 0, 0]));
  expect(first(gru("a", { from, to }).variables[1], 6)).toEqual([[0, 0, 0, 0, 0, 0]]);
});

/** [what is wrong, what builds it, what the error must say] */
const errors: readonly (readonly [string, () => unknown, string])[] = [
  [
    "two stacked cells of one name",
    () => stacked([rnn("a", { from, to }), rnn("a", { from: to, to })]),
    "expected cells with names of their own, got a/h, a/h",
  ],
  [
    "a state without the part that a cell carries",
    () => unroll(rnn("a", { from, to }), input("x", [1, batch, from]), { h: input("h", [batch, to]) }),
    "state a/h: expected a value (batch, …(hidden=2)), got a state of h",
  ],
  [
    "a state of another size",
    () => unroll(rnn("a", { from, to }), input("x", [1, batch, from]), { "a/h": input("h", [batch, 3]) }),
    "got (batch=2, 3)",
  ],
  [
    "a ConvLSTM over three axes",
    () => convLstm("a", { from, to, size: [...size, axis("depth", 2)], kernel: 3 }),
    "a: expected one or two spatial axes, got (height=3, width=2, depth=2)",
  ],
];

test.each(errors)("%s is a ShapeError that says so", (_name, build, message) => {
  expect(build).toThrow(ShapeError);
  expect(build).toThrow(message);
});
