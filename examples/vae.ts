/**
 * A VAE in a page: build the model, one training step as a graph, train it on generated digits, look at what it dreams.
 * After `npm ci`: `node dist/examples/vae.js`, or with Node 22.18 and newer straight from here.
 */
import { writeFileSync } from "node:fs";
import {
  adam,
  compileStep,
  constantRate,
  cpu,
  drawNoise,
  encodePng,
  glyphs,
  imageGrid,
  sampleModel,
  shuffled,
  streams,
  vae,
  vaeDefaults,
} from "../src/node.ts";

/** Trains for some steps and draws samples. @returns the loss (nats per image) at every step, and the picture */
export async function trainVae({ steps = 400, batch = 50, seed = 1 } = {}) {
  const model = vae({ ...vaeDefaults, hidden: 256, latent: 20 }); // variables, q(z | x), p(x | z) and the loss of eq. (5)
  const optimizer = adam(constantRate(1e-3));
  const program = compileStep(model, optimizer, { batch }); // forward, backward and update: one ONNX graph
  const session = await cpu.open(program, { seed }); // it keeps the parameters between steps

  const { train } = glyphs({ train: 2000 }).splits;
  const batches = shuffled(streams(seed), train.count, batch);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const x = new Float32Array(batch * 784);
    train.read("image", batches.batchIndices(step), x);
    const rates = Object.entries(optimizer.scalars(step)).map(([name, value]) => [name, Float32Array.of(value)]);
    const [{ loss }] = await session.run([
      { x, ...drawNoise(program.noise, seed, "train", step), ...Object.fromEntries(rates) },
    ]);
    losses.push(loss[0]);
  }

  const dreams = await sampleModel(model, await session.read(), cpu, { n: 64, seed });
  await session.dispose();
  return { losses, picture: imageGrid(dreams, { height: 28, width: 28, columns: 8 }) };
}

if (process.argv[1]?.match(/vae\.(js|ts)$/)) {
  const { losses, picture } = await trainVae();
  console.log(`loss ${losses[0].toFixed(0)} → ${losses.at(-1)!.toFixed(0)} nats per image; dreams in dreams.png`);
  writeFileSync("dreams.png", encodePng(picture));
}
