/** What runs in the child process: it answers each message. */
import { cpu, webgpu } from "../../src/runtime/onnxruntime-node.ts";
import { host } from "./host.ts";
import type { Call } from "./wire.ts";

const answer = host({ cpu, webgpu });
process.on("message", async ({ id, call }: { id: number; call: Call }) => {
  process.send!({ id, answer: await answer(call) });
});
process.on("disconnect", () => process.exit());
process.send!("loaded");
