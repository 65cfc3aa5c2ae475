/** Our side of a benchmark in a process of its own: `worker.js CASE THREADS DEVICE [PASS…]`, with passes to leave out. Speaks as the Python side does. */
import { createInterface } from "node:readline";
import { cpu, onnxRuntimeVersion, webgpu } from "../src/node.ts";
import { benchCases } from "./cases/index.ts";
import { openSubject } from "./subject.ts";

const [name, threads, device, ...without] = process.argv.slice(2);
const runtime = device === webgpu.device ? webgpu : cpu;
const subject = await openSubject(benchCases.find((c) => c.name === name)!, {
  runtime,
  threads: Number(threads),
  without,
});
await subject.measure(2);
console.log(`ready ${onnxRuntimeVersion}`);
for await (const line of createInterface({ input: process.stdin })) {
  console.log(line === "compilation" ? JSON.stringify(subject.compilation) : await subject.measure(Number(line)));
}
