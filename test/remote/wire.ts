/** What crosses between a test and a runtime in a page or a child process: plain data and typed arrays. */
import type { Problem } from "../../src/base/errors.ts";
import type { Compiled, VariablePort } from "../../src/graph/compile.ts";
import type { Feeds, SessionOptions, State } from "../../src/runtime/session.ts";

/** A program whose variables carry their initial numbers instead of a function. */
export interface WireProgram extends Omit<Compiled, "variables" | "unrolled"> {
  readonly variables: readonly (Omit<VariablePort, "initial"> & { readonly initial: Float32Array })[];
  readonly unrolled?: { readonly runs: number; readonly program: WireProgram };
}

export type Call =
  | { readonly do: "describe"; readonly device: string }
  | { readonly do: "open"; readonly device: string; readonly program: WireProgram; readonly options: SessionOptions }
  | { readonly do: "run"; readonly session: number; readonly steps: readonly Feeds[] }
  | { readonly do: "write"; readonly session: number; readonly values: State }
  | { readonly do: "read" | "dispose"; readonly session: number };

export interface Answer {
  readonly value?: unknown;
  readonly error?: {
    readonly name: string;
    readonly message: string;
    readonly stack?: string;
    readonly problem?: Problem;
  };
}
