import { expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { compile, type Program } from "./compile.ts";
import { interpret } from "./interpret.ts";
import { input, leafName, noise, variable } from "./leaves.ts";
import { add, matmul, mul, sum, tanh } from "./ops/index.ts";
import { atRun, unroll } from "./unroll.ts";
import { reachable } from "./value.ts";

const zero = (out: Float32Array): void => void out.fill(0);
const [W, h] = [variable("W", [3, 3], zero), variable("h", [2, 3], zero)];
const [x, e] = [input("x", [2, 3]), noise("e", "normal", [2, 3])];
const next = tanh(add(matmul(h, W), add(x, mul(0.1, e))));
/** A recurrent net whose state changes and whose weights do not. */
const program: Program = { name: "rnn", outputs: { size: sum(next) }, updates: [[h, next]] };

const numbers = (name: string, n: number): Float64Array => {
  const out = new Float64Array(n);
  stream(3, name).normal(0, out);
  return out;
};

test("three runs in one graph give what three runs one after the other give", () => {
  const runs = 3;
  const feeds = Array.from({ length: runs }, (_, i) => ({ x: numbers(`x${i}`, 6), e: numbers(`e${i}`, 6) }));
  const weights = numbers("W", 9);
  let state = numbers("h", 6);
  const sizes: number[] = [];
  for (const f of feeds) {
    const [size, after] = interpret([program.outputs["size"], next], { ...f, W: weights, h: state });
    sizes.push(size.data[0]);
    state = Float64Array.from(after.data);
  }

  const { outputs, updates } = unroll(program, runs);
  const given = Object.fromEntries(
    feeds.flatMap((f, i) => Object.entries(f).map(([name, data]) => [atRun(name, i), data])),
  );
  const values = [...Object.values(outputs), updates![0][1]];
  const results = interpret(values, { ...given, W: weights, h: numbers("h", 6) });
  expect(Object.keys(outputs)).toEqual(["size@0", "size@1", "size@2"]);
  expect(results.slice(0, runs).map((t) => t.data[0])).toEqual(sizes);
  expect(results[runs].data).toEqual(state);
});

test("variables are shared by all runs; inputs and noise are each run's own", () => {
  const { outputs, updates } = unroll(program, 2);
  const leaves = reachable([...Object.values(outputs), updates![0][1]]).flatMap((n) => (n.leaf ? [n.outputs[0]] : []));
  const names = leaves.map(leafName).filter((name) => name !== "");
  expect(names.sort()).toEqual(["W", "e@0", "e@1", "h", "x@0", "x@1"]);
});

test("compiling with unroll keeps the plain program beside the unrolled one", () => {
  const compiled = compile(program, { unroll: 4 });
  expect(compiled.inputs.map((p) => p.name)).toEqual(["x"]);
  expect(compiled.unrolled?.runs).toBe(4);
  expect(compiled.unrolled?.program.inputs.map((p) => p.name)).toEqual(["x@0", "x@1", "x@2", "x@3"]);
  expect(compile(program).unrolled).toBeUndefined();
});
