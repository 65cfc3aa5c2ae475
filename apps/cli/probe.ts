/** The process that tries a device out, because a driver can crash or hang: multiplies matrices, prints what it found, ends. */
import { axis, compile, input, ops, variable } from "../../src/node.ts";
import { runtimeFor } from "./options.ts";
import type { ProbeReport } from "./probe-process.ts";

const n = 512;

async function probe(device: string): Promise<ProbeReport> {
  const a = input("a", [axis("", n), axis("", n)]);
  const w = variable("w", [axis("", n), axis("", n)], (out) => void out.fill(1));
  const session = await runtimeFor(device).open(compile({ name: "doctor", outputs: { y: ops.sum(ops.matmul(a, w)) } }));
  const feeds = { a: new Float32Array(n * n).fill(1) };
  const [{ y }] = await session.run([feeds]);
  const secondsFor = async (runs: number): Promise<number> => {
    const start = performance.now();
    await session.run(Array.from({ length: runs }, () => feeds));
    return (performance.now() - start) / 1000;
  };
  if (y[0] !== n ** 3) return { problem: `wrong numbers: ${y[0]} instead of ${n ** 3}` };
  // As many runs as about a second has room for: a GPU in software takes seconds for one.
  const first = await secondsFor(1);
  const runs = Math.max(1, Math.min(20, Math.floor(1 / first)));
  const rate = (runs * 2 * n ** 3) / (1e9 * (await secondsFor(runs)));
  await session.dispose();
  return { rate, size: n };
}

const report = await probe(process.argv[2]).catch((e: Error): ProbeReport => ({ problem: e.message }));
process.send?.(report, undefined, undefined, () => process.disconnect());
