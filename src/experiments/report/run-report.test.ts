import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import domino from "@mixmark-io/domino";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FileError } from "../../base/errors.ts";
import { evaluateRun } from "../../recipes/evaluate-run.ts";
import { continueRun, createRun, type RunContext } from "../../recipes/run.ts";
import { cpu } from "../../runtime/onnxruntime-node.ts";
import { readRun, writeRun } from "../../training/run-folder.ts";
import { probeRun } from "../probe-run.ts";
import { runReport } from "./run-report.ts";

let root: string;
let context: RunContext;
let vae: string;
let classifier: string;

async function train(name: string, recipe: string, set: string[]): Promise<string> {
  const out = join(root, name);
  await createRun({ recipe, preset: "smoke", set, out }, context);
  await continueRun(out, context);
  return out;
}

/** The page as a reader has it. */
function read(path: string) {
  const html = readFileSync(path, "utf8");
  const document = domino.createWindow(html).document;
  const texts = (selector: string) => Array.from(document.querySelectorAll(selector), (e) => e.textContent);
  return { html, texts, headings: texts("h2"), images: Array.from(document.querySelectorAll("img")) };
}

function expectWhole(path: string): void {
  const { html, images } = read(path);
  for (const image of images)
    expect(image.getAttribute("src")).toMatch(/^data:image\/(svg\+xml|png|gif);base64,.{100}/);
  const named = html.replace(/xmlns(:\w+)?="[^"]*"/g, "");
  expect(named.match(/https?:\/\/|src="(?!data:)|url\((?!["']?(data:|#))|@import|<script/)).toBeNull();
  expect(html.replace(/base64,[^"]*/g, "").match(/undefined|NaN|\[object|Infinity/)).toBeNull();
}

/** Every SVG has a PNG of twice its size beside it. */
function expectPngs(files: readonly string[]): void {
  const named = (ending: string) => files.filter((f) => f.endsWith(ending)).map((f) => f.slice(0, -4));
  expect(named(".svg").length).toBeGreaterThan(1);
  expect(named(".png")).toEqual(named(".svg"));
  for (const name of named(".png")) {
    const { width, height } = decode(readFileSync(`${name}.png`));
    const size = readFileSync(`${name}.svg`, "utf8").match(/ width="([\d.]+)" height="([\d.]+)"/)!;
    expect([width, height]).toEqual([Math.round(2 * Number(size[1])), Math.round(2 * Number(size[2]))]);
  }
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-report-"));
  context = { runtime: cpu, threads: 1, data: { cacheDir: join(root, "cache"), download: false } };
  vae = await train("vae", "concept/vae", ["model.hidden=16", "data.trainLimit=500"]);
  classifier = await train("classifier", "concept/classifier", ["data.trainLimit=500"]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("the page of a generative model", () => {
  test("has what can be asked of it, and its figures as files", async () => {
    const path = await runReport(vae, context);
    expect(path).toBe(join(vae, "index.html"));
    expectWhole(path);
    expect(read(path).headings).toEqual([
      "Learning",
      "Reconstructions",
      "Samples",
      "Latent space",
      "Repeated inference",
      "What it was made from",
      "Go on from here",
    ]);
    expect(readdirSync(join(vae, "figures")).sort()).toEqual([
      "latent-map.svg",
      "learning.svg",
      "reconstructions.svg",
      "repeated-inference-distances.svg",
      "repeated-inference-strip.svg",
      "samples.png",
    ]);
  });

  test("says what was run, its scores and how to run it again", () => {
    const { texts, html } = read(join(vae, "index.html"));
    const { elbo } = readRun(vae).metrics!["test"];
    expect(texts("dd")).toContain(`−${Math.abs(elbo).toFixed(2)} nats`);
    expect(texts("dd")).toContain("concept/vae, preset smoke, seed 1");
    expect(texts("pre").join()).toContain(
      "npx helmholtz train concept/vae --preset smoke --seed 1 --set model.hidden=16 --set data.trainLimit=500",
    );
    expect(html.match(/of ([\d,]+) test images/)?.[1]).toBe("200");
  });

  test("is made anew over itself, with the same bytes", async () => {
    const before = readFileSync(join(vae, "index.html"));
    expect(readFileSync(await runReport(vae, context)).equals(before)).toBe(true);
  });

  test("in a hurry has the same first sections and four cleaned images, and no probes", async () => {
    const path = await runReport(vae, context, { quick: true });
    expectWhole(path);
    expect(read(path).headings).toEqual([
      "Learning",
      "Reconstructions",
      "Samples",
      "Latent space",
      "Repeated inference",
      "Go on from here",
    ]);
    expect(read(path).images).toHaveLength(5);
    expect(existsSync(join(vae, "figures", "repeated-inference.svg"))).toBe(true);
  });

  test("goes elsewhere when told so, and alone", async () => {
    const out = join(root, "elsewhere", "page.html");
    const parts: number[] = [];
    expect(await runReport(vae, context, { out, quick: true, progress: (p) => parts.push(p) })).toBe(out);
    expect(readdirSync(join(root, "elsewhere"))).toEqual(["page.html"]);
    expect([parts[0], parts.at(-1), parts]).toEqual([0, 1, [...parts].sort((a, b) => a - b)]);
  });

  test("says that generated digits took MNIST's place", async () => {
    const folder = join(root, "instead");
    mkdirSync(folder);
    for (const file of ["model.safetensors", "metrics.jsonl"]) copyFileSync(join(vae, file), join(folder, file));
    const record = readRun(vae);
    expect(read(await runReport(vae, context, { quick: true })).html).not.toContain("took the place of MNIST");
    const data = { ...(record.config["data"] as object), id: "mnist" };
    writeRun(folder, { ...record, config: { ...record.config, data } });
    const { html } = read(await runReport(folder, context, { quick: true }));
    expect(html).toContain("Generated digits took the place of MNIST, which was not at hand.");
  });

  test("shows what a probe has left, in place of a first look, and passes over other files", async () => {
    const options = { trials: 20, steps: 4 };
    const found = await probeRun(vae, "repeated-inference", options, join(vae, "probes"), { ...context, png: true });
    writeFileSync(join(vae, "probes", "notes.json"), "{ not JSON");
    const path = await runReport(vae, context);
    expectWhole(path);
    const { headings, texts, images } = read(path);
    expect(headings).not.toContain("Repeated inference");
    expect(headings).toContain("Approach to a concept by repeated inference");
    expect(texts("pre")).toContain(found.text);
    expect(texts("figcaption").join()).toContain("trials 20, steps 4");
    const recorded = JSON.parse(readFileSync(found.files[0], "utf8")) as { figures: { file: string }[] };
    expect(images).toHaveLength(4 + recorded.figures.length);
    expectPngs(found.files);
    rmSync(join(vae, "probes", recorded.figures[0].file));
    await expect(runReport(vae, context)).rejects.toThrow(FileError);
    rmSync(join(vae, "probes"), { recursive: true });
  });

  test("of a run without parameters is a FileError, and no page", async () => {
    const out = join(root, "unborn");
    await createRun({ recipe: "concept/vae", preset: "smoke", out }, context);
    await expect(runReport(out, context)).rejects.toThrow(FileError);
    expect(existsSync(join(out, "index.html"))).toBe(false);
  });

  test("of a run that was stopped says how far it came, and that it has no scores", async () => {
    const folder = join(root, "stopped");
    mkdirSync(folder);
    copyFileSync(join(vae, "model.safetensors"), join(folder, "model.safetensors"));
    const { metrics: _, finished: __, ...record } = readRun(vae);
    writeRun(folder, { ...record, status: "interrupted", step: 7 });
    const path = await runReport(folder, context, { quick: true });
    expectWhole(path);
    expect(read(path).headings).not.toContain("Learning");
    expect(read(path).texts("dd").join()).toMatch(/not evaluated.*interrupted at step 7 of 20/);
  });
});

describe("the page of a classifier", () => {
  test("has confusions and no reconstructions, samples or latents", async () => {
    const path = await runReport(classifier, context);
    expectWhole(path);
    expect(read(path).headings).toEqual([
      "Learning",
      "Classes told apart",
      "Judged worst",
      "What it was made from",
      "Go on from here",
    ]);
    expect(readdirSync(join(classifier, "figures")).sort()).toEqual([
      "confusion.svg",
      "learning-accuracy.svg",
      "learning.svg",
      "worst.svg",
    ]);
  });

  test("counts right images as the evaluation does", async () => {
    const { metrics } = await evaluateRun(classifier, "test", context);
    const right = Math.round(metrics["accuracy"] * metrics["count"]);
    const { texts } = read(join(classifier, "index.html"));
    expect(texts("figcaption").join()).toContain(`${right} of 200 test images are told right`);
    const svg = readFileSync(join(classifier, "figures", "confusion.svg"), "utf8");
    // Numbers in cells have a colour of their own, those of the axes have not.
    const cells = [...svg.matchAll(/<text[^>]* fill="[^>]*>(\d+)<\/text>/g)].map((m) => Number(m[1]));
    expect([cells.length, cells.reduce((a, b) => a + b)]).toEqual([100, 200]);
    expect(cells.filter((_, i) => i % 11 === 0).reduce((a, b) => a + b)).toBe(right);
  });

  test("does not offer to generate images", () => {
    const { texts } = read(join(classifier, "index.html"));
    expect(texts("pre").join()).not.toContain("helmholtz generate");
  });
});
