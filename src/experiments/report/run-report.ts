import { join } from "node:path";
import { type Inference, openInference } from "../../analyses/inference.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { page } from "../../figures/page.ts";
import { openRun, type RunContext } from "../../recipes/run.ts";
import { writeFigureFile } from "../figure-file.ts";
import { subjectOpener } from "../subject-of.ts";
import { cleaning } from "./cleaning.ts";
import { confusion } from "./confusion.ts";
import { facts, introduction, madeFrom } from "./facts.ts";
import { latentMap } from "./latent-map.ts";
import { learning } from "./learning.ts";
import { canDraw, type Drawn, type ReportPart, type ReportSource } from "./part.ts";
import { probeParts } from "./probes.ts";
import { reconstructions } from "./reconstructions.ts";
import { repeatedInferencePart } from "./repeated-inference.ts";
import { samples } from "./samples.ts";

export interface RunReportOptions {
  /** The page's file (default: index.html in the run folder, and its figures as files in figures/ beside it). */
  readonly out?: string;
  /** Leave out what takes long: repeated inference is shown on four images, and probes are not. */
  readonly quick?: boolean;
  /** Hears which part of the work is done, from 0 to 1. */
  readonly progress?: (part: number) => void;
}

const first: readonly ReportPart[] = [introduction, facts, learning, reconstructions, samples, latentMap];

/** Commands to go on with. */
const onward: ReportPart = {
  needs: [],
  async draw({ run: { folder, record, model } }) {
    const code = [
      `npx helmholtz eval ${folder}`,
      ...(model.generate && model.prior ? [`npx helmholtz generate ${folder} --count 100`] : []),
      `npx helmholtz probe ${folder}`,
      `npx helmholtz export ${folder}`,
      ...(record.preset === "paper" ? [] : [`npx helmholtz train ${record.recipe} --preset paper --out runs/paper`]),
    ].join("\n");
    return { sections: [{ kind: "code", heading: "Go on from here", code }] };
  },
};

/**
 * Draws what a run has learned, as far as its model can be asked: learning curves, reconstructions, samples, a map of the latents,
 * repeated inference, confusions, and the probes that were put to it. One page that needs nothing beside it.
 * @returns the page's path
 * @throws FileError if the run has no parameters, or its data cannot be had
 */
export async function runReport(
  folder: string,
  context: RunContext,
  { out, quick = false, progress }: RunReportOptions = {},
): Promise<string> {
  const run = openRun(folder);
  const subject = await subjectOpener(context)(run);
  let opened: Promise<Inference> | undefined;
  const inference = (): Promise<Inference> =>
    (opened ??= openInference(run.model, subject.parameters, subject.runtime, subject.options));
  const source: ReportSource = { run, subject, inference };
  const rest = quick ? [cleaning, confusion] : [repeatedInferencePart, confusion, probeParts, madeFrom];
  const parts = [...first, ...rest, onward].filter((part) => canDraw(part, source));
  const drawn: Drawn[] = [];
  try {
    for (const [i, part] of parts.entries()) {
      progress?.(i / parts.length);
      const one = await part.draw(source);
      if (one) drawn.push(one);
    }
  } finally {
    await (await opened)?.dispose();
  }
  if (out === undefined) {
    for (const { name, image } of drawn.flatMap(({ figures = [] }) => figures)) {
      await writeFigureFile(join(folder, "figures", name), image);
    }
  }
  const path = out ?? join(folder, "index.html");
  const { recipe, record } = run;
  const sections = drawn.flatMap((part) => part.sections);
  writeFileAtomic(path, page({ title: recipe.title, subtitle: `${record.recipe} on ${record.data.title}`, sections }));
  progress?.(1);
  return path;
}
