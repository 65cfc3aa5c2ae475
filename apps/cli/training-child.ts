/** The process that trains: takes one order, reports what happens, ends. Started by training-process.ts. */
import { continueRun, HelmholtzError } from "../../src/node.ts";
import { runtimeFor } from "./options.ts";
import type { TrainingOrder, TrainingReport } from "./training-process.ts";

const abort = new AbortController();
const report = (r: TrainingReport): void => {
  // The callback takes the error of a parent that has just died, which would otherwise end this process before it could save.
  if (process.connected) process.send?.(r, undefined, undefined, () => {});
};

// The terminal sends Ctrl-C to both processes; only the parent decides what it means.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => abort.abort());
process.on("disconnect", () => abort.abort());
process.on("message", (message: TrainingOrder | "stop") => {
  if (message === "stop") abort.abort();
  else void train(message);
});

async function train(order: TrainingOrder): Promise<void> {
  try {
    const record = await continueRun(order.folder, {
      runtime: runtimeFor(order.device),
      threads: order.threads,
      data: { dataDir: order.dataDir, cacheDir: order.cacheDir, download: false },
      signal: abort.signal,
      watch: (event) => report({ kind: "event", event }),
    });
    report({ kind: "done", record });
  } catch (error) {
    if (error instanceof HelmholtzError) report({ kind: "error", type: error.name, problem: error.problem });
    else report({ kind: "defect", stack: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  } finally {
    if (process.connected) process.disconnect();
  }
}
