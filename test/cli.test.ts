import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const cli = resolve(import.meta.dirname, "..", "dist", "apps", "cli", "main.js");
const commands = [
  ...["demo", "list", "train", "sweep", "eval", "probe", "reproduce", "report"],
  ...["generate", "export", "record", "data", "bench", "doctor"],
];

let root: string;
/** A finished run of 200 steps. */
let whole: string;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command in the temporary folder, away from any data or cache of the person who runs the tests. */
function start(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const { HELMHOLTZ_DATA: _, ...env } = process.env;
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: root,
    env: { ...env, XDG_CACHE_HOME: join(root, "cache"), LOCALAPPDATA: join(root, "cache") },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 50_000,
    killSignal: "SIGKILL",
  });
  let [stdout, stderr] = ["", ""];
  child.stdout!.on("data", (text) => void (stdout += text));
  child.stderr!.on("data", (text) => void (stderr += text));
  const ended = new Promise<Ended>((done) => child.on("close", (code) => done({ code, stdout, stderr })));
  return { child, ended };
}

const run = (...args: string[]): Promise<Ended> => start(args).ended;

/** A training that lasts some seconds, with a checkpoint every ten steps. */
const training = (out: string): string[] => [
  ...["train", "concept/vae", "--preset", "smoke", "--out", out, "--set", "train.epochs=10", "--threads", "1"],
  ...["--no-download", "--json"],
];
const resuming = (folder: string): string[] => ["train", "--resume", folder, "--no-download", "--json"];

const lastLine = (text: string): Record<string, unknown> =>
  JSON.parse(text.trimEnd().split("\n").at(-1) ?? "") as Record<string, unknown>;

