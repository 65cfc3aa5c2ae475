/** Programs on ONNX Runtime in Node: its CPU provider and its WebGPU provider. The only file that runs onnxruntime-node. */
import os from "node:os";
import * as ort from "onnxruntime-node";
import { RunError } from "../base/errors.ts";
import { hasBlockedLayout } from "./blocked-support.ts";
import { deviceEngine } from "./device-engine.ts";
import { commonOptions, type Provider } from "./graphs.ts";
import { hostEngine } from "./host-engine.ts";
import { sessionOf } from "./open-session.ts";
import type { Runtime } from "./session.ts";

/** Version of the ONNX Runtime in use. */
export const onnxRuntimeVersion: string = ort.env.versions.node ?? ort.env.versions.common;

let blocked: Promise<boolean> | undefined;

export const cpu: Runtime = {
  device: "cpu",
  description: `ONNX Runtime ${onnxRuntimeVersion}, CPU provider`,
  target: () => (blocked ??= hasBlockedLayout(provider(1))).then((has) => (has ? "cpu" : "portable")),
  async open(program, { threads = defaultThreads(), seed = 0 } = {}) {
    return sessionOf(program, await hostEngine(provider(threads), program, seed));
  },
};

/** A GPU through Vulkan, Direct3D 12 or Metal. Opening throws a RunError where there is none. */
export const webgpu: Runtime = {
  device: "webgpu",
  description: `ONNX Runtime ${onnxRuntimeVersion}, WebGPU provider`,
  async open(program, { threads = defaultThreads(), seed = 0 } = {}) {
    try {
      return sessionOf(program, await deviceEngine(provider(threads), program, seed));
    } catch (cause) {
      throw cause instanceof RunError && /WebGPU adapter/.test(cause.message) ? noGpu(cause) : cause;
    }
  },
};

/** Threads a session uses unless told otherwise: the cores that are there, at most 8. */
export function defaultThreads(): number {
  return Math.max(1, Math.min(8, os.availableParallelism()));
}

function provider(threads: number): Provider {
  return {
    ort,
    options: { ...commonOptions, executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1 },
  };
}

function noGpu(cause: RunError): RunError {
  return new RunError(
    {
      where: "device webgpu",
      expected: "a GPU with a Vulkan, Direct3D 12 or Metal driver",
      got: "none that ONNX Runtime can use",
      fix: "install the GPU's driver (on Linux also the Vulkan loader, libvulkan.so.1), or compute on the cpu",
    },
    { cause },
  );
}
