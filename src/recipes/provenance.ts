import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import { onnxRuntimeVersion } from "../runtime/onnxruntime-node.ts";

/** Versions of what computes. */
export function versions(): Record<string, string> {
  const commit = sourceCommit();
  return {
    helmholtz: packageVersion(),
    ...(commit && { commit }),
    node: process.versions.node,
    onnxruntime: onnxRuntimeVersion,
  };
}

/** What commands write themselves: it does not make a measurement another one. */
const WRITTEN = [":(exclude)results", ":(exclude)docs/results", ":(exclude)bench/results"];

/** The commit that a checkout stands at, with "+" if files differ from it; undefined in an installed package. */
function sourceCommit(): string | undefined {
  const root = packageRoot();
  if (!root || !existsSync(new URL(".git", root))) return undefined;
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ...WRITTEN);
    return git("rev-parse", "--short=12", "HEAD") + (changed ? "+" : "");
  } catch {
    return undefined; // no git, or not a repository of our own
  }
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

/** The version in package.json. */
export function packageVersion(): string {
  const root = packageRoot();
  return root
    ? (JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string }).version
    : "unknown";
}

/** The package's folder, found upwards from here in the sources and in the build. */
function packageRoot(): URL | undefined {
  return ["../../", "../../../"]
    .map((up) => new URL(up, import.meta.url))
    .find((root) => existsSync(new URL("package.json", root)));
}
