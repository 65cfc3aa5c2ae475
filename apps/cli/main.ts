#!/usr/bin/env node
/** The command `helmholtz`: parses, calls the library, prints. */
import { Command, CommanderError } from "commander";
import { packageVersion } from "../../src/node.ts";
import { benchCommand } from "./commands/bench.ts";
import { dataCommand } from "./commands/data.ts";
import { demoCommand } from "./commands/demo.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { evalCommand } from "./commands/eval.ts";
import { exportCommand } from "./commands/export.ts";
import { generateCommand } from "./commands/generate.ts";
import { listCommand } from "./commands/list.ts";
import { probeCommand } from "./commands/probe.ts";
import { recordCommand } from "./commands/record.ts";
import { reportCommand } from "./commands/report.ts";
import { reproduceCommand } from "./commands/reproduce.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { trainCommand } from "./commands/train.ts";
import { EXIT, explain } from "./output.ts";

const program = new Command("helmholtz")
  .enablePositionalOptions()
  .description("Recurrent inference in hierarchical generative models: train, look inside, reproduce.")
  .version(packageVersion(), "-V, --version", "print the version")
  .helpOption("-h, --help", "explain a command")
  .helpCommand("help [command]", "explain a command")
  .showSuggestionAfterError()
  .configureHelp({ sortSubcommands: false, helpWidth: 110 })
  .addHelpText(
    "after",
    `
Start here:
  helmholtz demo                                  train a VAE on digits and look at what it learned (minutes)
  helmholtz list                                  what can be trained, and on what
  helmholtz train concept/vae --out runs/first    train; Ctrl-C saves, --resume goes on
  helmholtz train --help                          every command explains itself, with examples

Exit codes: 0 all went well, 1 the work failed, 2 the command was wrong, 130 stopped by Ctrl-C.`,
  );

for (const make of [
  demoCommand,
  listCommand,
  trainCommand,
  sweepCommand,
  reproduceCommand,
  reportCommand,
  evalCommand,
  probeCommand,
  generateCommand,
  exportCommand,
  recordCommand,
  dataCommand,
  benchCommand,
  doctorCommand,
]) {
  program.addCommand(make());
}
quietExit(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else process.exitCode = explain(error);
}

/** Wrong flags end with code 2, as every wrong command does. */
function quietExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) quietExit(child);
}
