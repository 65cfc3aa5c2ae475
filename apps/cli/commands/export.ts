import { Command } from "commander";
import { exportRun } from "../../../src/node.ts";
import { withJson } from "../options.ts";
import { emit } from "../output.ts";

export function exportCommand(): Command {
  const command = new Command("export")
    .description("Write a trained model as one standard ONNX file that encodes, reconstructs and decodes.")
    .argument("<run>", "the run folder")
    .option("--out <file>", "where (default: <run>/model.onnx)");
  withJson(command).addHelpText(
    "after",
    `
x is encoded and reconstructed, z is decoded. First axes are free: feed no rows of what you do not need.

Examples:
  helmholtz export runs/paper
  helmholtz export runs/paper --out vae.onnx

In Node, without Helmholtz:
  import * as ort from "onnxruntime-node";
  const session = await ort.InferenceSession.create("vae.onnx");
  const x = new ort.Tensor("float32", pixels, [1, 784]);
  const z = new ort.Tensor("float32", [], [0, 100]);
  const { z_mean, reconstruction } = await session.run({ x, z });`,
  );
  return command.action((run: string, { out, json = false }: { out?: string; json?: boolean }) => {
    const path = exportRun(run, out);
    emit(json, { run, model: path }, () => path);
  });
}
