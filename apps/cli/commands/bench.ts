import os from "node:os";
import { Command, Option } from "commander";
import { benchCases } from "../../../bench/cases/index.ts";
import { type BenchResult, measureCase } from "../../../bench/measure.ts";
import { findPyTorch } from "../../../bench/python.ts";
import { geometricMean } from "../../../bench/statistics.ts";
import type { BenchCase } from "../../../bench/workload.ts";
import { choose, compile, defaultThreads, machine, UsageError, versions, writeFileAtomic } from "../../../src/node.ts";
import { collect, positiveInteger, runtimeFor, withJson } from "../options.ts";
import { bytes, duration, emit, note, table } from "../output.ts";

interface BenchOptions {
  readonly only: readonly string[];
  readonly list?: boolean;
  readonly against?: string;
  readonly python?: string;
  readonly rounds: number;
  readonly threads: number;
  readonly device: string;
  readonly without: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

export function benchCommand(): Command {
  const command = new Command("bench")
    .description("Time training steps, alone or in turn with PyTorch on the same cores.")
    .option("--list", "list the cases and end")
    .addOption(repeated("--only <case>", "a case to measure; may be repeated").default([], "all"))
    .option("--against <peer>", "measure in turn with a peer: pytorch")
    .option("--python <path>", "the Python with PyTorch (default: $HELMHOLTZ_PYTHON or python3)")
    .option("--rounds <n>", "how often each side gets its turn", positiveInteger, 12)
    .option("--threads <n>", "threads for both sides", positiveInteger, defaultThreads())
    .option("--device <device>", "where we compute: cpu, or webgpu, beside which PyTorch computes with CUDA", "cpu")
    .addOption(repeated("--without <pass>", "leave a pass of the compiler out; may be repeated").default([], "none"))
    .option("--out <file>", "write the results so far, with a description of the machine, as JSON after every case");
  withJson(command).addHelpText(
    "after",
    `
A ratio below 1 means that Helmholtz is faster. Each side runs in its own process; turns of about 0.75 s alternate
(A B A B …) because shared machines change speed; the ratio is the median over turns. Compiling is timed apart: to build
and differentiate the graph, and to write it as ONNX and load it.

Examples:
  helmholtz bench --list
  helmholtz bench --only vae --only gru --against pytorch
  helmholtz bench --against pytorch --out bench/results/${today()}-cpu.json
  helmholtz bench --device webgpu --against pytorch --python <python with CUDA>
  helmholtz bench --only convlstm-16 --without simplify --json`,
  );
  return command.action(async (options: BenchOptions) => {
    const cases = options.only.length > 0 ? options.only.map(findCase) : benchCases;
    if (options.list) return list(cases, options.json ?? false);
    checkPasses(options.without);
    runtimeFor(options.device);
    const python = await peer(options);
    const load = os.loadavg()[0];
    if (load > BUSY) note(`the machine is busy (load ${load.toFixed(1)}): times and ratios will mean little`);
    const results: BenchResult[] = [];
    const progress = showProgress(cases.length, options.rounds);
    for (const c of cases) {
      progress.begin(c.name);
      results.push(await measureCase(c, { ...options, python }, progress.turn));
      progress.end(results[results.length - 1]);
      if (options.out)
        writeFileAtomic(options.out, `${JSON.stringify(report(results, load, options), undefined, 2)}\n`);
    }
    emit(options.json ?? false, report(results, load, options), () => tableOf(results));
    if (!options.out && !options.json && python) {
      note(`to keep such a result, give --out bench/results/${today()}-cpu.json`);
    }
  });
}

/** Load, in processes that want a core, above which other work disturbs: threads that wait for each other wait for it too. */
const BUSY = 0.5;

/** What is printed and kept. */
function report(results: readonly BenchResult[], load: number, { threads, device, without }: BenchOptions) {
  const ratio = geometricMean(ratiosOf(results));
  return {
    cases: results,
    ...(ratio !== undefined && { geometricMean: ratio }),
    threads,
    device,
    without,
    load,
    machine: machine(),
    versions: versions(),
    date: new Date().toISOString(),
  };
}

function tableOf(results: readonly BenchResult[]): string {
  const compared = ratiosOf(results);
  const rows = results.map((r) => [
    r.name,
    r.helmholtz.median.toFixed(2),
    r.pytorch?.median.toFixed(2) ?? "-",
    r.ratio === undefined
      ? "-"
      : `${r.ratio.toFixed(3)} (${r.ratioRange![0].toFixed(3)}–${r.ratioRange![1].toFixed(3)})`,
    `${r.compilation.buildSeconds.toFixed(2)} + ${r.compilation.loadSeconds.toFixed(2)}`,
    String(r.compilation.nodes),
    bytes(r.compilation.bytes),
    `${r.memory.helmholtz ?? "?"}${r.pytorch ? ` / ${r.memory.pytorch ?? "?"}` : ""}`,
  ]);
  const heads = [
    "case",
    "helmholtz ms",
    "pytorch ms",
    "ratio (range)",
    "build + load s",
    "nodes",
    "ONNX",
    "memory MiB",
  ];
  const foot = ["geometric mean", "", "", geometricMean(compared)?.toFixed(3) ?? "-", "", "", "", ""];
  return table([heads, ...rows, ...(compared.length > 1 ? [foot] : [])]);
}

const ratiosOf = (results: readonly BenchResult[]): number[] => results.flatMap(({ ratio }) => ratio ?? []);

function list(cases: readonly BenchCase[], json: boolean): void {
  const entries = cases.map(({ name, about, pytorch }) => ({ name, about, pytorch: pytorch.join(" ") }));
  emit(json, { cases: entries }, () => table([["case", "a step of"], ...entries.map((c) => [c.name, c.about])]));
}

/** One line that is rewritten on a terminal; elsewhere a line a case. */
function showProgress(cases: number, rounds: number) {
  const { isTTY } = process.stderr;
  const started = performance.now();
  let done = 0;
  let name = "";
  const line = (text: string): void => void (isTTY && process.stderr.write(`\r\x1b[2K${text}`));
  return {
    begin(next: string): void {
      name = next;
      line(`${name} (${done + 1} of ${cases}): starting`);
    },
    turn(round: number): void {
      const part = (done + round / rounds) / cases;
      const left = ((performance.now() - started) / 1000 / part) * (1 - part);
      const when = round > 0 ? `, ${duration(left)} left` : "";
      line(`${name} (${done + 1} of ${cases}): turn ${round} of ${rounds}${when}`);
    },
    end({ helmholtz, pytorch, ratio }: BenchResult): void {
      done++;
      const other = pytorch ? `, PyTorch ${pytorch.median.toFixed(2)} ms, ratio ${ratio!.toFixed(3)}` : "";
      line("");
      note(`${name}: ${helmholtz.median.toFixed(2)} ms a step${other}`);
    },
  };
}

/** The Python to compare with, if one was asked for. */
async function peer({ against, python }: BenchOptions): Promise<string | undefined> {
  if (against === undefined) return undefined;
  if (against !== "pytorch") {
    throw new UsageError({
      where: "--against",
      expected: "pytorch",
      got: `"${against}"`,
      fix: "leave it out to time Helmholtz alone",
    });
  }
  const found = await findPyTorch(python);
  if ("reason" in found) {
    throw new UsageError({
      where: "--against pytorch",
      expected: "a Python with PyTorch",
      got: found.reason,
      fix: "give one with --python or HELMHOLTZ_PYTHON, or leave --against out to time Helmholtz alone",
    });
  }
  note(`against PyTorch ${found.version} (${found.python})`);
  return found.python;
}

/** Refuses unknown passes before any process is started. */
function checkPasses(without: readonly string[]): void {
  compile({ name: "nothing", outputs: {} }, { without });
}

function findCase(name: string): BenchCase {
  return choose("--only", name, Object.fromEntries(benchCases.map((c) => [c.name, c])));
}

const repeated = (flag: string, about: string): Option => new Option(flag, about).argParser(collect);

const today = (): string => new Date().toISOString().slice(0, 10);
