import { readFileSync } from "node:fs";
import os from "node:os";
import { onnxRuntimeVersion } from "../runtime/onnxruntime-node.ts";

/** Versions of what computes. */
export function versions(): Record<string, string> {
  return { helmholtz: packageVersion(), node: process.versions.node, onnxruntime: onnxRuntimeVersion };
}

/** The machine, in words that mean something elsewhere. */
export function machine(): Record<string, string | number> {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model.trim() || "unknown",
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.platform()} ${os.arch()}`,
  };
}

/** The version in package.json, found upwards from here in the sources and in the built package. */
export function packageVersion(): string {
  for (const up of ["../..", "../../.."]) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(`${up}/package.json`, import.meta.url), "utf8"));
      if (name === "helmholtz") return version as string;
    } catch {
      // the other place
    }
  }
  return "unknown";
}
