/** Programs on ONNX Runtime in a web page: compiled to WebAssembly, or on the GPU with WebGPU. The only file that runs onnxruntime-web. */
import { RunError } from "../base/errors.ts";
import { deviceEngine } from "./device-engine.ts";
import { commonOptions, type Provider } from "./graphs.ts";
import { hostEngine } from "./host-engine.ts";
import { sessionOf } from "./open-session.ts";
import type { Runtime } from "./session.ts";

/** Where a page computes. */
export type WebDevice = "wasm" | "webgpu";

export interface WebRuntimeOptions {
  /** Address of a folder with ONNX Runtime's `ort-wasm-*` files, ending in "/". Default: where the bundler put them. */
  readonly files?: string;
}

/**
 * A runtime for web pages. ONNX Runtime is fetched when the first session opens, and keeps the number of threads of that session.
 * @throws RunError on opening, if the page has no WebGPU
 */
export function webRuntime(device: WebDevice, { files }: WebRuntimeOptions = {}): Runtime {
  const load = async (threads: number): Promise<Provider> => {
    const ort = await (device === "wasm" ? import("onnxruntime-web/wasm") : import("onnxruntime-web/webgpu"));
    if (files !== undefined) ort.env.wasm.wasmPaths = files;
    ort.env.wasm.numThreads = threads;
    return { ort, options: { ...commonOptions, executionProviders: ["wasm"] } };
  };
  return {
    device,
    description: `ONNX Runtime for the web, ${device === "wasm" ? "WebAssembly" : "WebGPU"}, ${webThreads().note}`,
    async open(program, { threads = webThreads().count, seed = 0 } = {}) {
      if (device === "webgpu") await needGpu();
      const provider = await load(Math.min(threads, webThreads().count));
      const engine = device === "wasm" ? hostEngine : deviceEngine;
      return sessionOf(program, await engine(provider, program, seed));
    },
  };
}

/**
 * How many threads a page may use: the cores, at most 8, where the page is cross-origin isolated; otherwise one, because
 * threads need shared memory, which browsers give to isolated pages only.
 */
export function webThreads(page: WebPage = globalThis as WebPage): { readonly count: number; readonly note: string } {
  if (!page.crossOriginIsolated) {
    return {
      count: 1,
      note: "1 thread: the page is not cross-origin isolated (serve it with COOP: same-origin and COEP: require-corp)",
    };
  }
  const count = Math.max(1, Math.min(8, page.navigator?.hardwareConcurrency ?? 1));
  return { count, note: count === 1 ? "1 thread" : `${count} threads` };
}

/** What is asked of the page's global object. */
interface WebPage {
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: {
    readonly hardwareConcurrency?: number;
    readonly gpu?: { requestAdapter(): Promise<unknown> };
  };
}

async function needGpu(): Promise<void> {
  const { navigator } = globalThis as WebPage;
  if (await navigator?.gpu?.requestAdapter()) return;
  throw new RunError({
    where: "device webgpu",
    expected: "a browser and a GPU with WebGPU",
    got: navigator?.gpu ? "no GPU that the browser may use" : "a browser without WebGPU",
    fix: "turn WebGPU on in the browser's settings, update it, or compute with wasm",
  });
}
