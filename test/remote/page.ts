/** What runs in the page: `window.answer(call)`. */
import { webRuntime, webThreads } from "../../src/web.ts";
import { host } from "./host.ts";

const page = globalThis as unknown as Record<string, unknown>;
page["answer"] = host({ wasm: webRuntime("wasm"), webgpu: webRuntime("webgpu") });
page["threads"] = webThreads;
