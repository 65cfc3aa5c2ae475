import type { Program } from "./compile.ts";
import { input, noise } from "./leaves.ts";
import { rewrite } from "./passes/rewrite.ts";
import type { Value } from "./value.ts";

/** The name of an input, noise or output at one of several unrolled runs: "x@2". */
export function atRun(name: string, run: number): string {
  return `${name}@${run}`;
}

/**
 * Several runs of a program as one: run i reads inputs and noise named "<name>@<i>", gives outputs named so, and starts from the
 * variables that run i − 1 left. Between the runs variables are plain values inside the graph, whose memory the runtime may overwrite.
 */
export function unroll(program: Program, runs: number): Program {
  const updates = program.updates ?? [];
  const names = Object.keys(program.outputs);
  const values = [...Object.values(program.outputs), ...updates.map(([, next]) => next)];
  const outputs: Record<string, Value> = {};
  let now = new Map<Value, Value>(updates.map(([v]) => [v, v]));
  for (let run = 0; run < runs; run++) {
    const copies = rewrite(values, ({ leaf, outputs: [v] }) => {
      if (leaf?.kind === "variable") return now.has(v) ? [now.get(v)!] : undefined;
      if (leaf?.kind === "input") return [input(atRun(leaf.name, run), v.shape, leaf.doc)];
      if (leaf?.kind === "noise") return [noise(atRun(leaf.name, run), leaf.distribution, v.shape)];
      return undefined;
    });
    names.forEach((name, i) => {
      outputs[atRun(name, run)] = copies[i];
    });
    now = new Map(updates.map(([v], i) => [v, copies[names.length + i]]));
  }
  return { ...program, outputs, updates: updates.map(([v]) => [v, now.get(v)!]) };
}
