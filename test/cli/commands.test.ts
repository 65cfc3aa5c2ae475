import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { cli, commandLine, lastLine, leftovers, resuming } from "./command-line.ts";

const commands = [
  ...["demo", "list", "train", "sweep", "eval", "probe", "reproduce", "report"],
  ...["generate", "export", "record", "data", "bench", "doctor"],
];

const { root, whole, run } = commandLine();

describe("help", () => {
  test.each(commands)("of %s explains and gives examples", async (command) => {
    const { code, stdout, stderr } = await run(command, "--help");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`helmholtz ${command}`);
    expect(stdout).toMatch(/^Examples:\n {2}helmholtz /m);
  });

  test("of the whole names every command and where to start", async () => {
    const { code, stdout } = await run("--help");
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
    expect(stdout).toContain("Start here:");
  });

  test.each(["list", "get", "verify", "preview"])("of data %s explains", async (command) => {
    const { code, stdout } = await run("data", command, "--help");
    expect(code).toBe(0);
    expect(stdout).toContain(`helmholtz data ${command}`);
  });

  test("the version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(resolve(cli, "../../../../package.json"), "utf8")) as {
      version: string;
    };
    expect((await run("--version")).stdout).toBe(`${version}\n`);
  });
});

describe("--json ends standard output with one line that parses", () => {
  test.each([
    [["list"], ["recipes", "experiments", "probes", "datasets"]],
    [["list", "datasets"], ["datasets"]],
    [["data", "list"], ["datasets"]],
    [
      ["data", "get", "glyphs"],
      ["dataset", "provenance", "train", "test"],
    ],
    [
      ["data", "verify", "glyphs"],
      ["dataset", "files"],
    ],
    [
      ["data", "preview", "glyphs", "--count", "9"],
      ["dataset", "count", "picture"],
    ],
    [
      ["doctor", "--python", "/nowhere/python"],
      ["ok", "findings"],
    ],
    [
      ["eval", "whole", "--threads", "1"],
      ["run", "metrics"],
    ],
    [
      ["export", "whole"],
      ["run", "model"],
    ],
    [
      ["generate", "whole", "--count", "4"],
      ["run", "count", "seed", "picture", "numbers"],
    ],
    [resuming("whole").slice(0, -2), ["run", "status", "step", "seconds", "metrics"]],
    [
      ["probe", "whole"],
      ["run", "probes"],
    ],
    [
      ["probe", "whole", "repeated-inference", "--trials", "20", "--steps", "3", "--no-figures"],
      ["run", "probe", "options", "result", "files", "seconds"],
    ],
    [["sweep", "concept/vae", "--preset", "smoke", "--dry-run"], ["runs"]],
    [["reproduce", "concept/trajectory", "--preset", "smoke", "--dry-run"], ["runs"]],
    [
      ["report", "whole"],
      ["what", "of", "page", "seconds"],
    ],
  ])("%j", async (args, keys) => {
    const { code, stdout, stderr } = await run(...args, "--json");
    expect([code, stdout.split("\n").length], stderr).toEqual([0, 2]);
    expect(Object.keys(lastLine(stdout))).toEqual(keys);
  });

  test("eval gives the numbers that the training gave", async () => {
    const { metrics } = lastLine((await run("eval", "whole", "--threads", "1", "--json")).stdout);
    const record = JSON.parse(readFileSync(join(whole, "run.json"), "utf8")) as { metrics: unknown };
    expect(metrics).toEqual(record.metrics);
  });

  test("demo makes a page, a model and a run", async () => {
    const { code, stdout, stderr } = await run("demo", "--preset", "smoke", "--out", "demo", "--no-download", "--json");
    expect(code, stderr).toBe(0);
    const said = lastLine(stdout);
    expect(said).toMatchObject({ run: "demo", status: "completed" });
    for (const file of ["index.html", "model.onnx", "model.safetensors", "figures/samples.png"]) {
      expect(existsSync(join(root, "demo", file)), file).toBe(true);
    }
    expect(leftovers(join(root, "demo"))).toEqual([]);
  });
});

describe("a sweep", () => {
  const args = ["sweep", "concept/vae", "--preset", "smoke", "--grid", "model.latent=2,3", "--seeds", "1-2"];
  const small = [
    "--set",
    "model.hidden=8",
    "--set",
    "data.trainLimit=200",
    "--runs",
    "swept",
    "--no-download",
    "--json",
  ];
  interface Swept {
    readonly runs: readonly { readonly run: string; readonly status: string; readonly found: boolean }[];
  }

  test("trains every point of its grid in a folder of its own, and nothing the second time", async () => {
    const first = await run(...args, ...small);
    expect(first.code, first.stderr).toBe(0);
    const { runs } = lastLine(first.stdout) as unknown as Swept;
    expect(runs.map((r) => [r.status, r.found])).toEqual(Array(4).fill(["completed", false]));
    expect(new Set(runs.map((r) => r.run)).size).toBe(4);
    for (const r of runs) expect(existsSync(join(root, r.run, "model.safetensors")), r.run).toBe(true);
    const again = await run(...args, ...small);
    expect([again.code, (lastLine(again.stdout) as unknown as Swept).runs]).toEqual([
      0,
      runs.map((r) => ({ ...r, found: true })),
    ]);
  });
});

test("reproduce trains what is missing, measures, and writes numbers, figures and a page", async () => {
  const args = [
    "reproduce",
    "concept/trajectory",
    "--preset",
    "smoke",
    "--runs",
    "reproduced",
    "--no-download",
    "--json",
  ];
  const { code, stdout, stderr } = await run(...args);
  expect(code, stderr).toBe(0);
  expect(lastLine(stdout)).toMatchObject({ preset: "smoke", experiments: [{ id: "concept/trajectory" }] });
  expect(existsSync(join(root, "results", "concept.json"))).toBe(true);
  const page = readFileSync(join(root, "docs", "results", "concept.md"), "utf8");
  for (const [, link] of page.matchAll(/\]\((concept\/[^)]+)\)/g)) {
    expect(existsSync(join(root, "docs", "results", link)), link).toBe(true);
  }
  const report = await run("report", "concept/trajectory", "--json");
  expect([report.code, lastLine(report.stdout)], report.stderr).toMatchObject([0, { of: "experiment" }]);
  expect(leftovers(root)).toEqual([]);
});
