import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { experiments } from "../src/experiments/index.ts";
import { groupOf, measureExperiment, runsOf } from "../src/experiments/reproduce.ts";
import { type GroupResults, readResults } from "../src/experiments/results.ts";
import { resultsPage } from "../src/experiments/results-page.ts";
import { continueRun, type RunContext } from "../src/recipes/run.ts";
import { resolveConfig } from "../src/recipes/run-store.ts";
import { type SweptRun, sweep } from "../src/recipes/sweep.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";

let root: string;
let context: RunContext;
let swept: SweptRun[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-experiments-"));
  context = { runtime: cpu, threads: 1, data: { cacheDir: join(root, "cache"), download: false } };
  const train = (folder: string) => continueRun(folder, context);
  swept = await sweep(runsOf(experiments, "smoke"), { root: join(root, "runs"), jobs: 1, train }, context);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const foldersOf = (id: string): string[] => {
  const [experiment] = experiments.filter((e) => e.id === id);
  const wanted = experiment.presets.smoke.runs.map((run) => JSON.stringify([run.recipe, run.seed, resolveConfig(run)]));
  return wanted.map((key) => {
    const found = swept.find((s) => JSON.stringify([s.wanted.recipe, s.wanted.seed, resolveConfig(s.wanted)]) === key);
    return found?.folder ?? `no run of ${key}`;
  });
};

async function measure(id: string, out: string): Promise<GroupResults> {
  const [experiment] = experiments.filter((e) => e.id === id);
  const folders = { results: join(root, out), pages: join(root, out, "pages") };
  const order = experiments.filter((e) => groupOf(e) === groupOf(experiment)).map((e) => e.id);
  return measureExperiment(experiment, "smoke", foldersOf(id), order, folders, context);
}

test("every experiment has its presets, and their runs are of known recipes", () => {
  expect(experiments.length).toBeGreaterThanOrEqual(8);
  expect(new Set(experiments.map((e) => e.id)).size).toBe(experiments.length);
  for (const e of experiments) {
    for (const preset of Object.values(e.presets)) {
      expect(preset.runs.length, e.id).toBeGreaterThan(0);
      for (const run of preset.runs) expect(() => resolveConfig(run), e.id).not.toThrow();
    }
  }
});

test("the smoke runs all ended", () => {
  expect(swept.map((s) => [s.folder, s.record.status, s.error])).toEqual(
    swept.map((s) => [s.folder, "completed", undefined]),
  );
});

describe.each(experiments.map((e) => e.id))("%s", (id) => {
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

test("results of all experiments of a group are in one file, in their order, with a page that is made of it", () => {
  for (const group of new Set(experiments.map(groupOf))) {
    const results = readResults(join(root, "first"), group);
    expect(Object.keys(results.experiments)).toEqual(experiments.filter((e) => groupOf(e) === group).map((e) => e.id));
    const page = readFileSync(join(root, "first", "pages", `${group}.md`), "utf8");
    expect(page).toBe(resultsPage(results));
    expect(page).not.toMatch(/undefined|NaN|\[object/);
    for (const e of Object.values(results.experiments)) expect(page).toContain(`## ${e.title}`);
    for (const [, link] of page.matchAll(/\]\(([^)#]+\.(?:svg|gif|png))\)/g)) {
      expect(existsSync(join(root, "first", "pages", link)), link).toBe(true);
    }
  }
});

describe("committed results", () => {
  const folder = resolve(import.meta.dirname, "..", "results");
  const groups = readdirSync(folder)
    .filter((f) => f.endsWith(".json"))
    .map((f) => f.replace(".json", ""));

  test.each(groups.length > 0 ? groups : ["none"])("of %s have the page that they make", (group) => {
    if (group === "none") return;
    const pages = resolve(folder, "..", "docs", "results");
    const page = readFileSync(join(pages, `${group}.md`), "utf8");
    expect(page).toBe(resultsPage(readResults(folder, group)));
    for (const e of Object.values(readResults(folder, group).experiments)) {
      for (const { file } of e.figures) expect(existsSync(join(pages, file)), file).toBe(true);
    }
  });
});
