import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { findPyTorch } from "../../../bench/python.ts";
import {
  axis,
  compile,
  cpu,
  describeDatasets,
  input,
  onnxRuntimeVersion,
  ops,
  packageVersion,
  variable,
} from "../../../src/node.ts";
import { type CommonOptions, dataFrom, withData, withJson } from "../options.ts";
import { bytes, EXIT, emit, table } from "../output.ts";

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
      { what: "webgpu", state: "absent", found: "training on a GPU is not part of this version" },
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

/** Multiplies matrices for a moment, as training does, and says how fast. */
async function computes(): Promise<Finding> {
  const n = 512;
  try {
    const a = input("a", [axis("", n), axis("", n)]);
    const w = variable("w", [axis("", n), axis("", n)], (out) => void out.fill(1));
    const session = await cpu.open(compile({ name: "doctor", outputs: { y: ops.sum(ops.matmul(a, w)) } }));
    const feeds = { a: new Float32Array(n * n).fill(1) };
    const [{ y }] = await session.run([feeds]);
    const start = performance.now();
    const runs = 20;
    await session.run(Array.from({ length: runs }, () => feeds));
    const rate = (runs * 2 * n ** 3) / ((performance.now() - start) * 1e6);
    await session.dispose();
    const right = y[0] === n ** 3;
    const found = right
      ? `ONNX Runtime ${onnxRuntimeVersion}, about ${rate.toFixed(0)} GFLOP/s in products of 512 × 512 matrices`
      : `wrong numbers: ${y[0]} instead of ${n ** 3}`;
    return { what: "cpu", state: right ? "ok" : "bad", found };
  } catch (cause) {
    return { what: "cpu", state: "bad", found: `ONNX Runtime does not load: ${(cause as Error).message}` };
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
