import type { NamedFigure } from "../probes/probe.ts";
import type { Subject } from "../probes/subject.ts";
import type { OpenedRun } from "../recipes/run.ts";
import type { WantedRun } from "../recipes/run-store.ts";

/** A run of an experiment that has ended. */
export interface TrainedRun {
  readonly wanted: WantedRun;
  readonly run: OpenedRun;
  /** Opens its model and data, for probes. */
  readonly open: () => Promise<Subject>;
}

/** A named size of an experiment: which runs, and how they are asked. */
export interface ExperimentPreset<O> {
  /** What was shrunk against the paper, and why that still shows the effect. */
  readonly note: string;
  readonly runs: readonly WantedRun[];
  readonly options: O;
}

/** A statement of the paper beside what was found here. */
export interface Finding {
  /** What is looked at: "share of active latents". */
  readonly what: string;
  /** What the paper says of it. */
  readonly paper: string;
  /** What came out here, with its spread and the number of seeds. */
  readonly ours: string;
  /** Whether the paper's effect appears; "measured" where the paper makes no statement. */
  readonly verdict: "shown" | "partly" | "not shown" | "measured";
}

/** What an experiment brings. */
export interface Outcome {
  readonly findings: readonly Finding[];
  /** Everything measured, as plain JSON. */
  readonly numbers: Readonly<Record<string, unknown>>;
  readonly figures: readonly NamedFigure[];
}

/** What an experiment may use while it runs. */
export interface ExperimentTools {
  /** Hears which part of the work is done, from 0 to 1. */
  readonly progress: (part: number) => void;
}

/** A table or figure of a paper: the runs it looks at, how they are asked, what the paper found. */
export interface Experiment<O = unknown> {
  /** "concept/trajectory": the paper's group and the experiment's own name. */
  readonly id: string;
  readonly title: string;
  readonly source: { readonly paper: string; readonly part: string };
  /** A paragraph: what is asked, and how. */
  readonly about: string;
  /** `paper`: the paper's sizes, exactly. `quick`: the same effect in minutes. `smoke`: for tests. */
  readonly presets: Readonly<Record<"paper" | "quick" | "smoke", ExperimentPreset<O>>>;
  readonly measure: (runs: readonly TrainedRun[], options: O, tools: ExperimentTools) => Promise<Outcome>;
}

/** Ties the parts of an experiment together, so that the compiler checks them against each other. */
export function experiment<O>(definition: Experiment<O>): Experiment {
  return definition as unknown as Experiment;
}
