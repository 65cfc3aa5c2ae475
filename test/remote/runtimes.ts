/** Every runtime but the CPU's, each with how to reach it from a test, or why this machine cannot. */
import { compile } from "../../src/graph/compile.ts";
import { input } from "../../src/graph/leaves.ts";
import { mul } from "../../src/graph/ops/index.ts";
import type { Runtime } from "../../src/runtime/session.ts";
import { type BrowserHost, chromiumPath, startBrowser } from "./browser.ts";
import { startChild } from "./child.ts";
import { remoteRuntime } from "./client.ts";

export type Reached =
  | { readonly name: string; readonly runtime: Runtime }
  | { readonly name: string; readonly missing: string };

/** WebGPU in Node, in a child process. */
export async function reachNode(): Promise<{ readonly webgpu: Reached; close(): Promise<void> }> {
  const child = await startChild();
  return { webgpu: await tried("WebGPU in Node", remoteRuntime("webgpu", child.send)), close: () => child.close() };
}

/** The runtimes of an isolated page in Chromium, and the browser, if there is one. */
export async function reachBrowser(): Promise<{
  readonly wasm: Reached;
  readonly webgpu: Reached;
  readonly browser: BrowserHost | undefined;
  close(): Promise<void>;
}> {
  const names = { wasm: "WebAssembly in Chromium", webgpu: "WebGPU in Chromium" };
  if (!chromiumPath) {
    const missing = "Chromium is not installed (set CHROMIUM to its path)";
    const [wasm, webgpu] = [names.wasm, names.webgpu].map((name): Reached => ({ name, missing }));
    return { wasm, webgpu, browser: undefined, close: async () => {} };
  }
  const browser = await startBrowser();
  const { send } = await browser.open();
  return {
    wasm: await tried(names.wasm, remoteRuntime("wasm", send)),
    webgpu: await tried(names.webgpu, remoteRuntime("webgpu", send)),
    browser,
    close: () => browser.close(),
  };
}

/** A runtime that computes, or what it says instead. */
async function tried(name: string, runtime: Runtime): Promise<Reached> {
  try {
    const session = await runtime.open(compile({ name: "probe", outputs: { y: mul(input("x", [1]), 2) } }));
    await session.run([{ x: Float32Array.of(1) }]);
    await session.dispose();
    return { name, runtime };
  } catch (error) {
    return { name, missing: (error as Error).message };
  }
}
