import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import domino from "@mixmark-io/domino";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { FileError, UsageError } from "../../base/errors.ts";
import { lineChart } from "../../figures/chart.ts";
import { encodeGif } from "../../figures/gif.ts";
import { imageGrid } from "../../figures/image-grid.ts";
import { encodePng } from "../../figures/png.ts";
import { cpu } from "../../runtime/onnxruntime-node.ts";
import type { Finding } from "../experiment.ts";
import type { ExperimentResult, GroupResults } from "../results.ts";
import { resultsPage } from "../results-page.ts";
import { experimentReport } from "./experiment-report.ts";
import { report } from "./report.ts";

const root = mkdtempSync(join(tmpdir(), "helmholtz-experiment-report-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const folders = { results: join(root, "results"), pages: join(root, "pages") };
const picture = imageGrid(Float32Array.of(0, 0.5, 1, 0), { height: 2, width: 2 });
const points = [
  [0, 1],
  [1, 2],
] as const;
const images = {
  "curve.svg": lineChart({ id: "c", series: [{ name: "", points }], x: { label: "t" }, y: { label: "d" } }),
  "course.gif": encodeGif([picture, picture], { delay: 100 }),
  "grid.png": encodePng(picture),
};

const finding = (verdict: Finding["verdict"]): Finding => ({
  what: `something ${verdict}`,
  paper: `paper on ${verdict}`,
  ours: `<ours> on ${verdict}`,
  verdict,
});

const result = (name: string, title: string, findings: Finding[], figures: string[]): ExperimentResult => ({
  id: `concept/${name}`,
  title,
  source: { paper: "Somebody, 2017", part: `fig. of ${name}` },
  about: `What ${name} asks.`,
  preset: "quick",
  note: "Less of it.",
  command: `npx helmholtz reproduce concept/${name} --preset quick`,
  options: { trials: 10 },
  runs: [
    {
      recipe: "concept/vae",
      preset: "quick",
      seed: 3,
      set: ["model.latent=5"],
      command: "npx helmholtz train concept/vae --preset quick --seed 3 --set model.latent=5",
      data: "Glyphs",
      insteadOf: "mnist",
      metrics: { test: { elbo: -101.234, kl: 5.4321, count: 10000 } },
      seconds: 600,
      versions: { commit: "abc" },
    },
  ],
  findings,
  numbers: {},
  figures: figures.map((f) => ({ file: `concept/${f}`, alt: `Alt of ${f}`, caption: `Caption of ${f}.` })),
  seconds: 12,
  measured: "2026-11-21T10:00:00.000Z",
  versions: { commit: "def" },
  machine: { cpu: "Some CPU", cores: 4 },
});

const all: readonly Finding["verdict"][] = ["shown", "partly", "not shown", "measured"];
const results: GroupResults = {
  format: 1,
  group: "concept",
  experiments: {
    "concept/trajectory": result("trajectory", "Courses", all.map(finding), Object.keys(images)),
    "concept/other": result("other", "Others", [finding("shown"), finding("shown")], []),
  },
};

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(folders.results, { recursive: true });
  mkdirSync(join(folders.pages, "concept"), { recursive: true });
  writeFileSync(join(folders.results, "concept.json"), JSON.stringify(results));
  for (const [name, bytes] of Object.entries(images)) writeFileSync(join(folders.pages, "concept", name), bytes);
});

function read(path: string) {
  const html = readFileSync(path, "utf8");
  const document = domino.createWindow(html).document;
  const texts = (selector: string) => Array.from(document.querySelectorAll(selector), (e) => e.textContent);
  return { html, texts, document };
}

