import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { createRun, exportRun, runReport } from "../../../src/node.ts";
import { type CommonOptions, contextFrom, wholeNumber, withData, withDevice, withJson } from "../options.ts";
import { duration, EXIT, emit, note } from "../output.ts";
import { follow, newRunFolder } from "./train.ts";

interface DemoOptions extends CommonOptions {
  readonly out?: string;
  readonly seed: number;
  readonly preset: string;
}

export function demoCommand(): Command {
  const command = new Command("demo")
    .description("Train a VAE on handwritten digits and make a page of what it learned. Takes minutes, needs nothing.")
    .option("--out <folder>", "the run folder (default: runs/demo/<date>-<n>)")
    .option("--seed <n>", "seed of all randomness", wholeNumber, 1)
    .option("--preset <name>", "quick, paper or smoke", "quick");
  withJson(withDevice(withData(command))).addHelpText(
    "after",
    `
Uses MNIST from --data-dir, HELMHOLTZ_DATA, the cache or a download; where it cannot be had, generated digits take its place.

Examples:
  helmholtz demo
  helmholtz demo --data-dir ~/data --out my-first-run`,
  );
  return command.action(async (options: DemoOptions) => {
    const began = performance.now();
    const out = options.out ?? newRunFolder("demo");
    const shared = contextFrom(options);
    // A first look should not wait for a network that does not answer: one try at each address, then generated digits.
    const context = { ...shared, data: { ...shared.data, patience: { stall: 8000, retries: 0 } } };
    await createRun({ recipe: "concept/vae", preset: options.preset, seed: options.seed, out }, context);
    const record = await follow(out, options, true);
    if (record.status === "interrupted") {
      note(`stopped and saved. Go on with: helmholtz train --resume ${out}`);
      process.exitCode = EXIT.interrupted;
      return;
    }
    note("drawing what was learned …");
    const model = exportRun(out);
    const page = await runReport(out, context, { quick: true });
    const seconds = (performance.now() - began) / 1000;
    emit(
      options.json ?? false,
      { run: out, status: record.status, metrics: record.metrics ?? {}, page, model, seconds },
      () =>
        [
          `done in ${duration(seconds)}: test ELBO ${record.metrics?.["test"]?.["elbo"]?.toFixed(2)} nats per image on ${record.data.title}`,
          "",
          `  look at    ${pathToFileURL(resolve(page)).href}`,
          `  the model  ${model}  (standard ONNX: opens in any viewer or runtime)`,
          `  the run    ${out}  (configuration, metrics, parameters, figures)`,
        ].join("\n"),
    );
  });
}
