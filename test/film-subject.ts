/** A model of films whose states and predictions are known, and films of a bar that moves straight on, so that probes can be checked number by number. */
import { stream } from "../src/base/random.ts";
import { axis } from "../src/base/shape.ts";
import type { Dataset, Field } from "../src/data/dataset.ts";
import { type Draw, drawnSplit } from "../src/data/drawn-split.ts";
import { categorical } from "../src/distributions/categorical.ts";
import { constant } from "../src/graph/leaves.ts";
import { add, mul, sub } from "../src/graph/ops/arithmetic.ts";
import { sum } from "../src/graph/ops/broadcast.ts";
import { matmul } from "../src/graph/ops/matmul.ts";
import { slice } from "../src/graph/ops/slice.ts";
import type { Value } from "../src/graph/value.ts";
import type { Intervention, Model } from "../src/models/model.ts";
import type { Subject } from "../src/probes/subject.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";

/** Frames of a film, and their side, px. */
export const [LENGTH, SIDE] = [8, 16];
const PIXELS = SIDE ** 2;
const [time, pixel] = [axis("time", LENGTH), axis("pixel", PIXELS)];

/** A bar of three pixels, lying (label 0) or standing (label 1), its middle at a row and a column, that moves right. */
export interface BarFilm {
  readonly label: 0 | 1;
  readonly row: number;
  readonly column: number;
  /** Pixels a frame. */
  readonly speed: 0 | 1;
}

export function barFilm(index: number): BarFilm {
  const u = new Float64Array(4);
  stream(7, "test/bars").uniform(index, u);
  const below = (n: number, i: number): number => Math.floor(n * u[i]);
  return { label: below(2, 0) as 0 | 1, row: 2 + below(11, 1), column: 2 + below(5, 2), speed: below(2, 3) as 0 | 1 };
}

const factor = (name: string, shape: Field["shape"], most: number): Field => ({
  name,
  shape,
  range: [0, most],
  kind: name === "label" ? "label" : "factor",
  doc: name,
});
const fields: Field[] = [
  { name: "frames", shape: [time, pixel], range: [0, 1], kind: "observation", doc: "frames" },
  factor("x", [time], SIDE),
  factor("y", [time], SIDE),
  factor("speed", [], 1),
  factor("label", [], 1),
];
const draws: Record<string, Draw> = {
  frames(index, out) {
    const { label, row, column, speed } = barFilm(index);
    out.fill(0);
    for (let t = 0; t < LENGTH; t++) {
      for (const k of [-1, 0, 1]) {
        out[t * PIXELS + (row + (label ? k : 0)) * SIDE + column + speed * t + (label ? 0 : k)] = 1;
      }
    }
  },
  x: (index, out) => out.forEach((_, t) => void (out[t] = barFilm(index).column + barFilm(index).speed * t + 0.5)),
  y: (index, out) => void out.fill(barFilm(index).row + 0.5),
  speed: (index, out) => void out.fill(barFilm(index).speed),
  label: (index, out) => void out.fill(barFilm(index).label),
};

function bars(count: number): Dataset {
  const split = (name: "train" | "test") => drawnSplit("bars", name, count, fields, draws);
  return {
    id: "bars",
    title: "Moving bars",
    provenance: "drawn here",
    generated: true,
    fields,
    classes: ["lying", "standing"],
    picture: { height: SIDE, width: SIDE, channels: 1 },
    splits: { train: split("train"), test: split("test") },
  };
}

/** What becomes of pixel (row, column), as a matrix (pixel, pixel). */
function moving(to: (row: number, column: number) => number): Value {
  const matrix = new Float32Array(PIXELS ** 2);
  for (let p = 0; p < PIXELS; p++) matrix[p * PIXELS + to(Math.floor(p / SIDE), p % SIDE)] = 1;
  return constant(matrix, [pixel, axis("", PIXELS)]);
}

/** Pixels by which a suppressed h¹ moves what is predicted to the right. */
export const SHIFT = 1;

/**
 * Two layers. h1 holds the place of the bar, h2 noise; z1 its label, z2 noise. The prediction is the true frame; where h¹ is
 * suppressed it stands SHIFT to the right, and where the top-down input is cut, rows and columns have changed places.
 */
const model: Model = {
  name: "seer",
  source: "none",
  observation: { shape: [time, pixel], range: [0, 1], doc: "films of a bar" },
  latents: [1, 2].flatMap((layer) => [
    { name: `z${layer}`, layer, shape: [time, axis("latent", layer)], kind: "stochastic" as const },
    { name: `h${layer}`, layer, shape: [time, axis("hidden", layer + 1)], kind: "deterministic" as const },
  ]),
  variables: [],
  trace(x, { interventions = [] } = {}) {
    const [batch] = x.shape;
    const noise = (width: number): Value => {
      const values = new Float32Array(batch.size * LENGTH * width);
      stream(8, `test/noise${width}`).normal(0, values);
      return constant(values, [batch, time, axis("", width)]);
    };
    const places = Float32Array.from({ length: 2 * PIXELS }, (_, i) =>
      i % 2 === 0 ? Math.floor(i / 2) % SIDE : Math.floor(i / 2 / SIDE),
    );
    const beside = mul(slice(x, 2, 0, PIXELS - 1), slice(x, 2, 1, PIXELS));
    const label = sum(beside, [2], true);
    const switched = (kind: Intervention["kind"], frames: Value, otherwise: Value): Value => {
      const { from = 0 } = interventions.find((i) => i.kind === kind && i.layer === 1) ?? { from: LENGTH };
      const mask = constant(
        Float32Array.from({ length: LENGTH }, (_, t) => Number(t >= from)),
        [time, axis("", 1)],
      );
      return add(mul(frames, mask), mul(otherwise, sub(1, mask)));
    };
    const shifted = matmul(
      x,
      moving((row, column) => row * SIDE + ((column + SHIFT) % SIDE)),
    );
    const turned = matmul(
      x,
      moving((row, column) => column * SIDE + row),
    );
    return {
      h1: matmul(x, constant(places, [pixel, axis("hidden", 2)])),
      h2: noise(3),
      "z1/mean": label,
      "z2/mean": noise(2),
      prediction: switched("suppress", shifted, switched("cut-top-down", turned, x)),
    };
  },
};

/** Says "lying" where there is more in the middle row's neighbourhood than in the middle column's. */
const JUDGED = 28;
const logits = Float32Array.from({ length: 2 * JUDGED ** 2 }, (_, i) => {
  const [p, standing] = [Math.floor(i / 2), i % 2];
  const [row, column] = [Math.floor(p / JUDGED), p % JUDGED].map((v) => Math.abs(v - 13.5));
  return (standing ? column : row) < 2 ? 1 : 0;
});
const judged = axis("pixel", JUDGED ** 2);
const judge: Pick<Subject, "model" | "dataset"> = {
  model: {
    name: "judge",
    source: "none",
    observation: { shape: [judged], range: [0, 1], doc: "images" },
    latents: [],
    variables: [],
    classify: (x) => categorical(matmul(x, constant(logits, [judged, axis("class", 2)]))),
  },
  dataset: { ...bars(1), picture: { height: JUDGED, width: JUDGED, channels: 1 } },
};

/** The model with so many films, and with a judge that is always right about true frames. */
export function filmSubject(films: number): Subject & { readonly judge: Subject } {
  const shared = { parameters: {}, field: "frames", runtime: cpu, options: { threads: 1 }, seed: 6 };
  return {
    ...shared,
    name: "seer",
    model,
    dataset: bars(films),
    judge: { ...shared, ...judge, name: "judge" },
  };
}
