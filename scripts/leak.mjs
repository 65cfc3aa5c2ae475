/**
 * Does memory stay flat? 20,000 training steps in one session, then 500 sessions opened and closed, on the CPU runtime.
 * Prints how fast resident memory grows after warm-up; exits with 1 if either slope is above what noise makes.
 *
 *   node scripts/leak.mjs [folder of the built library, default dist]
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const built = resolve(process.argv[2] ?? "dist", "src/node.js");
const { adam, compileStep, constantRate, cpu, drawNoise, vae } = await import(pathToFileURL(built).href);

/** KiB per 1000 steps and per session that count as flat. */
const LIMITS = { steps: 40, sessions: 20 };

const model = vae({ pixels: 64, hidden: 64, latent: 8, samples: 1, activation: "tanh", init: "glorot-uniform" });
const optimizer = adam(constantRate(1e-3));
const batch = 8;
const program = compileStep(model, optimizer, { batch });

function feeds(step) {
  const scalars = Object.entries(optimizer.scalars(step)).map(([name, value]) => [name, Float32Array.of(value)]);
  return {
    ...Object.fromEntries(scalars),
    x: new Float32Array(batch * 64).fill(0.5),
    ...drawNoise(program.noise, 1, "train", step),
  };
}

setFlagsFromString("--expose-gc"); // what JavaScript has not yet collected is no leak
const collect = runInNewContext("gc");
const resident = () => {
  collect();
  return process.memoryUsage().rss / 1024;
};

/** Least-squares slope of y over x. */
function slope(points) {
  const mean = (f) => points.reduce((total, p) => total + f(p), 0) / points.length;
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
  return mean(([x, y]) => (x - mx) * (y - my)) / mean(([x]) => (x - mx) ** 2);
}

/** Resident memory, KiB, against how many were done, from a fifth of the way on: what comes before is warm-up. */
async function measure(total, each, work) {
  const points = [];
  for (let done = 0; done < total; done += each) {
    await work(done);
    if (done + each > total / 5) points.push([done + each, resident()]);
  }
  return { slope: slope(points), first: points[0][1], last: points.at(-1)[1] };
}

const mib = (kib) => `${(kib / 1024).toFixed(1)} MiB`;

const session = await cpu.open(program, { threads: 1 });
const steps = await measure(20_000, 100, async (done) => {
  await session.run(Array.from({ length: 100 }, (_, i) => feeds(done + i)));
  await session.read();
});
await session.dispose();
const perThousand = steps.slope * 1000;
console.log(
  `20,000 steps: ${perThousand.toFixed(1)} KiB per 1000 steps (${mib(steps.first)} after warm-up, ${mib(steps.last)} at the end)`,
);

const sessions = await measure(500, 5, async () => {
  for (let i = 0; i < 5; i++) {
    const s = await cpu.open(program, { threads: 1 });
    await s.run([feeds(0)]);
    await s.dispose();
  }
});
console.log(
  `500 sessions: ${sessions.slope.toFixed(2)} KiB per session (${mib(sessions.first)} after warm-up, ${mib(sessions.last)} at the end)`,
);

const flat = perThousand <= LIMITS.steps && sessions.slope <= LIMITS.sessions;
console.log(
  flat ? "flat" : `growing: more than ${LIMITS.steps} KiB per 1000 steps or ${LIMITS.sessions} KiB per session`,
);
process.exitCode = flat ? 0 : 1;
