/** Drawing from distributions as programs do: float32, on ONNX Runtime, with noise from named streams. */
import { compile } from "../src/graph/compile.ts";
import type { Value } from "../src/graph/value.ts";
import { drawNoise } from "../src/runtime/feeds.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";

/** The numbers of a value that depends on noise alone. */
export async function drawn(sample: Value, seed = 11): Promise<Float32Array> {
  const program = compile({ name: "draws", outputs: { sample } });
  const session = await cpu.open(program, { threads: 1 });
  const [{ sample: numbers }] = await session.run([drawNoise(program.noise, seed, "test", 0)]);
  await session.dispose();
  return numbers;
}

/** Average, and the average's standard error. */
export function averageOf(x: Float32Array): { readonly mean: number; readonly error: number } {
  const mean = x.reduce((n, v) => n + v, 0) / x.length;
  const variance = x.reduce((n, v) => n + (v - mean) ** 2, 0) / (x.length - 1);
  return { mean, error: Math.sqrt(variance / x.length) };
}
