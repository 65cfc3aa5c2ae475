/**
 * Checks of values and derivatives that hold for any function of the graph: numbers are there and finite, the gradient equals
 * central differences, so does the gradient of the gradient, and ONNX Runtime's float32 agrees with float64.
 */
import { expect } from "vitest";
import { stream } from "../src/base/random.ts";
import { type Shape, showShape, sizeOf } from "../src/base/shape.ts";
import { compile } from "../src/graph/compile.ts";
import { gradient } from "../src/graph/gradient.ts";
import { interpret } from "../src/graph/interpret.ts";
import { constant, input, leafName } from "../src/graph/leaves.ts";
import type { CaseInput } from "../src/graph/op.ts";
import { add, mul } from "../src/graph/ops/arithmetic.ts";
import { sum } from "../src/graph/ops/broadcast.ts";
import { greater, indicator } from "../src/graph/ops/compare.ts";
import type { Value } from "../src/graph/value.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";

/** A function at a point: what is computed, from which numbers of its leaves, and with respect to which leaves it is differentiated. */
export interface Subject {
  readonly outputs: readonly Value[];
  /** Numbers of all leaves, by name. They are exact in float32, so that float32 and float64 start from the same point. */
  readonly given: Readonly<Record<string, Float32Array>>;
  readonly wrt: readonly Value[];
}

const SEED = 20240229;

/**
 * A function of fresh leaves at a point that depends on the name alone.
 * @param inputs the leaves; truth values come from comparing a leaf of zeros and ones with ½
 */
export function subject(
  name: string,
  inputs: readonly CaseInput[],
  build: (inputs: readonly Value[]) => readonly Value[],
): Subject {
  const leaves = inputs.map((c, i) => input(`input${i}`, c.dims));
  const outputs = build(leaves.map((x, i) => (inputs[i].dtype === "bool" ? greater(x, 0.5) : x)));
  const given = Object.fromEntries(inputs.map((c, i) => [`input${i}`, numbersOf(`${name}/${i}`, c)]));
  return { outputs, given, wrt: leaves };
}

/** The numbers of an input: those given, or uniform in its range, drawn from the stream of this name. */
export function numbersOf(name: string, { dims, values, from = -2, to = 2 }: CaseInput): Float32Array {
  if (values) return Float32Array.from(values);
  const out = new Float32Array(dims.reduce((n, d) => n * d, 1));
  stream(SEED, name).uniform(0, out);
  return out.map((u) => from + (to - from) * u);
}

/** Every output has as many numbers as its type says, and all are finite. */
export function checkValues({ outputs, given }: Subject): void {
  interpret(outputs, given).forEach(({ data }, i) => {
    expect(data.length, `elements of output ${i} ${showShape(outputs[i].shape)}`).toBe(sizeOf(outputs[i].shape));
    expect([...data].filter((x) => !Number.isFinite(x))).toEqual([]);
  });
}

/**
 * The gradient agrees with central differences to 1e-6.
 * @param order 1: of the outputs, weighed with random numbers and summed; 2: of that sum's gradient, weighed and summed
 */
export function checkGradient(s: Subject, order: 1 | 2): void {
  const first = weighedGradient(s.outputs, s.wrt, "first");
  if (order === 1) compare(slopes(s.outputs, "first", s), interpret(first, s.given));
  else compare(slopes(first, "second", s), interpret(weighedGradient(first, s.wrt, "second"), s.given));
}

/** No gradient arrives at any leaf: it is zero, by construction. */
export function checkNoGradient({ outputs, given, wrt }: Subject): void {
  for (const { data } of interpret(weighedGradient(outputs, wrt, "first"), given)) {
    expect([...data].filter((x) => x !== 0)).toEqual([]);
  }
}

/**
 * Values, gradient and second gradient, compiled and run in float32, differ from float64 by at most 2e-3 of max(|float64|, 0.01).
 * @param orders how many derivatives to look at
 */
