import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The Python to use: as given, else $HELMHOLTZ_PYTHON, else python3. */
export function pythonPath(given?: string): string {
  return given ?? process.env["HELMHOLTZ_PYTHON"] ?? "python3";
}

/** Looks for PyTorch in a Python. */
export async function findPyTorch(given?: string): Promise<{ python: string; version: string } | { reason: string }> {
  const python = pythonPath(given);
  try {
    const { stdout } = await run(python, ["-c", "import torch; print(torch.__version__)"]);
    return { python, version: stdout.trim() };
  } catch (cause) {
    const { code, stderr } = cause as { code?: string; stderr?: string };
    if (code === "ENOENT") return { reason: `no ${python}` };
    return { reason: `${python} has no PyTorch (${stderr?.trim().split("\n").at(-1) ?? "it fails"})` };
  }
}

/** A Python side of the benchmark: it lies in the package's bench folder, beside the sources, not in the build. */
export function pythonFile(name: string): string {
  const built = import.meta.url.includes("/dist/bench/");
  return fileURLToPath(new URL(`${built ? "../../bench/" : "./"}pytorch/${name}`, import.meta.url));
}
