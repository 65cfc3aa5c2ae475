import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FileError, type Problem, RunError, type RunRecord, type TrainingEvent, UsageError } from "../../src/node.ts";
import { EXIT } from "./output.ts";

/** What the training process is told. */
export interface TrainingOrder {
  readonly folder: string;
  readonly device: string;
  readonly threads: number;
  readonly dataDir: string | undefined;
  readonly cacheDir: string | undefined;
}

/** What it tells. */
export type TrainingReport =
  | { readonly kind: "event"; readonly event: TrainingEvent }
  | { readonly kind: "done"; readonly record: RunRecord }
  | { readonly kind: "error"; readonly type: string; readonly problem: Problem }
  | { readonly kind: "defect"; readonly stack: string };

/**
 * Trains in a process of its own, because a running graph blocks its process: this one stays free to draw, and to hear Ctrl-C.
 * The first Ctrl-C asks for a checkpoint and an end, the second one ends at once (and costs the work since the last checkpoint).
 */
export function trainInProcess(
  order: TrainingOrder,
  watch: (event: TrainingEvent) => void,
  notice: (s: string) => void,
): Promise<RunRecord> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const child = fork(fileURLToPath(new URL(`./training-child.${extension}`, import.meta.url)), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const forget = stopOnSignals(child, notice);
  return new Promise<RunRecord>((resolve, reject) => {
    let settled = false;
    child.on("message", (report: TrainingReport) => {
      if (report.kind === "event") return watch(report.event);
      settled = true;
      if (report.kind === "done") resolve(report.record);
      else if (report.kind === "error") reject(revive(report.type, report.problem));
      else reject(new Error(report.stack));
    });
    child.on("exit", (code, signal) => {
      forget();
      if (settled) return;
      reject(
        new RunError({
          where: `training of ${order.folder}`,
          expected: "a process that comes to its end",
          got: signal ? `one ended by ${signal}` : `one that exited with ${code}`,
          fix: `continue with \`helmholtz train --resume ${order.folder}\`; if it was SIGKILL, the machine may be short of memory`,
        }),
      );
    });
    child.send(order);
  });
}

const children = new Set<ChildProcess>();
const interruption = new AbortController();

/** Aborted at the first Ctrl-C: nothing further shall be begun. */
export const interrupted: AbortSignal = interruption.signal;

/** Passes signals on to all trainings that run. @returns what to call when this one has ended */
function stopOnSignals(child: ChildProcess, notice: (s: string) => void): () => void {
  const stop = (): void => {
    if (interrupted.aborted) {
      for (const each of children) each.kill("SIGKILL");
      notice("stopped at once; the last checkpoint is whole");
      process.exit(EXIT.interrupted);
    }
    interruption.abort();
    notice("\nstopping after a checkpoint (once more: stop at once) …");
    for (const each of children) if (each.connected) each.send("stop");
  };
  if (children.size === 0) {
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    stopListening = () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    };
  }
  children.add(child);
  return () => {
    children.delete(child);
    if (children.size === 0) stopListening();
  };
}

let stopListening = (): void => {};

/** An error that crossed the border between processes, as what it was. */
function revive(type: string, problem: Problem): Error {
  if (type === "UsageError") return new UsageError(problem);
  if (type === "FileError") return new FileError(problem);
  return new RunError(problem);
}
