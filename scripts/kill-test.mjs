/**
 * Kills trainings at random moments and looks whether they go on as if nothing had happened.
 *
 *   node scripts/kill-test.mjs [--kills 50] [--seed n] [--keep]
 *
 * One training runs undisturbed. Then the same one is started through the command line and its whole process group is ended by SIGKILL
 * at random moments (while it starts, while it trains, while it writes a temporary file), and resumed, until it completes; then anew,
 * until all kills are spent. Every completed run must have the undisturbed run's bytes, and its metrics but for the seconds.
 * Needs the build (npm run build). Exit code 0 if all were identical and none became unreadable.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({
  options: { kills: { type: "string", default: "50" }, seed: { type: "string" }, keep: { type: "boolean" } },
});
const wanted = Number(flags.kills);
const seed = Number(flags.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isSafeInteger(wanted) || wanted < 0 || !Number.isSafeInteger(seed)) {
  console.error("kill-test: expected whole numbers for --kills and --seed");
  process.exit(2);
}

const cli = fileURLToPath(new URL("../dist/apps/cli/main.js", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "helmholtz-kill-"));
const settings = ["train.epochs=10", "train.checkpointEvery=5"];
const common = ["--threads", "1", "--no-download", "--cache-dir", join(root, "cache"), "--json"];
const begin = (folder) => [
  ...["train", "concept/vae", "--preset", "smoke", "--seed", "1", "--out", folder],
  ...settings.flatMap((s) => ["--set", s]),
  ...common,
];
const resume = (folder) => ["train", "--resume", folder, ...common];

const random = mulberry32(seed);
const counts = { kills: 0, completed: 0, identical: 0, unreadable: 0 };

try {
  console.log(`seed ${seed}, in ${root}`);
  const reference = join(root, "reference");
  const undisturbed = await run(begin(reference));
  if (undisturbed.code !== 0) throw new Error(`the undisturbed training failed:\n${undisturbed.stderr}`);
  console.log(`undisturbed: ${undisturbed.seconds.toFixed(1)} s`);
  const truth = outcome(reference);

  for (let n = 1; counts.kills < wanted; n++) {
    const folder = join(root, `run-${n}`);
    for (;;) {
      const args = existsSync(join(folder, "run.json")) ? resume(folder) : begin(folder);
      const kill = counts.kills < wanted ? drawKill(undisturbed.seconds) : undefined;
      const { code, killed, seconds, stderr } = await run(args, kill && { ...kill, folder });
      if (killed) {
        counts.kills++;
        const broken = damage(folder);
        if (broken) counts.unreadable++;
        console.log(
          `kill ${counts.kills} of ${wanted}: run ${n}, ${seconds.toFixed(2)} s, ${killed}, ${state(folder)}${broken ? `, UNREADABLE: ${broken}` : ""}`,
        );
        continue;
      }
      if (code !== 0) {
        counts.unreadable++;
        console.log(`run ${n}: exit code ${code}: ${stderr.trim()}`);
        break;
      }
      counts.completed++;
      const same = truth === outcome(folder);
      if (same) counts.identical++;
      console.log(`run ${n} completed, ${same ? "identical" : "DIFFERENT"}`);
      break;
    }
    if (!flags.keep) rmSync(folder, { recursive: true, force: true });
  }
} finally {
  if (flags.keep) console.log(`kept: ${root}`);
  else rmSync(root, { recursive: true, force: true });
}

const { kills, completed, identical, unreadable } = counts;
console.log(`${kills} kills, ${completed} completed runs, ${identical} identical, ${unreadable} unreadable`);
process.exitCode = identical === completed && unreadable === 0 && (completed > 0 || wanted === 0) ? 0 : 1;

/** Half of the kills come at a moment of the whole course; half at the first temporary file that is seen after such a moment. */
function drawKill(seconds) {
  return { after: random() * seconds, onWrite: random() < 0.5 };
}

/** Runs the command line in a process group of its own, which is killed as planned; tells what it was killed in, if it was. */
async function run(args, kill) {
  const began = performance.now();
  const before = new Set(kill ? temporaries(kill.folder) : []);
  const writing = () => temporaries(kill.folder).some((name) => !before.has(name));
  const env = { ...process.env, HELMHOLTZ_DATA: "" };
  const child = spawn(process.execPath, [cli, ...args], { env, detached: true, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  let ended = false;
  const end = new Promise((resolve) => {
    child.on("close", (code, signal) => {
      ended = true;
      resolve({ code, signal });
    });
  });
  let killed;
  if (kill) {
    await Promise.race([end, wait(kill.after * 1000)]);
    while (kill.onWrite && !ended && !writing()) await wait(0);
    if (!ended) {
      killed = writing() ? "while writing" : "between writes";
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        killed = undefined; // it has just ended by itself
      }
    }
  }
  const { code, signal } = await end;
  const seconds = (performance.now() - began) / 1000;
  if (killed && signal !== "SIGKILL") killed = undefined;
  if (killed) await gone(child.pid);
  return { code, killed, seconds, stderr };
}

/** The temporary files and folders in a run folder: those being written, and those that a killed process left. */
function temporaries(folder) {
  return [folder, join(folder, "checkpoints")].flatMap((dir) => {
    try {
      return readdirSync(dir).filter((name) => name.endsWith(".tmp"));
    } catch {
      return []; // the folder is not there yet
    }
  });
}

/** Waits until no process of the group is left, ten seconds at most. */
async function gone(group) {
  for (let i = 0; i < 1000; i++) {
    try {
      process.kill(-group, 0);
    } catch {
      return;
    }
    await wait(10);
  }
}

/** What a person who looks into the folder cannot read, or undefined. */
function damage(folder) {
  try {
    const record = join(folder, "run.json");
    if (existsSync(record)) JSON.parse(readFileSync(record, "utf8"));
    const log = join(folder, "metrics.jsonl");
    if (existsSync(log)) for (const line of readFileSync(log, "utf8").split("\n").slice(0, -1)) JSON.parse(line);
    for (const step of checkpoints(folder)) {
      const path = join(folder, "checkpoints", step);
      const files = readdirSync(path).sort().join(" ");
      if (files !== "model.safetensors state.json train.safetensors") return `${path} has ${files || "no files"}`;
      JSON.parse(readFileSync(join(path, "state.json"), "utf8"));
    }
    return undefined;
  } catch (error) {
    return String(error);
  }
}

function checkpoints(folder) {
  const path = join(folder, "checkpoints");
  return existsSync(path) ? readdirSync(path).filter((name) => /^\d+$/.test(name)) : [];
}

function state(folder) {
  if (!existsSync(join(folder, "run.json"))) return "no run yet";
  const steps = checkpoints(folder).map(Number);
  return steps.length > 0 ? `checkpoint ${Math.max(...steps)}` : "no checkpoint yet";
}

/** What must be the same in two completed runs: the parameters' bytes, and the metrics without the seconds. */
function outcome(folder) {
  const lines = readFileSync(join(folder, "metrics.jsonl"), "utf8").split("\n").slice(0, -1);
  const metrics = lines.map((line) => ({ ...JSON.parse(line), seconds: 0 }));
  return JSON.stringify([readFileSync(join(folder, "model.safetensors")).toString("base64"), metrics]);
}

/** Uniform numbers in [0, 1) from a seed (Tommy Ettinger's mulberry32). */
function mulberry32(start) {
  let a = start >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