const parametersOf = (folder: string): string => readFileSync(join(folder, "model.safetensors")).toString("hex");
const metricsOf = (folder: string): unknown[] =>
  readFileSync(join(folder, "metrics.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }));

/** Temporary files that lie anywhere below the folder. */
const leftovers = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((f) => f.includes(".tmp"));

/** Waits for something to become true; ten seconds at most. */
async function until(what: string, isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !isTrue(); i++) await wait(5);
  expect(isTrue(), what).toBe(true);
}

const checkpoints = (folder: string): number => {
  const path = join(folder, "checkpoints");
  return existsSync(path) ? readdirSync(path).filter((name) => /^\d+$/.test(name)).length : 0;
};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-cli-"));
  whole = join(root, "whole");
  const { code, stdout, stderr } = await run(...training(whole));
  expect([code, stderr.includes("    at ")], stderr).toEqual([0, false]);
  expect(lastLine(stdout)).toMatchObject({ run: whole, status: "completed", step: 200 });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

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

  test("that is interrupted saves, exits with 130, and goes on by the same command", async () => {
    const long = [...args, "--set", "train.epochs=40", "--runs", "stopped", "--jobs", "2", "--no-download", "--json"];
    const { child, ended } = start(long);
    const runs = join(root, "stopped", "concept/vae");
    await until("checkpoints of two runs", () => {
      const folders = existsSync(runs) ? readdirSync(runs) : [];
      return folders.filter((f) => checkpoints(join(runs, f)) > 0).length >= 2;
    });
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(130);
    const states = readdirSync(runs).map(
      (f) => (JSON.parse(readFileSync(join(runs, f, "run.json"), "utf8")) as { status: string }).status,
    );
    expect(states.every((s) => s === "interrupted" || s === "completed")).toBe(true);
    expect(states).toContain("interrupted");
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

describe("a bad command", () => {
  test.each([
    ["train", "--seed", "-1", "concept/vae"],
    ["train", "concept/vae", "--threads", "0"],
    ["train", "concept/vae", "--no-such-flag"],
    ["no-such-command"],
    ["eval"],
    ["list", "nonsense"],
  ])("that the command line itself refuses exits with 2 and says why: %s %s %s %s", async (...args) => {
    const { code, stdout, stderr } = await run(...args.filter(Boolean));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toContain("    at ");
  });

  const smoke = ["train", "concept/vae", "--preset", "smoke", "--no-download", "--json"];
  /** Wrong use: exit code 2. */
  const usage: [string, string[], RegExp][] = [
    ["an unknown recipe", ["train", "concept/vea", "--out", "new", "--json"], /did you mean "concept\/vae"/],
    ["an unknown preset", ["train", "concept/vae", "--preset", "smoek", "--out", "new"], /did you mean "smoke"/],
    ["no recipe", ["train", "--out", "new"], /a recipe or --resume/],
    ["a misspelt key", [...smoke, "--out", "new", "--set", "model.latnt=3"], /did you mean "model\.latent"/],
    [
      "a negative size",
      [...smoke, "--out", "new", "--set", "model.latent=-3"],
      /model\.latent: expected .*>=1, got -3/,
    ],
    [
      "an unknown device",
      [...smoke, "--out", "new", "--device", "tpu"],
      /--device: expected one of cpu, webgpu, got "tpu"/,
    ],
    ["an unknown data set", [...smoke, "--out", "new", "--set", "data.id=mnst"], /did you mean "mnist"/],
    ["an unknown data set to get", ["data", "get", "mnst", "--no-download"], /did you mean "mnist"/],
    ["a run in the place of another", [...smoke, "--out", "whole"], /got a run; continue it with --resume whole/],
    ["an unknown split", ["eval", "whole", "--split", "tset"], /--split: expected one of train, test/],
    ["an unknown probe", ["probe", "whole", "repeated-inferense"], /did you mean "repeated-inference"/],
    [
      "an option of a probe that is no number",
      ["probe", "whole", "repeated-inference", "--trials", "many"],
      /options of repeated-inference, trials: expected number, got "many"/,
    ],
    [
      "an option of a probe beyond its range",
      ["probe", "whole", "repeated-inference", "--noise", "1.5"],
      /options of repeated-inference, noise: expected .*<=1, got 1\.5/,
    ],
    ["a probe that wants a judge", ["probe", "whole", "classified-ends"], /judge/],
    ["an unknown experiment", ["reproduce", "concept/trajektory"], /did you mean "concept\/trajectory"/],
    ["an unknown size of it", ["reproduce", "concept", "--preset", "papr"], /did you mean "paper"/],
    [
      "a grid without values",
      ["sweep", "concept/vae", "--grid", "model.latent"],
      /--grid model\.latent: expected key=value/,
    ],
    ["seeds that are none", ["sweep", "concept/vae", "--seeds", "3-1"], /--seeds: expected/],
    ["a report of nothing", ["report", "nowhere"], /nowhere/],
  ];
  /** What fails for a reason outside the command: exit code 1. */
  const failures: [string, string[], RegExp][] = [
    ["a run below a file", [...smoke, "--out", "file/run"], /file.run: .*a file where a folder is needed/],
    ["a run in the place of a file", [...smoke, "--out", "file"], /file: .*a file where a folder is needed/],
    ["a missing run to resume", resuming("none"), /none: expected a run folder .*got no such folder/],
    ["a missing run to score", ["eval", "none"], /none: expected a run folder/],
    ["a missing run to draw from", ["generate", "none"], /none: expected a run folder/],
    ["a missing run to export", ["export", "none"], /none: expected a run folder/],
    ["a folder that is no run", ["eval", "empty"], /empty: .*got a folder without it/],
    ["a run without parameters to score", ["eval", "begun"], /expected the parameters of a run.*--resume begun/],
    ["a run without parameters to export", ["export", "begun"], /expected the parameters of a run/],
    ["a run without parameters to draw from", ["generate", "begun"], /expected the parameters of a run/],
    ["an export to below a file", ["export", "whole", "--out", "file/model.onnx"], /a file where a folder is needed/],
    ["a picture to below a file", ["generate", "whole", "--out", "file/a.png"], /a file where a folder is needed/],
    [
      "a data folder that is not there",
      [...smoke, "--out", "new", "--data-dir", "nowhere", "--set", "data.id=mnist"],
      /nowhere: expected a folder/,
    ],
    ["data that may not be downloaded", ["data", "get", "mnist", "--no-download"], /MNIST: .*downloads are off/],
    ["data to verify that are not there", ["data", "verify", "mnist"], /mnist.*got no file; fetch it/],
  ];

  beforeAll(() => {
    writeFileSync(join(root, "file"), "");
    mkdirSync(join(root, "empty"));
    mkdirSync(join(root, "begun"));
    const record = JSON.parse(readFileSync(join(whole, "run.json"), "utf8")) as object;
    writeFileSync(join(root, "begun", "run.json"), JSON.stringify({ ...record, status: "running", step: 0 }));
  });

  /** One line on standard error, "helmholtz: where: expected …, got …; fix.", and nothing on disk that was not there. */
  async function refused(args: readonly string[], exit: number, message: RegExp): Promise<void> {
    const before = readdirSync(root).sort();
    const { code, stdout, stderr } = await start(args).ended;
    expect(stderr).toMatch(/^helmholtz: .+: expected .+, got .+; .+\.\n$/);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
    expect(stdout.includes("{")).toBe(false);
    expect(code).toBe(exit);
    expect(readdirSync(root).sort()).toEqual(before);
    expect(leftovers(root)).toEqual([]);
  }

  test.each(usage)("%s exits with 2 and one line that says what to do", (_, args, message) =>
    refused(args, 2, message),
  );
  test.each(failures)("%s exits with 1 and one line that says what to do", (_, args, message) =>
    refused(args, 1, message),
  );

  test.runIf(process.platform === "linux")("a run in a place where no folder can be made exits with 1", () =>
    refused([...smoke, "--out", "/proc/x/run"], 1, /\/proc\/x: expected a place that can be written/),
  );

  test("a sentence ends with one full stop", async () => {
    const { stderr } = await run("data", "get", "mnst", "--no-download");
    expect(stderr).not.toMatch(/[.?!]\.\n$/);
  });

  describe("about data files", () => {
    /** The four files of MNIST, of which the first one holds these bytes. */
    const withImages = (name: string, bytes: Uint8Array): string => {
      const folder = join(root, "data", name);
      mkdirSync(folder, { recursive: true });
      for (const part of ["train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"]) {
        writeFileSync(join(folder, `${part}-ubyte`), "");
      }
      const gz = bytes[0] === 0x1f ? ".gz" : "";
      writeFileSync(join(folder, `train-images-idx3-ubyte${gz}`), bytes);
      return folder;
    };
    const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28, ...new Uint8Array(784));
    const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0xea, 0x60, ...new Uint8Array(100));
    const cases: [string, Uint8Array, RegExp][] = [
      ["cut short", images, /train-images-idx3-ubyte, offset 800: .*the file is cut short/],
      ["of labels where images belong", labels, /train-images-idx3-ubyte, offset 0: .*labels seem to be swapped/],
      ["with another magic number", Uint8Array.of(1, 2, 3, 4, ...images.subarray(4)), /got 01 02 03 04/],
      ["with another hash than the published one", gzipSync(images), /train-images-idx3-ubyte\.gz: .*as published/],
      ["that is empty", new Uint8Array(0), /train-images-idx3-ubyte.*: /],
    ];
    test.each(cases)("a file %s exits with 1 and one line that names it", async (name, bytes, message) => {
      const folder = withImages(name.replaceAll(" ", "-"), bytes);
      await refused(["data", "get", "mnist", "--data-dir", folder, "--no-download"], 1, message);
    });

    test("a training on a damaged file exits with 1 and does not take glyphs instead", () => {
      const folder = withImages("damaged", images);
      const args = [...smoke, "--set", "data.id=mnist", "--data-dir", folder, "--out", "new"];
      return refused(args, 1, /train-images-idx3-ubyte, offset 800: /);
    });
  });

  test.each([
    ["checkpoints/200/model.safetensors", /model\.safetensors: expected an undamaged checkpoint/],
    ["checkpoints/200/train.safetensors", /train\.safetensors: expected an undamaged checkpoint/],
    ["checkpoints/200/state.json", /state\.json: expected the undamaged state of a checkpoint as JSON/],
    ["run.json", /run\.json: expected the record of a run/],
  ])("a resumed run with a damaged %s exits with 1 and one line that names it", async (file, message) => {
    const folder = join(root, `damaged-${file.replaceAll("/", "-")}`);
    cpSync(whole, folder, { recursive: true });
    const record = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as object;
    writeFileSync(join(folder, "run.json"), JSON.stringify({ ...record, status: "interrupted" }));
    rmSync(join(folder, "model.safetensors"));
    truncateSync(join(folder, file), 40);
    await refused(resuming(folder), 1, message);
    expect(existsSync(join(folder, "running.pid"))).toBe(false);
  });
});

test("Ctrl-C saves and exits with 130, and the resumed run has the bytes of an unbroken one", async () => {
  const folder = join(root, "interrupted");
  const { child, ended } = start(training(folder));
  await until("a checkpoint", () => checkpoints(folder) > 0);
  child.kill("SIGINT");
  const { code, stdout, stderr } = await ended;
  expect(code, stderr).toBe(130);
  expect(stderr).toContain("stopping after a checkpoint");
  const said = lastLine(stdout) as { status: string; step: number };
  expect(said.status).toBe("interrupted");
  expect(said.step).toBeLessThan(200);
  expect(existsSync(join(folder, "checkpoints", String(said.step)))).toBe(true);
  expect([existsSync(join(folder, "running.pid")), leftovers(folder)]).toEqual([false, []]);

  const resumed = await run(...resuming(folder));
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(lastLine(resumed.stdout)).toMatchObject({ status: "completed", step: 200 });
  expect(parametersOf(folder)).toBe(parametersOf(whole));
  expect(metricsOf(folder)).toEqual(metricsOf(whole));
});

test("when the command is killed its training ends by itself, and can be resumed to the same bytes", async () => {
  const folder = join(root, "orphaned");
  const { child, ended } = start(training(folder));
  await until("a checkpoint", () => checkpoints(folder) > 0);
  const trainer = Number(readFileSync(join(folder, "running.pid"), "utf8"));
  expect(trainer).not.toBe(child.pid);
  child.kill("SIGKILL");
  await until("the end of the training process", () => !existsSync(join(folder, "running.pid")));
  await ended;
  const record = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as { status: string; step: number };
  expect(record.status).toBe("interrupted");
  expect(leftovers(folder)).toEqual([]);

  const resumed = await run(...resuming(folder));
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(parametersOf(folder)).toBe(parametersOf(whole));
  expect(metricsOf(folder)).toEqual(metricsOf(whole));
});

test("a run that another process is training is refused", async () => {
  const folder = join(root, "taken");
  cpSync(whole, folder, { recursive: true });
  const record = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as object;
  writeFileSync(join(folder, "run.json"), JSON.stringify({ ...record, status: "running" }));
  writeFileSync(join(folder, "running.pid"), String(process.pid));
  const { code, stderr } = await run(...resuming(folder));
  expect(code).toBe(2);
  expect(stderr).toMatch(new RegExp(`^helmholtz: .*one that process ${process.pid} is training`));
});
