import { stream } from "../base/random.ts";
import { axis } from "../base/shape.ts";
import { compile } from "../graph/compile.ts";
import { interpret } from "../graph/interpret.ts";
import { input } from "../graph/leaves.ts";
import { conv, tanh } from "../graph/ops/index.ts";
import { load, type Provider, tensor } from "./graphs.ts";

/**
 * Whether a runtime has the blocked layout with blocks of 16 channels, which depends on the processor's vector registers: other
 * processors have blocks of 8, or none. A small net is computed in it and compared.
 */
export async function hasBlockedLayout(provider: Provider): Promise<boolean> {
  const [x, w] = [input("x", [axis("batch", 1), 32, 2, 3]), input("w", [16, 32, 3, 3])];
  const y = conv(tanh(conv(x, w, { pads: 1 })), input("v", [16, 16, 1, 1]));
  const given = Object.fromEntries(
    [["x", 192] as const, ["w", 4608] as const, ["v", 256] as const].map(([name, size]) => {
      const numbers = new Float32Array(size);
      stream(0, `blocked-support/${name}`).uniform(0, numbers);
      return [name, numbers.map((u) => u - 0.5)];
    }),
  );
  const program = compile({ name: "blocked layout", outputs: { y } }, { target: "cpu" });
  const session = await load(provider, program.name, program.model).catch(() => undefined);
  if (!session) return false;
  try {
    const feeds = Object.fromEntries(program.inputs.map((p) => [p.name, tensor(provider, p, given[p.name])]));
    const found = (await session.run(feeds))["y"].data as Float32Array;
    const [wanted] = interpret([y], given);
    return wanted.data.every((exact, i) => Math.abs(found[i] - exact) < 1e-4);
  } catch {
    return false;
  } finally {
    await session.release();
  }
}
