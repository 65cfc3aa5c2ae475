/** A linear model with known weights and a small labelled data set, so that probes can be checked number by number. */
import { stream } from "../src/base/random.ts";
import { axis } from "../src/base/shape.ts";
import { imageDataset } from "../src/data/dataset.ts";
import { gaussian } from "../src/distributions/gaussian.ts";
import { constant } from "../src/graph/leaves.ts";
import { add, mul } from "../src/graph/ops/arithmetic.ts";
import { matmul } from "../src/graph/ops/matmul.ts";
import type { Value } from "../src/graph/value.ts";
import type { Model } from "../src/models/model.ts";
import type { Subject } from "../src/probes/subject.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";

/** z = Wx + b: [latent][pixel], [latent]. The last latent hardly moves. */
const W = [
  [1.5, -0.5, 0.25, 0],
  [-0.75, 1, 0.5, -1],
  [0.02, 0.01, -0.03, 0.04],
];
const b = [0.5, -0.25, 1];

/** x = Vz + c: [pixel][latent], [pixel]. */
const V = [
  [0.4, 0.1, 0.3],
  [-0.1, 0.35, -0.2],
  [0.2, 0.15, 0.1],
  [0.05, -0.3, 0.25],
];
const c = [0.1, 0.4, 0.2, 0.3];

const pixel = axis("pixel", 4);

/** Latents "first" (two numbers) and "second" (one): probes have to put them side by side. */
const parts = {
  first: { shape: [axis("latent", 2)], rows: [0, 1] },
  second: { shape: [axis("latent", 1)], rows: [2] },
};
const [first, second] = [parts.first, parts.second];

const model: Model = {
  name: "linear",
  source: "none",
  observation: { shape: [pixel], range: [0, 1], doc: "four pixels" },
  latents: Object.entries(parts).map(([name, { shape }]) => ({ name, layer: 1, shape, kind: "stochastic" as const })),
  variables: [],
  infer(x) {
    const belief = ({ shape, rows }: typeof first | typeof second) => {
      const weight = constant(Float32Array.from(rows.flatMap((j) => W[j])), [...shape, pixel]);
      const mean = add(
        matmul(x, weight, false, true),
        constant(
          Float32Array.from(rows, (j) => b[j]),
          shape,
        ),
      );
      return gaussian(mean, mul(mean, 0));
    };
    return { first: belief(first), second: belief(second) };
  },
  generate(z) {
    const part = (name: "first" | "second"): Value => {
      const { shape, rows } = parts[name];
      const weight = constant(Float32Array.from(V.flatMap((row) => rows.map((j) => row[j]))), [pixel, ...shape]);
      return matmul(z[name], weight, false, true);
    };
    const mean = add(add(part("first"), part("second")), constant(Float32Array.from(c), [pixel]));
    return gaussian(mean, mul(mean, 0));
  },
};

/** Images of three classes, of which the classes get 1/2, 1/3 and 1/6. */
export function linearSubject(images: number): Subject & { readonly pixels: number[][]; readonly classOf: number[] } {
  const bytes = new Uint32Array(images * 4);
  stream(3, "test/images").words(0, bytes);
  const classOf = Array.from({ length: images }, (_, i) => [0, 1, 0, 2, 1, 0][i % 6]);
  // Each class is bright at a place of its own.
  const shown = Uint8Array.from(bytes, (v, i) => (v % 100) + (i % 4 === classOf[i >> 2] ? 150 : 0));
  const part = { images: shown, labels: Uint8Array.from(classOf) };
  return {
    name: "linear",
    model,
    parameters: {},
    dataset: imageDataset({
      id: "test",
      title: "Test images",
      provenance: "drawn here",
      generated: true,
      classes: ["x", "y", "w"],
      picture: { height: 2, width: 2, channels: 1 },
      train: part,
      test: part,
    }),
    field: "image",
    runtime: cpu,
    options: { threads: 1 },
    seed: 4,
    pixels: classOf.map((_, i) => Array.from(shown.subarray(4 * i, 4 * i + 4), (v) => v / 255)),
    classOf,
  };
}

const affine = (matrix: number[][], offset: number[], v: ArrayLike<number>): number[] =>
  matrix.map((row, i) => row.reduce((sum, w, j) => sum + w * v[j], offset[i]));

/** In float64: latents of an image, all side by side. */
export const encodeExactly = (x: ArrayLike<number>): number[] => affine(W, b, x);

/** In float64: image of latents. */
export const decodeExactly = (z: ArrayLike<number>): number[] => affine(V, c, z);

export const meanOf = (rows: readonly (readonly number[])[]): number[] =>
  rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
