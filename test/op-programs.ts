/** For each op, one program that computes its values, gradients and second gradients on all its cases, and what float64 gives. */
import { type Compiled, compile } from "../src/graph/compile.ts";
import { gradient } from "../src/graph/gradient.ts";
import { interpret } from "../src/graph/interpret.ts";
import { constant, input, leafName } from "../src/graph/leaves.ts";
import { apply, type CaseInput } from "../src/graph/op.ts";
import {
  addAll,
  allOps,
  conv,
  convTranspose,
  greater,
  indicator,
  matmul,
  mul,
  softmax,
  sum,
} from "../src/graph/ops/index.ts";
import type { Value } from "../src/graph/value.ts";
import type { Feeds, Fetches } from "../src/runtime/session.ts";
import { numbersOf } from "./gradient-check.ts";

export interface OpProgram {
  readonly name: string;
  readonly program: Compiled;
  readonly feeds: Feeds;
  /** Numbers by output: "same shape: gradient 0". */
  readonly exact: Readonly<Record<string, Float64Array>>;
}

/** One thing to compute. */
interface Case {
  readonly note: string;
  readonly inputs: readonly CaseInput[];
  readonly build: (inputs: readonly Value[]) => readonly Value[];
  /** How many derivatives there are to look at. */
  readonly orders: 0 | 1 | 2;
}

/** All ops on their cases, and the ops whose kernels depend on sizes on larger tensors. */
export function opPrograms(): OpProgram[] {
  const small = allOps.map((op) =>
    programOf(
      op.name,
      op.cases.map(({ note, inputs, attributes = {} }) => ({
        note,
        inputs,
        build: (values) => apply(op, values, attributes),
        orders: op.grad === "none" ? 0 : 2,
      })),
    ),
  );
  return [...small, ...Object.entries(larger).map(([name, cases]) => programOf(name, cases))];
}

/** What is far from float64: by more than 2e-3 of the larger of the number itself and the root mean square of its tensor. */
export function farFrom(exact: OpProgram["exact"], got: Fetches): string[] {
  return Object.entries(exact).flatMap(([name, numbers]) => {
    const size = Math.sqrt(numbers.reduce((total, x) => total + x * x, 0) / numbers.length);
    const far = [...numbers.keys()].filter(
      (i) => !(Math.abs(got[name][i] - numbers[i]) <= 2e-3 * Math.max(Math.abs(numbers[i]), size, 0.01)),
    );
    if (far.length === 0) return [];
    const [at] = far;
    return [`${name}: ${far.length} of ${numbers.length}; [${at}] is ${got[name][at]}, not ${numbers[at]}`];
  });
}

/**
 * Sizes that make a GPU's kernels choose their ways through vectors of 3 and 4 and through tiles, with rests. Channels that are a
 * multiple of 3 and not of 4 before a multiple of 4 are where ONNX Runtime's WebGPU provider was found wrong in one of its layouts.
 */
const larger: Readonly<Record<string, readonly Case[]>> = {
  "Conv from and to many channels": [3, 4, 6, 9, 33].flatMap((from) =>
    [3, 8].map((to) => ({
      note: `${from} → ${to}`,
      inputs: [{ dims: [2, from, 5, 8] }, { dims: [to, from, 3, 3] }],
      build: ([x, w]: readonly Value[]) => [conv(x, w, { pads: 1 })],
      orders: 1 as const,
    })),
  ),
  "Conv with stride 2": [4, 6, 9].map((from) => ({
    note: `${from} → 8`,
    inputs: [{ dims: [2, from, 8, 8] }, { dims: [8, from, 4, 4] }],
    build: ([x, w]) => [conv(x, w, { pads: 1, strides: 2 })],
    orders: 1,
  })),
  "ConvTranspose in groups": [1, 3].flatMap((groups) =>
    [1, 4].map((each) => ({
      note: `${groups} groups to ${each} channels each`,
      inputs: [{ dims: [2, 2 * groups, 5, 4] }, { dims: [2 * groups, each, 3, 3] }],
      build: ([x, w]: readonly Value[]) => [convTranspose(x, w, { groups })],
      orders: 1 as const,
    })),
  ),
  "MatMul of larger matrices": [
    [40, 36, 44],
    [33, 65, 17],
    [1, 130, 12],
    [100, 3, 1],
  ].map(([m, k, n]) => ({
    note: `${m}×${k}·${k}×${n}`,
    inputs: [{ dims: [m, k] }, { dims: [k, n] }],
    build: ([a, b]) => [matmul(a, b)],
    orders: 1,
  })),
  "Sum and Softmax over long axes": [
    ...[0, 1].map((axis) => ({
      note: `sum over axis ${axis}`,
      inputs: [{ dims: [700, 300] }],
      build: ([x]: readonly Value[]) => [sum(x, [axis])],
      orders: 0 as const,
    })),
    {
      note: "softmax",
      inputs: [{ dims: [3, 1003] }],
      build: ([x]) => [softmax(x, 1)],
      orders: 1,
    },
  ],
};

function programOf(name: string, cases: readonly Case[]): OpProgram {
  const given: Record<string, Float32Array> = {};
  const outputs: Record<string, Value> = {};
  cases.forEach(({ note, inputs, build, orders }, at) => {
    const leaves = inputs.map((x, i) => input(`${at}/input${i}`, x.dims));
    inputs.forEach((x, i) => {
      given[leafName(leaves[i])] = numbersOf(`${name}/${note}/${i}`, x);
    });
    const values = build(leaves.map((x, i) => (inputs[i].dtype === "bool" ? greater(x, 0.5) : x)));
    const first = orders > 0 ? weighedGradient(values, leaves) : [];
    const second = orders > 1 ? weighedGradient(first, leaves) : [];
    for (const [what, list] of Object.entries({ value: values, gradient: first, "second gradient": second })) {
      list.forEach((v, i) => {
        outputs[`${note}: ${what} ${i}`] = v;
      });
    }
  });
  const program = compile({ name, outputs });
  const numbers = interpret(Object.values(outputs), given);
  return {
    name,
    program,
    feeds: Object.fromEntries(program.inputs.map((p) => [p.name, given[p.name]])),
    exact: Object.fromEntries(Object.keys(outputs).map((key, i) => [key, numbers[i].data])),
  };
}

/** The gradient of Σ w ⊙ v, the weights being different for every element. */
function weighedGradient(values: readonly Value[], wrt: readonly Value[]): Value[] {
  const terms = values.map((v, i) => {
    const w = numbersOf(`weights/${i}`, { dims: v.shape.map((a) => a.size), from: 0.5, to: 1.5 });
    return sum(mul(constant(w, v.shape), v.dtype === "bool" ? indicator(v) : v));
  });
  return gradient(addAll(terms), wrt);
}
