import { type Compiled, type CompileOptions, compile, type Program } from "../graph/compile.ts";
import type { Target } from "../graph/passes/index.ts";
import type { Runtime } from "./session.ts";

/** Compiles a program for what a runtime does best. */
export async function compileFor(runtime: Runtime, program: Program, options: CompileOptions = {}): Promise<Compiled> {
  return compile(program, { target: await targetOf(runtime), ...options });
}

/** What a runtime's programs are best compiled for. */
export async function targetOf(runtime: Runtime): Promise<Target> {
  return (await runtime.target?.()) ?? "portable";
}
