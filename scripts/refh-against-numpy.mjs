/**
 * Time of an epoch of the rEFH on population codes (local/ppc, preset paper: 40 fresh sequences of 1000 steps, an update a step) against the
 * same protocol in NumPy (bench/pytorch/refh_numpy.py), in turn: one after the other, round by round, with as many threads each.
 *
 *   npm run build && node scripts/refh-against-numpy.mjs [--python python3] [--rounds 3] [--epochs 6] [--threads 2] [--json FILE]
 *
 * The first epoch of every process is left out: it warms up. Nothing else should run meanwhile.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: process.env["HELMHOLTZ_PYTHON"] ?? "python3" },
    rounds: { type: "string", default: "3" },
    epochs: { type: "string", default: "6" },
    threads: { type: "string", default: "2" },
    json: { type: "string" },
  },
});
const { python, threads } = values;
const [rounds, epochs] = [whole("rounds", 1), whole("epochs", 2)];
whole("threads", 1);
const root = fileURLToPath(new URL("..", import.meta.url));

let numpy;
try {
  numpy = execFileSync(python, ["-c", "import numpy; print(numpy.__version__)"], { encoding: "utf8" }).trim();
} catch {
  console.error(
    `${python} has no NumPy: nothing is compared. Name a Python that has it by --python or HELMHOLTZ_PYTHON.`,
  );
  process.exit(0);
}

const sides = {
  helmholtz: ourEpoch,
  "numpy float64": () => theirEpoch("float64"),
  "numpy float32": () => theirEpoch("float32"),
};
const seconds = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
for (let round = 1; round <= rounds; round++) {
  for (const [name, epoch] of Object.entries(sides)) seconds[name].push(epoch());
  console.log(
    `round ${round}: ${Object.entries(seconds)
      .map(([name, s]) => `${name} ${s.at(-1).toFixed(3)} s`)
      .join(", ")}`,
  );
}
const ratio = (name) => seconds.helmholtz.map((s, i) => s / seconds[name][i]);
const ratios = Object.fromEntries(["numpy float64", "numpy float32"].map((name) => [name, ratio(name)]));
for (const [name, all] of Object.entries(ratios)) {
  console.log(
    `time of an epoch over that of ${name}: ${median(all).toFixed(2)} (${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)})`,
  );
}
if (values.json) {
  const record = {
    what: "an epoch of `local/ppc` (an rEFH, preset paper), in seconds",
    cpu: cpus()[0].model,
    threads,
    numpy,
    epochs,
    seconds,
    ratios,
  };
  writeFileSync(`${values.json}.tmp`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${values.json}.tmp`, values.json);
}

/** From the end of the first epoch to the end of the last, before evaluation. */
function ourEpoch() {
  const folder = mkdtempSync(join(tmpdir(), "refh-"));
  const settings = [`train.epochs=${epochs}`, `train.evaluateEvery=${epochs}`].flatMap((s) => ["--set", s]);
  const out = join(folder, "run");
  try {
    const train = ["train", "local/ppc", "--preset", "paper", "--threads", threads, ...settings, "--out", out];
    execFileSync(process.execPath, [join(root, "dist/apps/cli/main.js"), ...train], { stdio: "pipe" });
    const lines = readFileSync(join(out, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const at = (epoch) => lines.find((l) => l.split === "train" && l.epoch === epoch).seconds;
    return (at(epochs) - at(1)) / (epochs - 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The mean over epochs but the first. */
function theirEpoch(dtype) {
  const limit = Object.fromEntries(["OMP", "OPENBLAS", "MKL"].map((name) => [`${name}_NUM_THREADS`, threads]));
  const twin = join(root, "bench/pytorch/refh_numpy.py");
  const printed = execFileSync(python, [twin, dtype, String(epochs)], {
    encoding: "utf8",
    env: { ...process.env, ...limit },
  });
  const each = [...printed.matchAll(/([\d.]+) s wall/g)].map((m) => Number(m[1])).slice(1);
  return each.reduce((a, b) => a + b) / each.length;
}

function median(all) {
  const sorted = [...all].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function whole(name, least) {
  const n = Number(values[name]);
  if (Number.isSafeInteger(n) && n >= least) return n;
  console.error(`--${name}: expected a whole number from ${least}, got ${values[name]}`);
  process.exit(2);
}
