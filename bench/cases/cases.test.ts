import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compile, cpu, type Feeds, hvrnnDefaults, vaeDefaults } from "../../src/node.ts";
import type { Workload } from "../workload.ts";
import { convLstmStep } from "./conv-lstm.ts";
import { dcganStep } from "./dcgan.ts";
import { hvrnnStep } from "./hvrnn.ts";
import { hvrnnPaperStep } from "./hvrnn-paper.ts";
import { benchCases } from "./index.ts";
import { musicStep } from "./music.ts";
import { rbmStep } from "./rbm.ts";
import { recurrentStep } from "./recurrent.ts";
import { rladderStep } from "./rladder.ts";
import { vaeStep } from "./vae.ts";

type Numbers = Readonly<Record<string, readonly number[]>>;

interface Recorded {
  // biome-ignore lint/suspicious/noExplicitAny: each family has sizes of its own
  readonly sizes: any;
  readonly parameters: Numbers;
  readonly feeds: Numbers;
  readonly losses: readonly number[];
  readonly after?: Numbers;
}

/** Made by bench/pytorch/record.py. */
const pytorch = JSON.parse(readFileSync(new URL("./pytorch.json", import.meta.url), "utf8")) as {
  readonly families: Readonly<Record<string, Recorded>>;
  readonly parameters: Readonly<Record<string, number>>;
};

const families: Readonly<Record<string, (sizes: Recorded["sizes"]) => Workload>> = {
  rbm: rbmStep,
  gru: recurrentStep,
  lstm: recurrentStep,
  convlstm: convLstmStep,
  hvrnn: hvrnnStep,
  "hvrnn-paper": (sizes) => hvrnnPaperStep({ ...hvrnnDefaults, ...sizes }),
  dcgan: dcganStep,
  rladder: rladderStep,
  music: musicStep,
};

const floats = (n: Numbers): Feeds => Object.fromEntries(Object.entries(n).map(([k, v]) => [k, Float32Array.from(v)]));

describe("training steps with PyTorch's parameters on PyTorch's numbers give PyTorch's losses", () => {
  test("for every recorded family", () => {
    expect(Object.keys(families).sort()).toEqual(Object.keys(pytorch.families).sort());
  });

  test.each(Object.keys(families))("%s", async (family) => {
    const { sizes, parameters, feeds, losses, after = {} } = pytorch.families[family];
    const work = families[family](sizes);
    const named = work.parameters.map(({ node: { leaf } }) => (leaf?.kind === "variable" ? leaf.name : "?"));
    expect(named.sort()).toEqual(Object.keys(parameters).sort());
    const session = await cpu.open(compile(work.program), { threads: 1 });
    await session.write(floats(parameters));
    // Steps after the first see the update: gradients and optimiser are judged by them.
    const results = await session.run(losses.map((_, step) => ({ ...work.feeds(step, 0), ...floats(feeds) })));
    const state = await session.read();
    await session.dispose();
    losses.forEach((wanted, step) => {
      const fall = Math.abs(wanted - losses[0]);
      const near = 2e-6 * Math.abs(wanted) + 5e-5 * fall;
      expect(Math.abs(results[step]["loss"][0] - wanted), `loss ${step}: ${results[step]["loss"][0]}`).toBeLessThan(
        near,
      );
    });
    for (const [name, wanted] of Object.entries(after)) {
      wanted.forEach((w, i) => void expect(state[name][i], `${name}[${i}]`).toBeCloseTo(w, 5));
    }
  });
});

describe("at the sizes of the benchmark", () => {
  /** What PyTorch has more of: the LSTM's second bias. */
  const more: Readonly<Record<string, number>> = { lstm: 4 * 256 };
  /** A variant of a case counts as the case. */
  const counted = benchCases.filter(({ name }) => name in pytorch.parameters);

  test("every case but the Boltzmann machines', whose sizes are in plain sight, has a number from PyTorch", () => {
    expect(counted.map((c) => c.name).sort()).toEqual(Object.keys(pytorch.parameters).sort());
    const others = benchCases.filter((c) => !counted.includes(c)).map((c) => c.name);
    expect(others).toEqual(["vae-fused-adam", "rbm-cd1", "rbm-cd25"]);
  });

  test.each(counted)("$name has as many parameters as PyTorch's", ({ name, build }) => {
    const size = build().parameters.reduce((n, { shape }) => n + shape.reduce((k, a) => k * a.size, 1), 0);
    expect(size + (more[name] ?? 0)).toBe(pytorch.parameters[name]);
  });
});

test("the VAE's step, repeated on one batch, lowers its loss", async () => {
  const work = vaeStep({ ...vaeDefaults, pixels: 12, hidden: 8, latent: 2 }, 5);
  const program = compile(work.program);
  const session = await cpu.open(program, { threads: 1 });
  const noise = Object.fromEntries(program.noise.map((p) => [p.name, new Float32Array(2 * 5 * 2)]));
  const first = work.feeds(0, 0);
  const results = await session.run(
    Array.from({ length: 40 }, (_, i) => ({ ...work.feeds(i, i), x: first["x"], ...noise })),
  );
  await session.dispose();
  expect(results[39]["loss"][0]).toBeLessThan(results[0]["loss"][0] - 0.2);
});
