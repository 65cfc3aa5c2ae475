import { HelmholtzError, UsageError } from "../../src/node.ts";

/** Exit codes: 0 all went well, 1 the work failed, 2 it was asked wrongly, 130 stopped by Ctrl-C. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Results go to standard output: one JSON object on one line, or text for people. */
export function emit(json: boolean, result: object, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${text()}\n`);
}

/** What is not a result (progress, notices) goes to standard error. */
export function note(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

/** Prints an error as one sentence and gives the exit code. Only defects of Helmholtz show a stack. */
export function explain(error: unknown): number {
  if (error instanceof HelmholtzError) {
    note(`helmholtz: ${error.message}`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
  note(`helmholtz: a defect of Helmholtz, please report it:\n${error instanceof Error ? error.stack : String(error)}`);
  return EXIT.failed;
}

/** Columns padded to line up; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((r) => r[i].length)));
  return rows
    .map((r) =>
      r
        .map((cell, i) => cell.padEnd(widths[i]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** "3 min 20 s" */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** "9.5 MiB" */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  return n < 2 ** 20 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 2 ** 20).toFixed(1)} MiB`;
}
