import { openInference, type Parameters } from "../analyses/inference.ts";
import type { Rows } from "../analyses/rows.ts";
import { axis, sizeOf } from "../base/shape.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import { readField, type Subject } from "./subject.ts";

/** Posterior means of the training images, (image, latent), all latents of the model side by side, and the images' labels. */
export interface Memories extends Rows {
  readonly data: Float32Array;
  readonly labels: Float32Array;
}

/** Training images encoded at once, so that only their latents are kept. */
const PART = 5000;

const known = new WeakMap<Parameters, WeakMap<Dataset, Promise<Memories>>>();

/**
 * Memories ξ⁽ⁱ⁾ = E_q(z|x⁽ⁱ⁾)[z] of all training images (Nagano et al., arXiv:1712.04195, eq. 9). Those of the same parameters and data
 * are computed once.
 */
export function memoriesOf(subject: Subject): Promise<Memories> {
  const { parameters, dataset } = subject;
  const onData = known.get(parameters) ?? new WeakMap<Dataset, Promise<Memories>>();
  known.set(parameters, onData);
  const memories = onData.get(dataset) ?? encodeAll(subject);
  onData.set(dataset, memories);
  return memories;
}

async function encodeAll(subject: Subject): Promise<Memories> {
  const { model, dataset, field } = subject;
  const { train } = dataset.splits;
  const width = latentWidth(model);
  const data = new Float32Array(train.count * width);
  const inference = await openInference(model, subject.parameters, subject.runtime, subject.options);
  try {
    for (let from = 0; from < train.count; from += PART) {
      const rows = Array.from({ length: Math.min(PART, train.count - from) }, (_, i) => from + i);
      const z = await inference.encode(readField(subject, train, field, rows));
      data.set(joinLatents(model, z), from * width);
    }
  } finally {
    await inference.dispose();
  }
  return { data, width, labels: readField(subject, train, "label") };
}

/** Numbers of all latents of one example. */
export function latentWidth({ latents }: Model): number {
  return latents.reduce((n, { shape }) => n + sizeOf(shape), 0);
}

/** Latents of rows, by name, side by side: (row, latent). */
export function joinLatents({ latents }: Model, z: Readonly<Record<string, Float32Array>>): Float32Array {
  const [only] = latents;
  if (latents.length === 1) return z[only.name];
  const widths = latents.map(({ shape }) => sizeOf(shape));
  const width = widths.reduce((a, b) => a + b, 0);
  const rows = z[only.name].length / widths[0];
  const out = new Float32Array(rows * width);
  let at = 0;
  for (const [i, { name }] of latents.entries()) {
    for (let row = 0; row < rows; row++) {
      out.set(z[name].subarray(row * widths[i], (row + 1) * widths[i]), row * width + at);
    }
    at += widths[i];
  }
  return out;
}

/** The other way: latents by name from rows side by side. */
export function splitLatents({ latents }: Model, joined: Float32Array): Record<string, Float32Array> {
  const widths = latents.map(({ shape }) => sizeOf([axis("one", 1), ...shape]));
  const width = widths.reduce((a, b) => a + b, 0);
  const rows = joined.length / width;
  let at = 0;
  return Object.fromEntries(
    latents.map(({ name }, i) => {
      const out = new Float32Array(rows * widths[i]);
      for (let row = 0; row < rows; row++) {
        out.set(joined.subarray(row * width + at, row * width + at + widths[i]), row * widths[i]);
      }
      at += widths[i];
      return [name, out];
    }),
  );
}
