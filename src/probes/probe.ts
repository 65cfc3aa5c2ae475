import type { z } from "zod";
import type { Figure } from "../figures/page.ts";
import type { Need, Subject } from "./subject.ts";

/** A figure with the name that its file gets, without the ending. */
export interface NamedFigure extends Figure {
  readonly name: string;
}

/** A question put to any trained model that has what it takes. */
export interface Probe<O = Record<string, unknown>, R = unknown> {
  /** "repeated-inference", as on the command line. */
  readonly id: string;
  readonly title: string;
  /** Paper and section. */
  readonly source: string;
  /** A paragraph for `helmholtz list` and `--help`. */
  readonly about: string;
  readonly needs: readonly Need[];
  /** Every option with its default and a description. */
  readonly options: z.ZodObject & z.ZodType<O>;
  /** The numbers, as plain JSON. */
  readonly measure: (subject: Subject, options: O) => Promise<R>;
  readonly figures: (subject: Subject, options: O, result: R) => Promise<readonly NamedFigure[]>;
  /** What a terminal shows. */
  readonly text: (result: R, options: O) => string;
}

/** Ties the parts of a probe together, so that the compiler checks them against each other. */
export function probe<O, R>(definition: Probe<O, R>): Probe<O, R> {
  return definition;
}
