/**
 * What went wrong, for a person: the place, what was expected there, what was found, and what usually fixes it.
 * The four parts become one sentence; the command line prints that sentence and nothing else.
 */
export interface Problem {
  /** Where: a file, a flag, a config key, an op with its layer path. */
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  /** The usual remedy, as an instruction. */
  readonly fix: string;
}

/** Base of all errors that are the caller's to mend. Anything else that is thrown is a defect of Helmholtz. */
export class HelmholtzError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(`${problem.where}: expected ${problem.expected}, got ${problem.got}; ${problem.fix}.`, options);
    this.name = new.target.name;
    this.problem = problem;
  }
}

/** A wrong argument, flag, config key or name. The command line exits with 2. */
export class UsageError extends HelmholtzError {}

/** Axes that do not fit, found while a graph is built. */
export class ShapeError extends HelmholtzError {}

/** A file that is missing, damaged, of another kind, or cannot be written. */
export class FileError extends HelmholtzError {}

/** A run that cannot go on: a loss that is no longer finite, a device that is missing. */
export class RunError extends HelmholtzError {}

/** For what cannot happen. If it is ever seen, the defect is ours. */
export function internal(message: string): never {
  throw new Error(`internal: ${message}`);
}

/**
 * The candidate nearest to a misspelt word, or undefined when none is near (edit distance above a third of its length).
 * @param word       what was typed
 * @param candidates the words that exist
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const d = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (d < least) [best, least] = [candidate, d];
  }
  return best !== undefined && least <= Math.max(2, Math.floor(best.length / 3)) ? best : undefined;
}

/** Levenshtein's distance: the fewest insertions, deletions and replacements that turn a into b. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
