/** Our side of a benchmark in a process of its own: `worker.js CASE THREADS`. Speaks as the Python side does. */
import { createInterface } from "node:readline";
import { onnxRuntimeVersion } from "../src/node.ts";
import { benchCases } from "./cases.ts";

const [name, threads] = process.argv.slice(2);
const subject = await benchCases.find((c) => c.name === name)!.open(Number(threads));
await subject.measure(20);
console.log(`ready ${onnxRuntimeVersion}`);
for await (const line of createInterface({ input: process.stdin })) console.log(await subject.measure(Number(line)));
