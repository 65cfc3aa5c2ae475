import { Command } from "commander";
import { recordRun } from "../../../src/node.ts";
import { withJson } from "../options.ts";
import { emit } from "../output.ts";

export function recordCommand(): Command {
  const command = new Command("record")
    .description("Keep a finished run's outcome as a small JSON file and its learning curve, to be committed or cited.")
    .argument("<run>", "the run folder")
    .option("--out <folder>", "where", "results/runs");
  withJson(command).addHelpText(
    "after",
    "\nExamples:\n  helmholtz record runs/paper\n  helmholtz record runs/paper --out results --json",
  );
  return command.action((run: string, { out, json = false }: { out: string; json?: boolean }) => {
    const path = recordRun(run, out);
    emit(json, { run, record: path }, () => path);
  });
}
