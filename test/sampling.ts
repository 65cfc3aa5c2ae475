/** Drawing from distributions as programs do: float32, on ONNX Runtime, with noise from named streams. */
import { compile } from "../src/graph/compile.ts";
import type { Value } from "../src/graph/value.ts";
import { drawNoise } from "../src/runtime/feeds.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";

/** The numbers of a value in float32; its noise is drawn from the seed, its inputs are given by name. */
export async function drawn(
  value: Value,
  given: Readonly<Record<string, readonly number[]>> = {},
): Promise<Float32Array> {
  const program = compile({ name: "draws", outputs: { value } });
  const session = await cpu.open(program, { threads: 1 });
  const inputs = Object.entries(given).map(([name, x]) => [name, Float32Array.from(x)] as const);
  const [fetched] = await session.run([{ ...drawNoise(program.noise, 11, "test", 0), ...Object.fromEntries(inputs) }]);
  await session.dispose();
  return fetched["value"];
}

/** Average, and the average's standard error. */
export function averageOf(x: Float32Array): { readonly mean: number; readonly error: number } {
  const mean = x.reduce((n, v) => n + v, 0) / x.length;
  const variance = x.reduce((n, v) => n + (v - mean) ** 2, 0) / (x.length - 1);
  return { mean, error: Math.sqrt(variance / x.length) };
}
