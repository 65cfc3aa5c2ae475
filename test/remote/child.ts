/** ONNX Runtime in a process of its own, which may have another environment, and may crash without ending the tests. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "./bundle.ts";
import type { Answer, Call } from "./wire.ts";

/** Where Debian's Chromium keeps a Vulkan loader and a driver in software (SwiftShader). */
const chromiumFolder = "/usr/lib/chromium";

/** This process's environment; where Vulkan has no driver of its own, with Chromium's. */
function environment(): NodeJS.ProcessEnv {
  const driver = join(chromiumFolder, "vk_swiftshader_icd.json");
  if (process.env["VK_DRIVER_FILES"] || existsSync("/usr/share/vulkan/icd.d") || !existsSync(driver))
    return process.env;
  return { ...process.env, VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: chromiumFolder };
}

export interface ChildHost {
  readonly send: (call: Call) => Promise<Answer>;
  close(): Promise<void>;
}

export async function startChild(): Promise<ChildHost> {
  // Beside node_modules, so that the child finds onnxruntime-node.
  const folder = await mkdtemp(new URL("../../node_modules/.helmholtz-child-", import.meta.url).pathname);
  await bundle("node", folder);
  const child: ChildProcess = fork(join(folder, "node.js"), {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: environment(),
    execArgv: [],
  });
  // Its first message says that all is loaded, after which it needs the folder no more.
  await new Promise((resolve) => child.once("message", resolve).once("exit", resolve));
  await rm(folder, { recursive: true });
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  child.on("message", ({ id, answer }: { id: number; answer: Answer }) => {
    waiting.get(id)?.resolve(answer);
    waiting.delete(id);
  });
  child.on("exit", (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`the child process ended with ${signal ?? code}`));
  });
  let calls = 0;
  return {
    send: (call) =>
      new Promise((resolve, reject) => {
        if (child.exitCode !== null || child.signalCode !== null) reject(new Error("the child process has ended"));
        waiting.set(++calls, { resolve, reject });
        child.send({ id: calls, call });
      }),
    async close() {
      child.kill();
    },
  };
}