export async function checkFloat32(s: Subject, orders: 0 | 1 | 2 = 2): Promise<void> {
  const first = orders > 0 ? weighedGradient(s.outputs, s.wrt, "first") : [];
  const second = orders > 1 ? weighedGradient(first, s.wrt, "second") : [];
  const outputs = Object.fromEntries(
    [...s.outputs, ...first, ...second].map((v, i): [string, Value] => [`out${i}`, v]),
  );
  const program = compile({ name: "gradient check", outputs });
  const session = await cpu.open(program, { threads: 1 });
  await session.write(pick(s.given, program.variables));
  const [got] = await session.run([pick(s.given, [...program.inputs, ...program.noise])]);
  await session.dispose();
  interpret(Object.values(outputs), s.given).forEach(({ data }, i) => {
    const far = [...data].flatMap((exact, at) => {
      const error = Math.abs(got[`out${i}`][at] - exact);
      return error <= 2e-3 * Math.max(Math.abs(exact), 0.01)
        ? []
        : [{ out: i, at, exact, float32: got[`out${i}`][at] }];
    });
    expect(far).toEqual([]);
  });
}

function pick(given: Subject["given"], ports: readonly { readonly name: string }[]): Record<string, Float32Array> {
  return Object.fromEntries(ports.map(({ name }) => [name, given[name]]));
}

/** The gradient of Σ r ⊙ v, r being random; truth values count as 0 and 1. */
function weighedGradient(values: readonly Value[], wrt: readonly Value[], name: string): Value[] {
  const terms = values.map((v, i) =>
    sum(mul(constant(weights(name, i, v.shape), v.shape), v.dtype === "bool" ? indicator(v) : v)),
  );
  return gradient(
    terms.reduce((a, b) => add(a, b)),
    wrt,
  );
}

/** Random numbers in ±(½, 1½), a different one for every element. */
function weights(name: string, i: number, s: Shape): Float64Array {
  const u = new Float64Array(sizeOf(s));
  stream(SEED, `weights/${name}/${i}`).uniform(0, u);
  return u.map((x) => (x < 0.5 ? x - 1.5 : x + 0.5));
}

/** A derivative, and what rounding may cost it. */
interface Slope {
  readonly slope: number;
  readonly rounding: number;
}

/**
 * ∂/∂x of Σ r ⊙ v for every element x of the leaves, from values at x ± h and x ± h/2: central differences, extrapolated to
 * h = 0 (Richardson), which leaves an error of order h⁴. The step is 10⁻³·max(|x|, 0.01), so it never crosses 0.
 */
function slopes(values: readonly Value[], name: string, { given, wrt }: Subject): Slope[][] {
  const r = values.map((v, i) => weights(name, i, v.shape));
  return wrt.map((leaf) => {
    const x = Float64Array.from(given[leafName(leaf)]);
    return Array.from(x, (at, i) => {
      const h = 1e-3 * Math.max(Math.abs(at), 0.01);
      const valuesAt = (moved: number): Float64Array[] =>
        interpret(values, { ...given, [leafName(leaf)]: x.with(i, moved) }).map((t) => t.data);
      const central = (step: number): number => {
        const [above, below] = [valuesAt(at + step), valuesAt(at - step)];
        return total(r, (j, k) => above[j][k] - below[j][k]) / (2 * step);
      };
      const here = valuesAt(at);
      const size = total(r, (j, k) => Math.sign(r[j][k]) * Math.abs(here[j][k]));
      return { slope: (4 * central(h / 2) - central(h)) / 3, rounding: (4e-15 * Math.max(1, size)) / h };
    });
  });
}

/** Σ r ⊙ f over the elements of all values. */
function total(r: readonly Float64Array[], f: (value: number, element: number) => number): number {
  return r.reduce((n, w, j) => n + w.reduce((m, weight, k) => m + weight * f(j, k), 0), 0);
}

/** Equal to 1e-6 of the derivative itself, beyond what rounding costs the differences. */
function compare(numeric: readonly (readonly Slope[])[], analytic: readonly { readonly data: Float64Array }[]): void {
  const far = numeric.flatMap((leaf, i) =>
    leaf.flatMap(({ slope, rounding }, at) => {
      const found = analytic[i].data[at];
      return Math.abs(found - slope) <= 1e-6 * Math.abs(slope) + rounding
        ? []
        : [{ leaf: i, at, slope, gradient: found }];
    }),
  );
  expect(far).toEqual([]);
}
