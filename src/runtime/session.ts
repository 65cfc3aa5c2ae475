import type { Compiled } from "../graph/compile.ts";
import type { Target } from "../graph/passes/index.ts";

/** Numbers of inputs and noise for one run, by name, row by row. */
export type Feeds = Readonly<Record<string, Float32Array>>;

/** Numbers of outputs of one run, by name, row by row; truth values come as 0 and 1. */
export type Fetches = Readonly<Record<string, Float32Array>>;

/** Numbers of variables, by name, row by row. */
export type State = Readonly<Record<string, Float32Array>>;

/** A compiled program, loaded on a device, with its variables. Runs of one session never overlap. */
export interface Session {
  readonly program: Compiled;
  /**
   * Runs the program once per entry, in order; each run starts from the variables that the one before left.
   * Many entries in one call are faster than many calls. The numbers do not depend on how runs are grouped.
   * @throws UsageError if a feed is missing, unknown or of the wrong length
   */
  run(steps: readonly Feeds[]): Promise<Fetches[]>;
  /**
   * Arrays to fill and to give to the next call, in this order: what is written there need not be copied. A call may be given others
   * instead. They are the same ones again and again, so what was in them is lost.
   */
  places(runs: number): readonly Feeds[];
  /** The variables' present values. The caller may keep them: later runs do not change them. */
  read(): Promise<State>;
  /** Sets variables. Those not named keep their values. The session may hold on to the arrays, so the caller must not change them after. */
  write(values: State): Promise<void>;
  /** Frees what the device holds. A second call does nothing. */
  dispose(): Promise<void>;
}

/** How a session is opened. */
export interface SessionOptions {
  /** Threads for one op; default: all cores, at most 8. Part of what makes two runs equal to the last bit. */
  readonly threads?: number;
  /** Seed for the variables' initial values (default 0). */
  readonly seed?: number;
}

/** A place where programs run. */
export interface Runtime {
  /** "cpu", as in `--device cpu`. */
  readonly device: string;
  readonly description: string;
  /** What programs are best compiled for (see `CompileOptions.target`); any runtime, if absent. */
  readonly target?: () => Promise<Target>;
  open(program: Compiled, options?: SessionOptions): Promise<Session>;
}
