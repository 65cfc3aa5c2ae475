import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkpoints, commandLine, lastLine, leftovers, resuming, training, until } from "./command-line.ts";

const { root, whole, start, run } = commandLine();

const parametersOf = (folder: string): string => readFileSync(join(folder, "model.safetensors")).toString("hex");
const metricsOf = (folder: string): unknown[] =>
  readFileSync(join(folder, "metrics.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => ({ ...(JSON.parse(line) as object), seconds: 0 }));

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

test("a sweep that is interrupted saves, exits with 130, and goes on by the same command", async () => {
  const long = [
    ...["sweep", "concept/vae", "--preset", "smoke", "--grid", "model.latent=2,3", "--seeds", "1-2"],
    ...["--set", "train.epochs=20", "--runs", "stopped", "--jobs", "2", "--no-download", "--json"],
  ];
  const { child, ended } = start(long);
  const runs = join(root, "stopped", "concept/vae");
  await until("checkpoints of two runs", () => {
    const folders = existsSync(runs) ? readdirSync(runs) : [];
    return folders.filter((f) => checkpoints(join(runs, f)) > 0).length >= 2;
  });
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  expect(code, stderr).toBe(130);
  const states = (): string[] =>
    readdirSync(runs).map(
      (f) => (JSON.parse(readFileSync(join(runs, f, "run.json"), "utf8")) as { status: string }).status,
    );
  expect(states().every((s) => s === "interrupted" || s === "completed")).toBe(true);
  expect(states()).toContain("interrupted");

  const again = await run(...long);
  expect(again.code, again.stderr).toBe(0);
  expect(states()).toEqual(Array(4).fill("completed"));
});
