import { Command } from "commander";
import { evaluateRun, metricText } from "../../../src/node.ts";
import { type CommonOptions, contextFrom, withData, withDevice, withJson } from "../options.ts";
import { emit } from "../output.ts";

export function evalCommand(): Command {
  const command = new Command("eval")
    .description("Score a run's parameters on a split of its data.")
    .argument("<run>", "the run folder")
    .option("--split <name>", "test or train", "test");
  withJson(withDevice(withData(command))).addHelpText(
    "after",
    `
The objective (a VAE's ELBO, a classifier's log-likelihood) is in nats per example, higher is better. The draws are those of training, so the numbers repeat exactly.

Examples:
  helmholtz eval runs/paper
  helmholtz eval runs/paper --split train --json`,
  );
  return command.action(async (run: string, options: CommonOptions & { split: string }) => {
    const { metrics } = await evaluateRun(run, options.split, contextFrom(options));
    emit(
      options.json ?? false,
      { run, metrics: { [options.split]: metrics } },
      () => `${options.split}: ${metricText(metrics)} per example, ${metrics["count"]} examples`,
    );
  });
}
