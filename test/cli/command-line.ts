/** The command line as a child process, in a temporary folder that holds a finished run. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect } from "vitest";

export const cli = resolve(import.meta.dirname, "..", "..", "dist", "apps", "cli", "main.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  /** The folder in which commands run. */
  readonly root: string;
  /** A finished run of 200 steps, the folder "whole" in it. */
  readonly whole: string;
  /** Starts the command, away from any data or cache of the person who runs the tests. */
  start(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> };
  run(...args: string[]): Promise<Ended>;
}

/** For all tests of a file: the folder is made before them and removed after. */
export function commandLine(): CommandLine {
  const root = mkdtempSync(join(tmpdir(), "helmholtz-cli-"));
  const whole = join(root, "whole");
  const self: CommandLine = {
    root,
    whole,
    start(args) {
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
    },
    run: (...args) => self.start(args).ended,
  };
  beforeAll(async () => {
    const { code, stdout, stderr } = await self.run(...training(whole));
    expect([code, stderr.includes("    at ")], stderr).toEqual([0, false]);
    expect(lastLine(stdout)).toMatchObject({ run: whole, status: "completed", step: 200 });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return self;
}

/** A training that lasts some seconds, with a checkpoint every ten steps. */
export const training = (out: string): string[] => [
  ...["train", "concept/vae", "--preset", "smoke", "--out", out, "--set", "train.epochs=10", "--threads", "1"],
  ...["--no-download", "--json"],
];
export const resuming = (folder: string): string[] => ["train", "--resume", folder, "--no-download", "--json"];

export const lastLine = (text: string): Record<string, unknown> =>
  JSON.parse(text.trimEnd().split("\n").at(-1) ?? "") as Record<string, unknown>;

/** Temporary files that lie anywhere below the folder. */
export const leftovers = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((f) => f.includes(".tmp"));

/** Waits for something to become true; ten seconds at most. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !isTrue(); i++) await wait(5);
  expect(isTrue(), what).toBe(true);
}

/** How many checkpoints a run has. */
export const checkpoints = (folder: string): number => {
  const path = join(folder, "checkpoints");
  return existsSync(path) ? readdirSync(path).filter((name) => /^\d+$/.test(name)).length : 0;
};
