import { type Command, InvalidArgumentError, Option } from "commander";
import {
  choose,
  cpu,
  defaultDataDir,
  defaultThreads,
  type OpenOptions,
  type RunContext,
  type Runtime,
  webgpu,
} from "../../src/node.ts";
import { bytes, note } from "./output.ts";

/** Options that several commands share, spelled once. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly dataDir?: string;
  readonly cacheDir?: string;
  readonly download: boolean;
  readonly device: string;
  readonly threads: number;
}

/** Where programs can run, by name. */
const runtimes: Readonly<Record<string, Runtime>> = { cpu, webgpu };

/** @throws UsageError for a device that there is not */
export function runtimeFor(device: string): Runtime {
  return choose("--device", device, runtimes, "`helmholtz doctor` shows what this machine offers");
}

export function withJson(command: Command): Command {
  return command.option("--json", "print results as one JSON object on one line");
}

export function withData(command: Command): Command {
  return command
    .option("--data-dir <folder>", "read data sets from here (default: $HELMHOLTZ_DATA)")
    .option("--cache-dir <folder>", "keep downloads here (default: the user's cache)")
    .option("--no-download", "never download data");
}

export function withDevice(command: Command): Command {
  return command
    .option("--device <name>", `where to compute: ${Object.keys(runtimes).join(" or ")}`, "cpu")
    .addOption(
      new Option("--threads <n>", "threads for one operation")
        .argParser(positiveInteger)
        .default(defaultThreads(), "all cores, at most 8"),
    );
}

/** What the library needs, from flags and HELMHOLTZ_DATA. */
export function contextFrom(options: CommonOptions): RunContext {
  return { runtime: runtimeFor(options.device), threads: options.threads, data: dataFrom(options), notice: note };
}

export function dataFrom(options: Pick<CommonOptions, "dataDir" | "cacheDir" | "download">): OpenOptions {
  let last = 0;
  return {
    dataDir: options.dataDir ?? defaultDataDir(),
    cacheDir: options.cacheDir,
    download: options.download,
    progress: ({ file, received, total }) => {
      const done = received === total;
      if (!process.stderr.isTTY || (!done && performance.now() - last < 100)) return;
      last = performance.now();
      process.stderr.write(
        `\r\x1b[2K${file}  ${bytes(received)}${total ? ` of ${bytes(total)}` : ""}${done ? "\n" : ""}`,
      );
    },
  };
}

/** A whole number of at least 1, from a flag. */
export function positiveInteger(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new InvalidArgumentError("expected a whole number, 1 or more.");
  return n;
}

/** A whole number of at least 0, from a flag. */
export function wholeNumber(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 0) throw new InvalidArgumentError("expected a whole number, 0 or more.");
  return n;
}

/** Collects a flag that may be given several times. */
export function collect(text: string, before: string[]): string[] {
  return [...before, text];
}
