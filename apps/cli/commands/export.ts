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
Feed x to encode and reconstruct, or z to decode; the other input may be left out. First axes are free.

Examples:
  helmholtz export runs/paper
  helmholtz export runs/paper --out vae.onnx

In Node, without Helmholtz:
  import * as ort from "onnxruntime-node";
  const session = await ort.InferenceSession.create("vae.onnx");
  const { z_mean } = await session.run({ x: new ort.Tensor("float32", pixels, [1, 784]) });`,
  );
  return command.action((run: string, { out, json = false }: { out?: string; json?: boolean }) => {
    const path = exportRun(run, out);
    emit(json, { run, model: path }, () => path);
  });
}
