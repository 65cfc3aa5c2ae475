import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { report } from "../../../src/node.ts";
import { type CommonOptions, contextFrom, withData, withDevice, withJson } from "../options.ts";
import { duration, emit } from "../output.ts";
import { workProgress } from "../progress.ts";

interface ReportCommandOptions extends CommonOptions {
  readonly out?: string;
  readonly results: string;
  readonly pages: string;
}

export function reportCommand(): Command {
  const command = new Command("report")
    .description("Make one HTML page of a run, or of an experiment's results: figures inside, nothing beside it.")
    .argument("<what>", "a run folder, a paper's group as in concept, or one experiment as in concept/trajectory")
    .option("--out <file>", "the page (default: index.html in the run folder, or reports/<experiment>.html)")
    .option("--results <folder>", "of experiments: where `reproduce` wrote numbers", "results")
    .option("--pages <folder>", "of experiments: where `reproduce` wrote figures", "docs/results");
  withJson(withDevice(withData(command))).addHelpText(
    "after",
    `
Of a run: what it was made from, scores and learning curves, and whatever its model can be asked: reconstructions if it infers and generates,
samples if it has a prior, a map of its latents, repeated inference with a few images, confusions and the worst judged images if it tells
classes. What \`helmholtz probe\` has left in <run>/probes is shown too. Figures also go to <run>/figures, unless --out is given.

Of an experiment: the paper's statements beside what came out here, with figures and the commands that repeat it. Nothing is computed.

Examples:
  helmholtz report runs/paper                                  writes runs/paper/index.html
  helmholtz report runs/paper --out paper.html                 one file, to be sent to somebody
  helmholtz report concept/trajectory                          writes reports/concept-trajectory.html
  helmholtz report concept --results results --pages docs/results`,
  );
  return command.action(async (what: string, options: ReportCommandOptions) => {
    const began = performance.now();
    const { out, results, pages } = options;
    const { part, end } = workProgress("report");
    const written = await report(what, { out, results, pages, progress: part }, contextFrom(options)).finally(end);
    const seconds = (performance.now() - began) / 1000;
    emit(options.json ?? false, { what, ...written, seconds }, () =>
      [`written in ${duration(seconds)}: ${written.page}`, `  ${pathToFileURL(resolve(written.page)).href}`].join("\n"),
    );
  });
}
