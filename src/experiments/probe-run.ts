import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../base/files.ts";
import { encodePng } from "../figures/png.ts";
import { findProbe, probes } from "../probes/index.ts";
import type { NamedFigure } from "../probes/probe.ts";
import { lacks } from "../probes/subject.ts";
import { parseConfig } from "../recipes/config.ts";
import { openRun, type RunContext } from "../recipes/run.ts";
import { compactJson, rounded } from "./results.ts";
import { subjectOpener } from "./subject-of.ts";

/** What a probe found in a run. */
export interface ProbedRun {
  readonly run: string;
  readonly probe: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly result: unknown;
  /** What a terminal shows. */
  readonly text: string;
  /** Files written: the result as JSON, and figures. */
  readonly files: readonly string[];
}

/**
 * Puts a probe to a run.
 * @param options by name; those left out have their defaults
 * @param out     where the result and figures go; nowhere if undefined
 * @throws UsageError for an unknown probe or option, or a run that cannot answer it
 */
export async function probeRun(
  folder: string,
  probe: string,
  options: Readonly<Record<string, unknown>>,
  out: string | undefined,
  context: RunContext & { readonly seed?: number; readonly progress?: (part: number) => void },
): Promise<ProbedRun> {
  const definition = findProbe(probe);
  const defaults = definition.options.parse({}) as Record<string, unknown>;
  const wanted = parseConfig(definition.options, { ...defaults, ...options }, `options of ${probe}`, defaults);
  const run = openRun(folder);
  const { seed = run.record.seed, progress } = context;
  const subject = { ...(await subjectOpener(context)(run)), seed, ...(progress && { progress }) };
  const result = await definition.measure(subject, wanted);
  const files: string[] = [];
  if (out !== undefined) {
    mkdirSync(out, { recursive: true });
    const path = join(out, `${probe}.json`);
    writeFileAtomic(path, `${compactJson({ run: folder, probe, seed, options: wanted, result: rounded(result) })}\n`);
    files.push(path);
    for (const figure of await definition.figures(subject, wanted, result)) {
      files.push(writeFigureFile(join(out, `${probe}-${figure.name}`), figure));
    }
  }
  return { run: folder, probe, options: wanted, result, text: definition.text(result, wanted), files };
}

/** Writes a figure, with the ending that its kind has. @param path without ending @returns the file's path */
export function writeFigureFile(path: string, { image }: Pick<NamedFigure, "image">): string {
  const [ending, bytes] =
    "svg" in image
      ? (["svg", image.svg] as const)
      : "gif" in image
        ? (["gif", image.gif] as const)
        : (["png", "png" in image ? image.png : encodePng(image.picture)] as const);
  writeFileAtomic(`${path}.${ending}`, bytes);
  return `${path}.${ending}`;
}

/** For every probe, what keeps a run from answering it, if anything does. */
export async function probesOf(
  folder: string,
  context: RunContext,
): Promise<{ readonly probe: string; readonly title: string; readonly lacks: string | null }[]> {
  const subject = await subjectOpener(context)(openRun(folder));
  return probes.map(({ id, title, needs }) => ({ probe: id, title, lacks: lacks(subject, needs) ?? null }));
}
