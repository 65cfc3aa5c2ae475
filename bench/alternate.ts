import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** One side of a comparison: a process that answers a number of steps with milliseconds a step. */
export interface Side {
  readonly version: string;
  measure(steps: number): Promise<number>;
  /** Highest resident memory so far, MiB, where the system tells. */
  peakMemory(): Promise<number | undefined>;
  close(): void;
}

/** Starts a side and waits until it says it is ready. @throws Error with the end of what it printed, if it fails */
export async function startSide(command: string, args: readonly string[]): Promise<Side> {
  const child: ChildProcess = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaints = "";
  child.stderr!.on("data", (data: Buffer) => {
    complaints = (complaints + data.toString()).slice(-2000);
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = (await lines.next()) as IteratorResult<string>;
    if (done) throw new Error(`${command} ended: ${complaints.trim()}`);
    return value;
  };
  const version = (await next()).replace(/^ready /, "");
  return {
    version,
    async measure(steps) {
      child.stdin!.write(`${steps}\n`);
      return Number(await next());
    },
    async peakMemory() {
      const { readFile } = await import("node:fs/promises");
      const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
      const kib = /VmHWM:\s+(\d+)/.exec(status)?.[1];
      return kib ? Math.round(Number(kib) / 1024) : undefined;
    },
    close: () => void child.kill(),
  };
}

/** Measures two sides in turn, A B A B …, with a pause so that neither's waiting threads disturb the other. */
export async function alternate(
  a: Side,
  b: Side,
  { rounds, steps }: { rounds: number; steps: number },
  watch: (round: number) => void,
) {
  const times: [number, number][] = [];
  for (let round = 0; round < rounds; round++) {
    const pause = () => new Promise((resolve) => setTimeout(resolve, 250));
    await pause();
    const ta = await a.measure(steps);
    await pause();
    times.push([ta, await b.measure(steps)]);
    watch(round + 1);
  }
  return times;
}

/** Minimum, median and maximum. */
export function spread(values: readonly number[]): { min: number; median: number; max: number } {
  const s = [...values].sort((x, y) => x - y);
  const middle = s.length >> 1;
  return { min: s[0], median: s.length % 2 ? s[middle] : (s[middle - 1] + s[middle]) / 2, max: s[s.length - 1] };
}
