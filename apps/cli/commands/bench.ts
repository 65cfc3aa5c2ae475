import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { alternate, spread, startSide } from "../../../bench/alternate.ts";
import { type BenchCase, benchCases } from "../../../bench/cases.ts";
import { findPyTorch } from "../../../bench/python.ts";
import { choose, defaultThreads, machine, UsageError, versions, writeFileAtomic } from "../../../src/node.ts";
import { positiveInteger, withJson } from "../options.ts";
import { emit, note, table } from "../output.ts";

interface BenchOptions {
  readonly only?: string;
  readonly against?: string;
  readonly python?: string;
  readonly rounds: number;
  readonly threads: number;
  readonly out?: string;
  readonly json?: boolean;
}

export function benchCommand(): Command {
  const command = new Command("bench")
    .description("Time training steps, alone or in turn with PyTorch on the same cores.")
    .option("--only <case>", `one case: ${benchCases.map((c) => c.name).join(", ")}`)
    .option("--against <peer>", "measure in turn with a peer: pytorch")
    .option("--python <path>", "the Python with PyTorch (default: $HELMHOLTZ_PYTHON or python3)")
    .option("--rounds <n>", "how often each side gets its turn", positiveInteger, 12)
    .option("--threads <n>", "threads for both sides", positiveInteger, defaultThreads())
    .option("--out <file>", "write the result with a description of the machine as JSON");
  withJson(command).addHelpText(
    "after",
    `
A ratio below 1 means that Helmholtz is faster. Each side runs in its own process; turns alternate (A B A B …) because
shared machines change speed; the ratio is the median over turns.

Examples:
  helmholtz bench
  helmholtz bench --only vae --against pytorch --json`,
  );
  return command.action(async (options: BenchOptions) => {
    const cases = options.only ? [findCase(options.only)] : benchCases;
    if (options.against !== undefined && options.against !== "pytorch") {
      throw new UsageError({
        where: "--against",
        expected: "pytorch",
        got: `"${options.against}"`,
        fix: "leave it out to time Helmholtz alone",
      });
    }
    const python = options.against ? await pytorch(options.python) : undefined;
    const results: BenchResult[] = [];
    for (const c of cases) results.push(await measure(c, python, options));
    const result = {
      cases: results,
      threads: options.threads,
      machine: machine(),
      versions: versions(),
      date: new Date().toISOString(),
    };
    if (options.out) writeFileAtomic(options.out, `${JSON.stringify(result, undefined, 2)}\n`);
    emit(options.json ?? false, result, () =>
      table([
        ["case", "helmholtz ms/step", "pytorch ms/step", "ratio (range)", "peak memory MiB"],
        ...results.map((r) => [
          r.name,
          r.helmholtz.median.toFixed(2),
          r.pytorch?.median.toFixed(2) ?? "-",
          r.ratio === undefined
            ? "-"
            : `${r.ratio.toFixed(3)} (${r.ratioRange![0].toFixed(3)}–${r.ratioRange![1].toFixed(3)})`,
          `${r.memory.helmholtz ?? "?"}${r.pytorch ? ` / ${r.memory.pytorch ?? "?"}` : ""}`,
        ]),
      ]),
    );
  });
}

async function measure(
  c: BenchCase,
  python: string | undefined,
  { rounds, threads }: BenchOptions,
): Promise<BenchResult> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = fileURLToPath(new URL(`../../../bench/worker.${extension}`, import.meta.url));
  const ours = await startSide(process.execPath, [worker, c.name, String(threads)]);
  const theirs = python
    ? await startSide(python, [pythonFile(c.pytorch[0]), String(threads), ...c.pytorch.slice(1)])
    : undefined;
  try {
    const watch = (round: number): void =>
      void (
        process.stderr.isTTY &&
        process.stderr.write(`\r\x1b[2K${c.name}: turn ${round} of ${rounds}${round === rounds ? "\n" : ""}`)
      );
    if (!theirs) {
      const times = [];
      for (let round = 1; round <= rounds; round++) {
        times.push(await ours.measure(c.steps));
        watch(round);
      }
      return {
        name: c.name,
        about: c.about,
        rounds,
        steps: c.steps,
        helmholtz: spread(times),
        memory: { helmholtz: await ours.peakMemory() },
        versions: { onnxruntime: ours.version },
      };
    }
    const times = await alternate(ours, theirs, { rounds, steps: c.steps }, watch);
    const ratio = spread(times.map(([a, b]) => a / b));
    return {
      name: c.name,
      about: c.about,
      rounds,
      steps: c.steps,
      ratio: ratio.median,
      ratioRange: [ratio.min, ratio.max] as const,
      helmholtz: spread(times.map(([a]) => a)),
      pytorch: spread(times.map(([, b]) => b)),
      memory: { helmholtz: await ours.peakMemory(), pytorch: await theirs.peakMemory() },
      versions: { onnxruntime: ours.version, pytorch: theirs.version },
    };
  } finally {
    ours.close();
    theirs?.close();
  }
}

/** What was measured for one case: milliseconds a step, MiB, and their ratio over turns. */
interface BenchResult {
  readonly name: string;
  readonly about: string;
  readonly rounds: number;
  readonly steps: number;
  readonly ratio?: number;
  readonly ratioRange?: readonly [number, number];
  readonly helmholtz: Spread;
  readonly pytorch?: Spread;
  readonly memory: { readonly helmholtz?: number; readonly pytorch?: number };
  readonly versions: Readonly<Record<string, string>>;
}

type Spread = ReturnType<typeof spread>;

/** The Python side lies in the package's bench folder, beside the sources, not in the build. */
function pythonFile(name: string): string {
  const built = import.meta.url.includes("/dist/apps/");
  return fileURLToPath(new URL(`${built ? "../../../../" : "../../../"}bench/pytorch/${name}`, import.meta.url));
}

async function pytorch(given: string | undefined): Promise<string> {
  const found = await findPyTorch(given);
  if ("python" in found) {
    note(`against PyTorch ${found.version} (${found.python})`);
    return found.python;
  }
  throw new UsageError({
    where: "--against pytorch",
    expected: "a Python with PyTorch",
    got: found.reason,
    fix: "give one with --python or HELMHOLTZ_PYTHON, or leave --against out to time Helmholtz alone",
  });
}

function findCase(name: string): BenchCase {
  return choose("--only", name, Object.fromEntries(benchCases.map((c) => [c.name, c])));
}
