import { join } from "node:path";
import { exportOnnx } from "../analyses/export-onnx.ts";
import { UsageError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { loadParameters, openRun } from "./run.ts";

/** Writes a run's model as a standard ONNX file. @returns its path @throws FileError if the run has no parameters or the place cannot be written; UsageError for a model without the means */
export function exportRun(folder: string, out = join(folder, "model.onnx")): string {
  const run = openRun(folder);
  if (!run.model.infer || !run.model.generate) {
    throw new UsageError({
      where: `export of ${folder}`,
      expected: "a model that infers latents from observations, and observations from latents",
      got: run.model.name,
      fix: "its parameters are in model.safetensors, for other programs to read",
    });
  }
  const { recipe, preset, seed, data, versions, config } = run.record;
  const metadata = {
    recipe,
    preset,
    seed: String(seed),
    data: data.title,
    helmholtz: versions["helmholtz"],
    config: JSON.stringify(config),
  };
  writeFileAtomic(out, exportOnnx(run.model, loadParameters(run), metadata));
  return out;
}
