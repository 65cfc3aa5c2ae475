import {
  adam,
  compileStep,
  constantRate,
  cpu,
  drawNoise,
  glyphs,
  type Model,
  shuffled,
  streams,
  vae,
  vaeDefaults,
} from "../src/node.ts";

/** Something that can be timed: `steps` training steps, in milliseconds each. */
export interface Subject {
  measure(steps: number): Promise<number>;
}

/** A benchmark. */
export interface BenchCase {
  readonly name: string;
  readonly about: string;
  /** The file in bench/pytorch with the other side, and its arguments. */
  readonly pytorch: readonly string[];
  /** Steps a turn. */
  readonly steps: number;
  open(threads: number): Promise<Subject>;
}

export const benchCases: readonly BenchCase[] = [
  {
    name: "vae",
    about:
      "VAE 784-1024-100, two samples, batch 100: forward, backward and Adam; batches and noise drawn anew at every step",
    pytorch: ["vae.py"],
    steps: 100,
    open: (threads) => trainingSubject(vae(vaeDefaults), 100, threads),
  },
  {
    name: "vae-fused-adam",
    about: "the same against PyTorch with torch.optim.Adam(fused=True), which its users have to ask for",
    pytorch: ["vae.py", "fused"],
    steps: 100,
    open: (threads) => trainingSubject(vae(vaeDefaults), 100, threads),
  },
];

/** Whole training steps, as the trainer does them: read a batch, draw noise, run, look at the loss. */
async function trainingSubject(model: Model, batch: number, threads: number): Promise<Subject> {
  const optimizer = adam(constantRate(1e-3));
  const program = compileStep(model, optimizer, { batch });
  const session = await cpu.open(program, { threads, seed: 1 });
  const { train } = glyphs({ train: 2000, test: 10 }).splits;
  const batches = shuffled(streams(1), train.count, batch);
  const size = batch * model.observation.shape.reduce((n, a) => n * a.size, 1);
  let step = 0;
  const observations: Float32Array[] = [];
  const feeds = (_: unknown, place: number) => {
    observations[place] ??= new Float32Array(size); // used again, as the trainer does
    const x = observations[place];
    train.read("image", batches.batchIndices(step), x);
    const scalars = Object.entries(optimizer.scalars(step)).map(([name, v]) => [name, Float32Array.of(v)]);
    return { x, ...drawNoise(program.noise, 1, "train", step++), ...Object.fromEntries(scalars) };
  };
  return {
    async measure(steps) {
      const start = performance.now();
      for (let done = 0; done < steps; done += 100) {
        await session.run(Array.from({ length: Math.min(100, steps - done) }, feeds)); // as the trainer groups them
      }
      return (performance.now() - start) / steps;
    },
  };
}
