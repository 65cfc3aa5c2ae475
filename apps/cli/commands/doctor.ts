import { accessSync, constants, existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { findPyTorch } from "../../../bench/python.ts";
import { describeDatasets, onnxRuntimeVersion, packageVersion } from "../../../src/node.ts";
import { type CommonOptions, dataFrom, withData, withJson } from "../options.ts";
import { bytes, EXIT, emit, table } from "../output.ts";
import { probeInProcess } from "../probe-process.ts";

/** One thing that was looked at. */
interface Finding {
  readonly what: string;
  readonly state: "ok" | "absent" | "bad";
  readonly found: string;
}

export function doctorCommand(): Command {
  const command = new Command("doctor").description("Look at what this machine can do, and say why not.");
  withJson(withData(command))
    .option("--python <path>", "the Python to look for PyTorch in (default: $HELMHOLTZ_PYTHON or python3)")
    .addHelpText(
      "after",
      "\nOnly what is `bad` keeps Helmholtz from working; what is `absent` is optional.\n\nExamples:\n  helmholtz doctor\n  helmholtz doctor --json",
    );
  return command.action(async (options: CommonOptions & { python?: string }) => {
    const findings: Finding[] = [
      { what: "helmholtz", state: "ok", found: packageVersion() },
      node(),
      {
        what: "machine",
        state: "ok",
        found: `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, ${bytes(os.totalmem())} memory`,
      },
      await computes(),
      await webgpu(),
      web(),
      writes(process.cwd()),
      ...data(options),
      await pytorch(options.python),
    ];
    emit(options.json ?? false, { ok: findings.every((f) => f.state !== "bad"), findings }, () =>
      table([["what", "state", "found"], ...findings.map((f) => [f.what, f.state, f.found])]),
    );
    if (findings.some((f) => f.state === "bad")) process.exitCode = EXIT.failed;
  });
}

function node(): Finding {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    what: "node",
    state: ok ? "ok" : "bad",
    found: `${process.versions.node}${ok ? "" : ", but 20.19 or newer is needed"}`,
  };
}

/** How long a device may take to show that it works. */
const PATIENCE_S = 30;

/** Lets the CPU multiply matrices for a moment, as training does, and says how fast. */
async function computes(): Promise<Finding> {
  const report = await probeInProcess("cpu", PATIENCE_S);
  if ("problem" in report) return { what: "cpu", state: "bad", found: `ONNX Runtime does not work: ${report.problem}` };
  return { what: "cpu", state: "ok", found: `ONNX Runtime ${onnxRuntimeVersion}, ${speed(report)}` };
}

/** As `computes`, on a GPU, which is optional. */
async function webgpu(): Promise<Finding> {
  const report = await probeInProcess("webgpu", PATIENCE_S);
  if ("problem" in report)
    return { what: "webgpu", state: "absent", found: [report.problem, ...softwareVulkan()].join("; ") };
  return { what: "webgpu", state: "ok", found: `--device webgpu: ${speed(report)}` };
}

const speed = ({ rate, size }: { readonly rate: number; readonly size: number }): string =>
  `about ${rate.toFixed(rate < 10 ? 1 : 0)} GFLOP/s in products of ${size} × ${size} matrices`;

/** Debian's Chromium brings a Vulkan loader and a driver in software: slow, but enough to try programs out without a GPU. */
function softwareVulkan(): string[] {
  const folder = "/usr/lib/chromium";
  const driver = join(folder, "vk_swiftshader_icd.json");
  if (process.env["VK_DRIVER_FILES"] || !existsSync(driver)) return [];
  return [`for a slow GPU in software set VK_DRIVER_FILES=${driver} LD_LIBRARY_PATH=${folder}`];
}

/** Whether the runtime for web pages is installed; what a page can use, its browser decides. */
function web(): Finding {
  try {
    import.meta.resolve("onnxruntime-web/wasm");
    return { what: "web pages", state: "ok", found: "helmholtz/web computes in a browser, with WebAssembly or WebGPU" };
  } catch {
    return { what: "web pages", state: "absent", found: "onnxruntime-web is not installed: `npm install` brings it" };
  }
}

function writes(folder: string): Finding {
  try {
    accessSync(folder, constants.W_OK);
    rmSync(mkdtempSync(join(folder, ".helmholtz-")), { recursive: true });
    return { what: "this folder", state: "ok", found: `${folder} can be written` };
  } catch {
    return { what: "this folder", state: "bad", found: `${folder} cannot be written: use --out` };
  }
}

function data(options: CommonOptions): Finding[] {
  return describeDatasets(dataFrom(options)).map((d) => ({
    what: `data ${d.id}`,
    state: d.state === "built in" || d.state === "found" ? "ok" : "absent",
    found: d.paths[0]
      ? `${d.state}: ${d.paths[0]} …`
      : d.state === "built in"
        ? d.state
        : `${d.state}; \`helmholtz data get ${d.id}\` fetches it`,
  }));
}

async function pytorch(python: string | undefined): Promise<Finding> {
  const found = await findPyTorch(python);
  return "version" in found
    ? {
        what: "pytorch",
        state: "ok",
        found: `${found.version} (${found.python}), for \`helmholtz bench --against pytorch\``,
      }
    : {
        what: "pytorch",
        state: "absent",
        found: `${found.reason}; only \`helmholtz bench --against pytorch\` uses it`,
      };
}
