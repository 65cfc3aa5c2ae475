import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What trying a device out showed: billions of operations per second in products of `size` × `size` matrices, or why it did not work. */
export type ProbeReport = { readonly rate: number; readonly size: number } | { readonly problem: string };

/** Tries a device out in a process of its own, and waits for it at most `seconds`. */
export function probeInProcess(device: string, seconds: number): Promise<ProbeReport> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const child = fork(fileURLToPath(new URL(`./probe.${extension}`, import.meta.url)), [device], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    timeout: seconds * 1000,
    killSignal: "SIGKILL",
  });
  let warnings = "";
  child.stderr!.on("data", (text) => void (warnings += text));
  return new Promise((resolve) => {
    let report: ProbeReport | undefined;
    child.on("message", (message: ProbeReport) => void (report = message));
    child.on("error", (error) => resolve({ problem: error.message }));
    child.on("close", (code, signal) => {
      const ended = signal === "SIGKILL" ? `no answer in ${seconds} s` : `the process ended with ${signal ?? code}`;
      // The GPU's layers write why they found no driver to standard error alone.
      const why = /Couldn't load [^\n]*/.exec(warnings)?.[0];
      if (!report) resolve({ problem: ended });
      else if ("problem" in report && why) resolve({ problem: `${report.problem} (${why})` });
      else resolve(report);
    });
  });
}