describe("the page of an experiment", () => {
  const page = () => read(experimentReport("concept/trajectory", folders, join(root, "page.html")));

  test("sets the paper's statement beside ours, the verdict in words and by a mark", () => {
    const { texts, document } = page();
    expect(texts("h1")).toEqual(["Courses"]);
    expect(texts(".comparison h3")).toEqual(all.map((v) => `Something ${v}`));
    expect(texts(".comparison dd")).toEqual(all.flatMap((v) => [`paper on ${v}`, `<ours> on ${v}`]));
    const marks = Array.from(document.querySelectorAll(".mark"), (m) => [m.getAttribute("class"), m.textContent]);
    expect(marks).toEqual([
      ["mark yes", "the paper's effect appears"],
      ["mark partly", "the paper's effect appears in part"],
      ["mark no", "the paper's effect does not appear"],
      ["mark none", "measured, not judged"],
    ]);
  });

  test("has its figures inside, byte for byte, and nothing from elsewhere", () => {
    const { document, html } = page();
    const sources = Array.from(document.querySelectorAll("img"), (i) => i.getAttribute("src")!);
    expect(sources.map((s) => s.split(";")[0])).toEqual(["data:image/svg+xml", "data:image/gif", "data:image/png"]);
    const bytes = sources.map((s) => Buffer.from(s.split(",")[1], "base64"));
    expect(bytes).toEqual(Object.values(images).map((b) => Buffer.from(b)));
    expect(html.match(/https?:\/\/|src="(?!data:)|@import|<script/)).toBeNull();
    expect(html.replace(/base64,[^"]*/g, "").match(/undefined|NaN|\[object/)).toBeNull();
  });

  test("says where generated data took the place of real ones", () => {
    expect(page().texts("p").join("\n")).toContain("Glyphs in place of mnist");
  });

  test("tells its runs, their scores, and the commands", () => {
    const { texts } = page();
    expect(texts("pre")).toEqual(
      Object.values(results.experiments)
        .slice(0, 1)
        .flatMap((e) => [e.command, e.runs[0].command]),
    );
    expect(texts("td")).toEqual([
      ...["concept/vae", "quick", "3", "model.latent=5", "Glyphs", "ELBO -101.23, kl 5.4321", "10 min"],
    ]);
  });
});

describe("the page of a group", () => {
  test("begins with contents that lead to every experiment", () => {
    const { texts, document } = read(experimentReport("concept", folders, join(root, "page.html")));
    expect(texts("h1")).toEqual(["Concept formation and dynamics of repeated inference"]);
    expect(texts("h2")).toEqual(["Courses", "Others"]);
    expect(texts(".contents span")[0]).toBe("fig. of trajectory: shown 1, partly 1, not shown 1, measured 1 (quick)");
    const links = Array.from(document.querySelectorAll(".contents a"), (a) => a.getAttribute("href")!.slice(1));
    expect(links).toEqual(Array.from(document.querySelectorAll("h2"), (h) => h.getAttribute("id")));
  });
});

describe("what is missing", () => {
  test("a figure is a FileError that says how to make it again", () => {
    rmSync(join(folders.pages, "concept", "grid.png"));
    const make = () => experimentReport("concept", folders, join(root, "page.html"));
    expect(make).toThrow(FileError);
    expect(make).toThrow(/grid\.png.*helmholtz reproduce concept\/trajectory/);
  });

  test("results are a FileError that says how to make them", () => {
    const make = () => experimentReport("concept/noise", folders, join(root, "page.html"));
    expect(make).toThrow(FileError);
    expect(make).toThrow(
      /got concept\/trajectory, concept\/other; make them with `helmholtz reproduce concept\/noise`/,
    );
  });

  test.each([
    ["concept/trajectry", /did you mean "concept\/trajectory"/],
    [root, /a run folder \(one with run\.json\), or an experiment \(concept, .*see `helmholtz list experiments`/],
  ])("%s is neither a run nor an experiment", async (name, message) => {
    const make = () => report(name, folders, { runtime: cpu, threads: 1 });
    await expect(make()).rejects.toThrow(UsageError);
    await expect(make()).rejects.toThrow(message);
  });
});

test("a name of an experiment gives its page", async () => {
  const out = join(root, "named.html");
  const written = await report("concept", { ...folders, out }, { runtime: cpu, threads: 1 });
  expect([written, read(out).texts("h2")]).toEqual([{ of: "experiment", page: out }, ["Courses", "Others"]]);
});

test("the Markdown page begins with one line an experiment", () => {
  const lines = resultsPage(results).split("\n");
  expect(lines.filter((l) => l.startsWith("| [concept/"))).toEqual([
    "| [concept/trajectory](#courses) | Courses | shown 1, partly 1, not shown 1, measured 1 | quick |",
    "| [concept/other](#others) | Others | shown 2 | quick |",
  ]);
  expect(lines).toContain("| something partly | paper on partly | <ours> on partly | **partly** |");
});
