import { join } from "node:path";
import { exportOnnx } from "../analyses/export-onnx.ts";
import { writeFileAtomic } from "../base/files.ts";
import { loadParameters, openRun } from "./run.ts";

/** Writes a run's model as a standard ONNX file. @returns its path @throws FileError if the run has no parameters or the place cannot be written */
export function exportRun(folder: string, out = join(folder, "model.onnx")): string {
  const run = openRun(folder);
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
