import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { writeFileAtomic } from "../base/files.ts";
import { findProbe, probes } from "../probes/index.ts";
import { lacks, type Subject } from "../probes/subject.ts";
import { parseConfig } from "../recipes/config.ts";
import { type OpenedRun, openRun, type RunContext } from "../recipes/run.ts";
import { type FigureFileOptions, writeFigureFile } from "./figure-file.ts";
import { compactJson, type FigureFile, rounded } from "./results.ts";
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

/** What `<run>/probes/<probe>.json` holds. */
export interface ProbeRecord {
  readonly run: string;
  /** The run that judged, if one was asked. */
  readonly judge?: string;
  readonly probe: string;
  readonly seed: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly result: unknown;
  /** What a terminal showed. */
  readonly text: string;
  /** Their files lie beside the record. */
  readonly figures: readonly FigureFile[];
}

/** What a probe needs from outside. */
export interface ProbeContext extends RunContext, FigureFileOptions {
  /** Of the probe's draws; the run's unless given. */
  readonly seed?: number;
  /** The folder of a classifier's run, for probes that have images judged. */
  readonly judge?: string;
  readonly progress?: (part: number) => void;
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
  context: ProbeContext,
): Promise<ProbedRun> {
  const definition = findProbe(probe);
  const defaults = definition.options.parse({}) as Record<string, unknown>;
  const wanted = parseConfig(definition.options, { ...defaults, ...options }, `options of ${probe}`, defaults);
  const run = openRun(folder);
  const { seed = run.record.seed, progress, judge } = context;
  const subject = { ...(await openSubject(run, context)), seed, ...(progress && { progress }) };
  const result = await definition.measure(subject, wanted);
  const text = definition.text(result, wanted);
  const files: string[] = [];
  if (out !== undefined) {
    mkdirSync(out, { recursive: true });
    const figures: FigureFile[] = [];
    for (const { name, image, alt, caption } of await definition.figures(subject, wanted, result)) {
      const written = await writeFigureFile(join(out, `${probe}-${name}`), image, context);
      figures.push({ file: basename(written[0]), alt, caption });
      files.push(...written);
    }
    const record: ProbeRecord = {
      run: folder,
      judge,
      probe,
      seed,
      options: wanted,
      result: rounded(result),
      text,
      figures,
    };
    const path = join(out, `${probe}.json`);
    writeFileAtomic(path, `${compactJson(record)}\n`);
    files.unshift(path);
  }
  return { run: folder, probe, options: wanted, result, text, files };
}

/** For every probe, what keeps a run from answering it, if anything does. */
export async function probesOf(
  folder: string,
  context: ProbeContext,
): Promise<{ readonly probe: string; readonly title: string; readonly lacks: string | null }[]> {
  const subject = await openSubject(openRun(folder), context);
  return probes.map(({ id, title, needs }) => ({ probe: id, title, lacks: lacks(subject, needs) ?? null }));
}

/** A run as probes want it, with its judge if there is one. */
async function openSubject(run: OpenedRun, context: ProbeContext): Promise<Subject> {
  const open = subjectOpener(context);
  const subject = await open(run);
  return context.judge === undefined ? subject : { ...subject, judge: await open(openRun(context.judge)) };
}
