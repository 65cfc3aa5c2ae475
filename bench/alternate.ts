import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { RunError } from "../src/node.ts";

/** One side of a comparison: a process that answers a number of steps with milliseconds a step. */
export interface Side {
  readonly version: string;
  measure(steps: number): Promise<number>;
  /** The answer to another question, on one line. Only our own side knows any. */
  ask(question: string): Promise<string>;
  /** Highest resident memory so far, MiB, where the system tells. */
  peakMemory(): Promise<number | undefined>;
  close(): void;
}

/** Starts a side and waits until it says it is ready. @throws RunError with the end of what it printed, if it fails then or later */
export async function startSide(command: string, args: readonly string[]): Promise<Side> {
  const child: ChildProcess = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaints = "";
  child.stderr!.on("data", (data: Buffer) => {
    complaints = (complaints + data.toString()).slice(-2000);
  });
  child.stdin!.on("error", () => {}); // it ended; its silence is what is reported
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = (await lines.next()) as IteratorResult<string>;
    if (!done) return value;
    throw new RunError({
      where: [command, ...args].map((a) => basename(a)).join(" "),
      expected: "a side of the benchmark that answers",
      got: complaints.trim() || "its end",
      fix: "run it by hand to see more",
    });
  };
  const ask = (question: string): Promise<string> => {
    child.stdin!.write(`${question}\n`);
    return next();
  };
  const version = (await next()).replace(/^ready /, "");
  return {
    version,
    ask,
    measure: async (steps) => Number(await ask(String(steps))),
    async peakMemory() {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
      const kib = /VmHWM:\s+(\d+)/.exec(status)?.[1];
      return kib ? Math.round(Number(kib) / 1024) : undefined;
    },
    close: () => void child.kill(),
  };
}

/** How long a turn should last, milliseconds: long beside a clock's and a scheduler's grain, short beside a machine's changes of speed. */
const TURN = 750;

/** The number of steps whose turns last as wished on the slower side. */
export async function stepsPerTurn(sides: readonly Side[]): Promise<number> {
  const times: number[] = [];
  for (const side of sides) {
    const first = await side.measure(1);
    times.push(await side.measure(Math.max(1, Math.round(TURN / 3 / first))));
  }
  return Math.max(1, Math.round(TURN / Math.max(...times)));
}

/**
 * Measures sides in turn, A B A B …, with a pause so that neither's waiting threads disturb the other.
 * @returns one row a round: the milliseconds a step of each side
 */
export async function alternate(
  sides: readonly Side[],
  { rounds, steps }: { rounds: number; steps: number },
  watch: (round: number) => void,
): Promise<number[][]> {
  const times: number[][] = [];
  for (let round = 0; round < rounds; round++) {
    const row: number[] = [];
    for (const side of sides) {
      if (sides.length > 1) await new Promise((resolve) => setTimeout(resolve, 250));
      row.push(await side.measure(steps));
    }
    times.push(row);
    watch(round + 1);
  }
  return times;
}
