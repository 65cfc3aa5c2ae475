import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { experiments } from "../src/experiments/index.ts";
import { groupOf, measureExperiment, runsOf } from "../src/experiments/reproduce.ts";
import { type GroupResults, readResults } from "../src/experiments/results.ts";
import { resultsPage } from "../src/experiments/results-page.ts";
import { continueRun, type RunContext } from "../src/recipes/run.ts";
import { resolveConfig } from "../src/recipes/run-store.ts";
import { type SweptRun, sweep } from "../src/recipes/sweep.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";

/** Runs all experiments of a paper at their smallest size, end to end. A file of its own for each group, so that groups are tested side by side. */
export function testExperiments(group: string): void {
  const own = experiments.filter((e) => groupOf(e) === group);
  const order = own.map((e) => e.id);
  let root: string;
  let context: RunContext;
  let swept: SweptRun[];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "helmholtz-experiments-"));
    context = { runtime: cpu, threads: 1, data: { cacheDir: join(root, "cache"), download: false } };
    const train = (folder: string) => continueRun(folder, context);
    swept = await sweep(runsOf(own, "smoke"), { root: join(root, "runs"), jobs: 1, train }, context);
  }, 600_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const keyOf = (run: SweptRun["wanted"]): string => JSON.stringify([run.recipe, run.seed, resolveConfig(run)]);
  const foldersOf = (id: string): string[] =>
    own
      .filter((e) => e.id === id)
      .flatMap((e) => e.presets.smoke.runs.map(keyOf))
      .map((key) => swept.find((s) => keyOf(s.wanted) === key)?.folder ?? `no run of ${key}`);

  async function measure(id: string, out: string): Promise<GroupResults> {
    const [experiment] = own.filter((e) => e.id === id);
    const folders = { results: join(root, out), pages: join(root, out, "pages") };
    return measureExperiment(experiment, "smoke", foldersOf(id), order, folders, context);
  }

  test("the smoke runs all ended", () => {
    expect(swept.map((s) => [s.folder, s.record.status, s.error])).toEqual(
      swept.map((s) => [s.folder, "completed", undefined]),
    );
  });

  describe.each(order)("%s", (id) => {
    test("measures its smoke runs: findings, numbers, figures, and the same a second time", async () => {
      const first = (await measure(id, "first")).experiments[id];
      expect(first.findings.length).toBeGreaterThan(0);
      for (const f of first.findings) {
        expect(Object.values(f).join(" "), f.what).not.toMatch(/undefined|NaN|\[object/);
        expect(["shown", "partly", "not shown", "measured"]).toContain(f.verdict);
      }
      expect(JSON.stringify(first.numbers)).not.toMatch(/undefined|NaN/);
      expect(Object.keys(first.numbers).length).toBeGreaterThan(0);
      expect(first.figures.length).toBeGreaterThan(0);
      for (const { file, alt, caption } of first.figures) {
        const path = join(root, "first", "pages", file);
        expect(existsSync(path), file).toBe(true);
        if (file.endsWith(".svg")) expect(readFileSync(path, "utf8"), file).not.toMatch(/undefined|NaN|\[object/);
        expect(alt.length * caption.length, file).toBeGreaterThan(0);
      }
      const second = (await measure(id, "second")).experiments[id];
      expect(second.numbers).toEqual(first.numbers);
      expect(second.findings).toEqual(first.findings);
      for (const { file } of first.figures) {
        const [a, b] = ["first", "second"].map((out) => readFileSync(join(root, out, "pages", file)));
        expect(a.equals(b), file).toBe(true);
      }
    });
  });

  test("results of all experiments are in one file, in their order, with a page that is made of it", () => {
    const results = readResults(join(root, "first"), group);
    expect(Object.keys(results.experiments)).toEqual(order);
    const page = readFileSync(join(root, "first", "pages", `${group}.md`), "utf8");
    expect(page).toBe(resultsPage(results));
    expect(page).not.toMatch(/undefined|NaN|\[object/);
    for (const e of Object.values(results.experiments)) expect(page).toContain(`## ${e.title}`);
    for (const [, link] of page.matchAll(/\]\(([^)#]+\.(?:svg|gif|png))\)/g)) {
      expect(existsSync(join(root, "first", "pages", link)), link).toBe(true);
    }
  });
}
