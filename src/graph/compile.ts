import { UsageError } from "../base/errors.ts";
import { type Shape, sameDims } from "../base/shape.ts";
import type { Model } from "../onnx/model.ts";
import { leafName } from "./leaves.ts";
import { lower } from "./lower.ts";
import { freeze } from "./passes/freeze.ts";
import { allPasses, type Target } from "./passes/index.ts";
import { unroll } from "./unroll.ts";
import { type DType, type Initial, reachable, showType, type Value } from "./value.ts";

/** What is to be computed: named outputs, and the next values of variables. */
export interface Program {
  readonly name: string;
  readonly doc?: string;
  readonly outputs: Readonly<Record<string, Value>>;
  /** Words for people about an output, by name; they travel with the ONNX file. */
  readonly docs?: Readonly<Record<string, string>>;
  /** Pairs of a variable and its value after the run. A variable without a pair stays as it is. */
  readonly updates?: readonly (readonly [variable: Value, next: Value])[];
}

/** A tensor that crosses the border of a program. */
export interface Port {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

export interface NoisePort extends Port {
  readonly distribution: "normal" | "uniform";
}

export interface VariablePort extends Port {
  readonly initial: Initial;
  /** The model output that holds the value after the run, if the program changes it. */
  readonly next?: string;
}

/** A program lowered to ONNX, with what a session must feed, keep and fetch. */
export interface Compiled {
  readonly name: string;
  /** Its inputs are `inputs`, `noise` and `variables`; its outputs are `outputs` and the variables' next values. */
  readonly model: Model;
  readonly inputs: readonly Port[];
  readonly noise: readonly NoisePort[];
  readonly variables: readonly VariablePort[];
  readonly outputs: readonly Port[];
  /** The same program for several runs in a row, which a session may use where it has as many to do. */
  readonly unrolled?: { readonly runs: number; readonly program: Compiled };
}

export interface CompileOptions {
  /** Variables whose numbers become constants of the graph: for inference and export. */
  readonly freeze?: Readonly<Record<string, ArrayLike<number>>>;
  /** Names of axes whose size is chosen at every run instead: the exported model's batch. */
  readonly freeAxes?: readonly string[];
  /** Runs to unroll, for programs that are run many times in a row (see `unroll`). */
  readonly unroll?: number;
  /** What runs it (default: any runtime). A graph for "cpu" has operators that only ONNX Runtime's CPU provider knows. */
  readonly target?: Target;
  /** Passes to leave out, by name; to see what each is worth. */
  readonly without?: readonly string[];
}

/**
 * Lowers a program to ONNX: freezes, runs the passes, emits nodes named after their layers.
 * @throws UsageError if two leaves share a name, an update does not fit its variable, or a pass is unknown
 */
export function compile(program: Program, options: CompileOptions = {}): Compiled {
  const updates = program.updates ?? [];
  checkUpdates(program.name, updates);
  let values = [...Object.values(program.outputs), ...updates.map(([, next]) => next)];
  if (options.freeze) values = freeze(values, options.freeze);
  for (const pass of passesFor(options)) values = pass.run(values);

  const leaves = leavesOf(program, [...values, ...updates.map(([v]) => v)]);
  const names = Object.keys(program.outputs);
  checkNames(program, leaves);
  const port = (v: Value, name = leafName(v)): Port => ({ name, shape: v.shape, dtype: v.dtype });
  const outputs = names.map((name, i) => port(values[i], name));
  const nexts = updates.map(([v], i) => [v, values[names.length + i]] as const);
  const compiled = {
    name: program.name,
    inputs: leaves.filter((v) => v.node.leaf?.kind === "input").map((v) => port(v)),
    noise: leaves.flatMap((v) => {
      const { leaf } = v.node;
      return leaf?.kind === "noise" ? [{ ...port(v), distribution: leaf.distribution }] : [];
    }),
    variables: leaves.flatMap((v) => {
      const { leaf } = v.node;
      const next = updates.some(([u]) => u === v) ? { next: nextName(leafName(v)) } : {};
      return leaf?.kind === "variable" ? [{ ...port(v), initial: leaf.initial, ...next }] : [];
    }),
    outputs,
  };
  const wanted = [
    ...outputs.map((p, i) => ({ name: p.name, value: values[i], doc: program.docs?.[p.name] })),
    ...nexts.map(([v, value]) => ({ name: nextName(leafName(v)), value, doc: undefined })),
  ];
  const model = lower(program, leaves, wanted, options.freeAxes ?? []);
  const runs = options.unroll ?? 1;
  if (runs < 2) return { ...compiled, model };
  return { ...compiled, model, unrolled: { runs, program: compile(unroll(program, runs), { ...options, unroll: 1 }) } };
}

/** Where a session finds a variable's value after the run. */
const nextName = (variable: string): string => `${variable}/next`;

function passesFor({ target = "portable", without = [], freeAxes = [] }: CompileOptions): typeof allPasses {
  const unknown = without.find((name) => !allPasses.some((p) => p.name === name));
  if (unknown) {
    throw new UsageError({
      where: "compile",
      expected: `passes among ${[...new Set(allPasses.map((p) => p.name))].join(", ")}`,
      got: `"${unknown}"`,
      fix: "correct the name",
    });
  }
  return allPasses.filter(
    (p) => !without.includes(p.name) && (p.target ?? target) === target && !(p.fixedSizes && freeAxes.length > 0),
  );
}

function checkUpdates(program: string, updates: NonNullable<Program["updates"]>): void {
  for (const [v, next] of updates) {
    if (v.node.leaf?.kind === "variable" && sameDims(v.shape, next.shape) && v.dtype === next.dtype) continue;
    throw new UsageError({
      where: `update of ${leafName(v) || "a value"} in program ${program}`,
      expected: `a variable and a next value of its type, ${showType(v)}`,
      got: showType(next),
      fix: "the next value of a variable must have its shape",
    });
  }
}

/** The program's leaves in a fixed order, each name once. */
function leavesOf(program: Program, values: readonly Value[]): Value[] {
  const byName = new Map<string, Value>();
  for (const node of reachable(values)) {
    const [v] = node.outputs;
    if (!node.leaf || node.leaf.kind === "constant") continue;
    if (byName.has(node.leaf.name)) {
      throw new UsageError({
        where: `program ${program.name}`,
        expected: "inputs, noise and variables with names of their own",
        got: `two leaves named "${node.leaf.name}"`,
        fix: "build the leaf once and use it twice, or rename one",
      });
    }
    byName.set(node.leaf.name, v);
  }
  return [...byName.values()];
}

/** Outputs, leaves and next values share one space of names. */
function checkNames({ name, outputs, updates = [] }: Program, leaves: readonly Value[]): void {
  const all = [...leaves.map(leafName), ...Object.keys(outputs), ...updates.map(([v]) => nextName(leafName(v)))];
  const twice = all.find((n, i) => all.indexOf(n) !== i);
  if (twice === undefined) return;
  throw new UsageError({
    where: `program ${name}`,
    expected: "outputs with names of their own, and one update per variable",
    got: `"${twice}" twice`,
    fix: "give the output a name that no input, noise or variable has",
  });
}
