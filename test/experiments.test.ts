import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { experiments } from "../src/experiments/index.ts";
import { groupOf } from "../src/experiments/reproduce.ts";
import { readResults } from "../src/experiments/results.ts";
import { resultsPage } from "../src/experiments/results-page.ts";
import { resolveConfig } from "../src/recipes/run-store.ts";

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

test("every group of experiments is run in a test of its own", () => {
  for (const group of new Set(experiments.map(groupOf))) {
    const text = readFileSync(join(import.meta.dirname, `experiments-${group}.test.ts`), "utf8");
    expect(text).toContain(`testExperiments("${group}")`);
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
