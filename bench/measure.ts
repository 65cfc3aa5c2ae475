import { fileURLToPath } from "node:url";
import { alternate, startSide, stepsPerTurn } from "./alternate.ts";
import { pythonFile } from "./python.ts";
import { type Spread, spread } from "./statistics.ts";
import type { Compilation } from "./subject.ts";
import type { BenchCase } from "./workload.ts";

/** What was measured for one case: milliseconds a step, MiB, and their ratio over turns. */
export interface BenchResult {
  readonly name: string;
  readonly about: string;
  readonly rounds: number;
  /** Steps a turn. */
  readonly steps: number;
  /** Median over turns of our time divided by the other's. */
  readonly ratio?: number;
  readonly ratioRange?: readonly [number, number];
  readonly helmholtz: Spread;
  readonly pytorch?: Spread;
  readonly compilation: Compilation;
  /** Highest resident memory of each process, MiB. */
  readonly memory: { readonly helmholtz?: number; readonly pytorch?: number };
  readonly versions: Readonly<Record<string, string>>;
}

export interface MeasureOptions {
  /** A Python with PyTorch, to measure against it. */
  readonly python?: string;
  readonly rounds: number;
  readonly threads: number;
  /** Where we compute: "cpu" or "webgpu"; PyTorch computes on a GPU (CUDA) beside the latter. */
  readonly device: string;
  /** Passes of the compiler to leave out. */
  readonly without: readonly string[];
}

/** Measures a case in processes of its own. @param watch is told the number of rounds that are done */
export async function measureCase(
  c: BenchCase,
  { python, rounds, threads, device, without }: MeasureOptions,
  watch: (round: number) => void,
): Promise<BenchResult> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = fileURLToPath(new URL(`./worker.${extension}`, import.meta.url));
  const ours = await startSide(process.execPath, [worker, c.name, String(threads), device, ...without]);
  try {
    const [file, ...variant] = c.pytorch;
    const theirs = python
      ? await startSide(python, [
          "-B",
          pythonFile(file),
          String(threads),
          ...variant,
          ...(device === "webgpu" ? ["--cuda"] : []),
        ])
      : undefined;
    try {
      const sides = theirs ? [ours, theirs] : [ours];
      const steps = await stepsPerTurn(sides);
      watch(0);
      const times = await alternate(sides, { rounds, steps }, watch);
      const ratio = spread(times.map(([a, b]) => a / b));
      return {
        name: c.name,
        about: c.about,
        rounds,
        steps,
        ...(theirs && { ratio: ratio.median, ratioRange: [ratio.min, ratio.max] as const }),
        helmholtz: spread(times.map(([a]) => a)),
        ...(theirs && { pytorch: spread(times.map(([, b]) => b)) }),
        compilation: JSON.parse(await ours.ask("compilation")) as Compilation,
        memory: { helmholtz: await ours.peakMemory(), ...(theirs && { pytorch: await theirs.peakMemory() }) },
        versions: { onnxruntime: ours.version, ...(theirs && { pytorch: theirs.version }) },
      };
    } finally {
      theirs?.close();
    }
  } finally {
    ours.close();
  }
}
