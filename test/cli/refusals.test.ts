import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { commandLine, leftovers, resuming } from "./command-line.ts";

const { root, whole, start, run } = commandLine();

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
