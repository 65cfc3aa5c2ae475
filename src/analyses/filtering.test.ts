import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { orderZero } from "../models/order-zero.ts";
import { refh } from "../models/refh.ts";
import { rtrbm } from "../models/rtrbm.ts";
import { gaussian } from "../nn/initializers.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { openFilter } from "./filtering.ts";

const [COUNT, LENGTH, Y, X] = [3, 4, 2, 5];
const config = { units: Y, family: "poisson", hidden: X, turns: 1, state: "mean", init: gaussian(1) } as const;

const uniform = (name: string, n: number): Float32Array => {
  const out = new Float32Array(n);
  stream(5, name).uniform(0, out);
  return out;
};
const parameters = {
  "recurrent/weight": uniform("u", X * X).map((u) => 2 * u - 1),
  "recurrent/bias": uniform("bu", X),
  "sensory/weight": uniform("y", Y * X).map((u) => u - 0.5),
  "sensory/bias": uniform("by", Y),
  "hidden/bias": uniform("bx", X),
};
const frames = uniform("frames", COUNT * LENGTH * Y).map((u) => Math.floor(4 * u)); // (sequence, time, unit)

/** The filter written out: states (time, sequence, hidden) and reconstructions (time, sequence, unit). */
function byHand(recurrent: boolean) {
  const { "recurrent/weight": Wu, "sensory/weight": Wy, "sensory/bias": by, "hidden/bias": bx } = parameters;
  const [states, reconstructions]: [number[], number[]] = [[], []];
  let before = Array.from({ length: COUNT }, () => new Array<number>(X).fill(0));
  for (let t = 0; t < LENGTH; t++) {
    before = before.map((u, n) =>
      u.map((_, j) => {
        let a = bx[j];
        if (recurrent) u.forEach((u, i) => void (a += u * Wu[i * X + j]));
        for (let i = 0; i < Y; i++) a += frames[(n * LENGTH + t) * Y + i] * Wy[i * X + j];
        return 1 / (1 + Math.exp(-a));
      }),
    );
    states.push(...before.flat());
    for (const x of before)
      for (let i = 0; i < Y; i++) reconstructions.push(Math.exp(x.reduce((a, x, j) => a + x * Wy[i * X + j], by[i])));
  }
  return { states, reconstructions };
}

function expectSame(found: Float32Array, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  found.forEach((f, i) => void expect(Math.abs(f - wanted[i])).toBeLessThan(2e-6 * Math.max(1, wanted[i])));
}

describe("sequences side by side", () => {
  test.each([
    ["rEFH", refh(config), true],
    ["RTRBM, which learns from whole sequences", rtrbm({ ...config, length: LENGTH }), true],
    ["model whose state nothing reads", orderZero(config), false],
  ] as const)("are filtered frame by frame: %s", async (_, model, recurrent) => {
    const filter = await openFilter(model, cpu, { count: COUNT, length: LENGTH }, { threads: 1 });
    await filter.write(parameters);
    const first = await filter.filter(frames);
    const again = await filter.filter(frames); // begins anew
    await filter.dispose();
    const wanted = byHand(recurrent);
    expectSame(first.reconstructions, wanted.reconstructions);
    expect(Object.keys(first.states)).toEqual(["u"]);
    expectSame(first.states["u"], wanted.states);
    expect(again).toEqual(first);
  });
});
