import { describe, expect, test } from "vitest";
import type { OpenedRun } from "../../recipes/run.ts";
import { resolveConfig, type WantedRun } from "../../recipes/run-store.ts";
import { sameTree } from "../../recipes/settings.ts";
import type { Outcome, TrainedRun } from "../experiment.ts";
import { generalization } from "./generalization.ts";

const { quick, paper } = generalization.presets;

/** Runs as they are wanted, whose test ELBO is a function of their configuration. */
function trained(
  wanted: readonly WantedRun[],
  elbo: (latent: number, rate: number, batch: number) => number,
): TrainedRun[] {
  return wanted.map((run) => {
    const config = resolveConfig(run);
    const { rate, batch } = config.train;
    const value = elbo(config.model["latent"] as number, rate.kind === "constant" ? rate.rate : 0, batch);
    const opened = { config, record: { metrics: { test: { elbo: value, count: 1 } } } } as unknown as OpenedRun;
    return { wanted: run, run: opened, open: () => Promise.reject(new Error("no model is asked")) };
  });
}

/** A curve over N_z, reached by one condition of each; the other conditions are below it. */
async function measured(curve: Readonly<Record<number, number>>): Promise<Outcome> {
  const runs = trained(quick.runs, (latent, rate, batch) => {
    const least = rate === 0.001 && batch === (latent < 10 ? 50 : 200) ? 0 : 1;
    return curve[latent] - least * (1 + batch / 100 + 100 * rate);
  });
  return generalization.measure(runs, { tolerance: 1 }, { progress: () => {} });
}

test.each([quick, paper])("every number of latents has the paper's nine conditions, each once", ({ runs }) => {
  const configs = runs.map(resolveConfig);
  const conditions = configs.map((c) => ({ rate: c.train.rate, batch: c.train.batch }));
  const wanted = [0.01, 0.001, 0.0001].flatMap((rate) =>
    [50, 100, 200].map((batch) => ({ rate: { kind: "constant", rate }, batch })),
  );
  const latents = [...new Set(configs.map((c) => c.model["latent"]))];
  for (const latent of latents) {
    const mine = conditions.filter((_, i) => configs[i].model["latent"] === latent);
    expect(mine).toHaveLength(9);
    for (const w of wanted) expect(mine.filter((c) => sameTree(c, w))).toHaveLength(1);
  }
  expect(latents).toEqual(expect.arrayContaining([2, 14, 100]));
});

test("the paper's preset is the paper's network, evaluated after 100 epochs", () => {
  for (const { model, data, train } of paper.runs.map(resolveConfig)) {
    expect([model["hidden"], data.trainLimit, train.epochs]).toEqual([1024, null, 100]);
    expect(100 % train.evaluateEvery).toBe(0);
  }
});

describe("the best condition stands for each number of latents", () => {
  const flat = { 2: -150, 6: -120, 10: -112, 14: -110.4, 20: -110, 50: -110.2, 100: -110.9 };

  test("and the least within 1 nat of the best is the number that is enough", async () => {
    const { findings, numbers, figures } = await measured(flat);
    const best = numbers["best"] as { latent: number; elbo: number; rate: number; batch: number }[];
    expect(best.map((c) => [c.latent, c.elbo])).toEqual(Object.entries(flat).map(([n, e]) => [Number(n), e]));
    expect(best.map((c) => [c.rate, c.batch])).toEqual([50, 50, 200, 200, 200, 200, 200].map((b) => [0.001, b]));
    expect(numbers["enough"]).toBe(14);
    expect(numbers["conditions"]).toHaveLength(63);
    expect(findings.map((f) => f.verdict)).toEqual(["shown", "shown", "measured"]);
    expect(findings[0].ours).toBe("14; the best is N_z = 20");
    expect(findings[1].ours).toBe("0.90 nats over N_z = 14, 20, 50, 100");
    expect(figures).toHaveLength(1);
  });

  test.each([
    ["the ELBO rises to the end", { ...flat, 50: -100, 100: -95 }, ["not shown", "shown"]],
    ["two latents are enough", { ...flat, 2: -110.3 }, ["not shown", "not shown"]],
    ["more latents do harm", { ...flat, 100: -113 }, ["shown", "partly"]],
    ["more latents do much harm", { ...flat, 100: -113.1 }, ["shown", "not shown"]],
    ["exactly 1 nat below", { ...flat, 10: -111 }, ["shown", "shown"]],
  ])("%s", async (_, curve, verdicts) => {
    const { findings } = await measured(curve);
    expect(findings.slice(0, 2).map((f) => f.verdict)).toEqual(verdicts);
  });

  test("a run without a score does not count", async () => {
    const runs = trained(quick.runs, (latent, rate) => (rate === 0.01 ? Number.NaN : -latent));
    const { numbers } = await generalization.measure(runs, { tolerance: 1 }, { progress: () => {} });
    expect((numbers["best"] as { elbo: number }[]).map((c) => c.elbo)).toEqual([-2, -6, -10, -14, -20, -50, -100]);
  });
});
