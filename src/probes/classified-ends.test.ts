import { describe, expect, test } from "vitest";
import { UsageError } from "../base/errors.ts";
import { axis } from "../base/shape.ts";
import { imageDataset } from "../data/dataset.ts";
import { categorical } from "../distributions/categorical.ts";
import { gaussian } from "../distributions/gaussian.ts";
import { constant } from "../graph/leaves.ts";
import { tanh } from "../graph/ops/activations.ts";
import { add, mul } from "../graph/ops/arithmetic.ts";
import { matmul } from "../graph/ops/matmul.ts";
import type { Value } from "../graph/value.ts";
import type { Model } from "../models/model.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import {
  type ClassifiedEndsOptions,
  classifiedEndsOptions,
  classifiedEndsProbe,
  measureClassifiedEnds,
} from "./classified-ends.ts";
import type { TrialsCourse } from "./repeated-inference.ts";
import type { Subject } from "./subject.ts";
import { noisyTrials } from "./trials.ts";

/** Images of 2 × 2 pixels: "a" is dark above, "b" below, "c" everywhere a little. */
const rows = Array.from({ length: 1560 }, (_, i) => {
  const [label, v] = [i % 3, 10 + 7 * (i % 17)];
  const pixels = [
    [v, 2 * v, 0, 30],
    [20, 0, 2 * v, v],
    [v, 100, v, 90],
  ][label];
  return { label, pixels };
});
const bytes = {
  images: Uint8Array.from(rows.flatMap((r) => r.pixels)),
  labels: Uint8Array.from(rows, (r) => r.label),
};
const dataset = imageDataset({
  id: "squares",
  title: "Squares",
  provenance: "made by hand",
  generated: true,
  classes: ["a", "b", "c"],
  picture: { height: 2, width: 2, channels: 1 },
  train: bytes,
  test: bytes,
});

/** z = A x + a, x = tanh(B z + b), logits = C x + c. */
const A = [
  [1.2, 0.9, -0.8, -1.1],
  [0.3, -0.7, 0.6, -0.4],
];
const a = [0.1, -0.2];
const B = [
  [0.9, 0.4],
  [0.8, -0.9],
  [-0.7, 0.8],
  [-0.9, -0.5],
];
const b = [0.5, 0.4, 0.5, 0.3];
const C = [
  [4, 3, -2, -4],
  [-5, -2, 3, 4],
  [0.5, 1, 1, 0.5],
];
const c = [0.2, 0.3, -0.4];

const affine = (m: readonly number[][], shift: readonly number[], x: readonly number[]): number[] =>
  m.map((row, i) => row.reduce((sum, w, j) => sum + w * x[j], shift[i]));
const graphOf = (m: readonly number[][], shift: readonly number[], x: Value): Value =>
  add(
    matmul(x, constant(m.flat(), [axis("", m.length), axis("", m[0].length)]), false, true),
    constant(shift, [axis("", m.length)]),
  );

const pixel = axis("", 4);
const certain = (mean: Value) => gaussian(mean, mul(mean, 0));
const base = {
  source: "made by hand",
  observation: { shape: [pixel], range: [0, 1] as const, doc: "" },
  variables: [],
};
const maker: Model = {
  ...base,
  name: "maker",
  latents: [{ name: "z", layer: 1, shape: [axis("", 2)], kind: "stochastic" }],
  infer: (x) => ({ z: certain(graphOf(A, a, x)) }),
  generate: ({ z }) => certain(tanh(graphOf(B, b, z))),
};
const teller: Model = { ...base, name: "teller", latents: [], classify: (x) => categorical(graphOf(C, c, x)) };

const common = { parameters: {}, dataset, field: "image", runtime: cpu, options: { threads: 1 }, seed: 4 };
const judge: Subject = { ...common, name: "judge", model: teller };
const subject: Subject = { ...common, name: "maker", model: maker, judge };
/** More than are computed at once. */
const TRIALS = 510;

const options: ClassifiedEndsOptions = { label: "b", trials: TRIALS, steps: 9, noise: 0.3, swap: "invert" };

/** The same in plain loops. */
function bruteForce() {
  const pixels = rows.map((r) => r.pixels.map((p) => p / 255));
  const memories = pixels.map((x) => affine(A, a, x));
  const own = memories.filter((_, i) => rows[i].label === 1);
  const concept = [0, 1].map((j) => own.reduce((sum, z) => sum + z[j], 0) / own.length);
  const { start } = noisyTrials(
    subject,
    Float32Array.from(rows, (r) => r.label),
    1,
    options.trials,
    options,
  );
  return Array.from({ length: options.trials }, (_, i) => {
    let x = Array.from(start.subarray(4 * i, 4 * i + 4));
    const distances: number[] = [];
    for (let t = 0; t <= options.steps; t++) {
      const z = affine(A, a, x);
      distances.push(Math.hypot(z[0] - concept[0], z[1] - concept[1]));
      if (t < options.steps) x = affine(B, b, z).map(Math.tanh);
    }
    const weights = affine(C, c, x).map(Math.exp);
    const p = weights.map((w) => w / weights.reduce((s, v) => s + v, 0));
    return { distances, judged: p.indexOf(Math.max(...p)), confidence: Math.max(...p) };
  });
}

function expectCourse(found: TrialsCourse, trials: readonly { distances: readonly number[] }[]): void {
  const mean = Array.from(
    { length: options.steps + 1 },
    (_, t) => trials.reduce((s, d) => s + d.distances[t], 0) / trials.length,
  );
  mean.forEach((d, t) => void expect(found.mean[t]).toBeCloseTo(d, 5));
  const least = Math.min(...mean);
  expect(found.trials).toBe(trials.length);
  expect(found.nearestAt).toBe(mean.indexOf(least));
  expect([found.start, found.nearest, found.end]).toEqual(
    [mean[0], least, mean.at(-1)].map((d) => expect.closeTo(d!, 5)),
  );
  const last = trials.map((d) => d.distances.at(-1)!);
  const squares = last.reduce((s, d) => s + (d - mean.at(-1)!) ** 2, 0);
  expect(found.sem.at(-1)).toBeCloseTo(Math.sqrt(squares / (last.length - 1) / last.length), 5);
}

describe("where trials end, as a classifier sees it", () => {
  test("is what plain loops give", async () => {
    const trials = bruteForce();
    const stayed = trials.filter((t) => t.judged === 1);
    expect(stayed.length).toBeGreaterThan(1);
    expect(stayed.length).toBeLessThan(TRIALS - 1);
    const found = await measureClassifiedEnds(subject, options);
    expect(found).toMatchObject({ data: "Squares", label: "b", trials: TRIALS, stayed: stayed.length });
    const count = (k: number): number => trials.filter((t) => t.judged === k).length;
    expect(found.judgedAs).toEqual({ a: count(0), b: count(1), c: count(2) });
    expect(found.confidence).toBeCloseTo(trials.reduce((s, t) => s + t.confidence, 0) / TRIALS, 5);
    expectCourse(found.all, trials);
    expectCourse(found.kept!, stayed);
  });

  test("has no curve of those that stayed where none did", async () => {
    const never: Model = { ...teller, classify: (x) => categorical(graphOf(C, [99, 0, 0], x)) };
    const found = await measureClassifiedEnds({ ...subject, judge: { ...judge, model: never } }, options);
    expect(found).toMatchObject({ stayed: 0, kept: null, judgedAs: { a: TRIALS, b: 0, c: 0 } });
    const figures = await classifiedEndsProbe.figures(
      { ...subject, judge: { ...judge, model: never } },
      options,
      found,
    );
    expect(figures).toHaveLength(3);
    expect(classifiedEndsProbe.text(found, options)).toContain(`0 of ${TRIALS}`);
  });

  test("is drawn as probabilities, two curves, and trials of both kinds", async () => {
    const found = await measureClassifiedEnds(subject, options);
    const [judgement, distances, strip] = await classifiedEndsProbe.figures(subject, options, found);
    const text = (image: object): string => ("svg" in image ? String(image.svg) : "");
    expect([judgement.name, distances.name, strip.name]).toEqual(["judgement", "distances", "strip"]);
    expect(text(distances.image)).toContain(`the ${found.stayed} judged`);
    const names = [...text(strip.image).matchAll(/>judged (?:"|&quot;)([abc])(?:"|&quot;)</g)].map((m) => m[1]);
    const kept = names.filter((n) => n === "b").length;
    expect([kept, names.length - kept]).toEqual([Math.min(4, found.stayed), Math.min(4, TRIALS - found.stayed)]);
  });
});

describe("refused", () => {
  const refusal = (s: Subject, more: Partial<ClassifiedEndsOptions> = {}): Promise<unknown> =>
    measureClassifiedEnds(s, { ...options, ...more });

  test.each<[string, Subject, RegExp]>([
    ["no judge", { ...subject, judge: undefined }, /expected a classifier as judge, got no --judge <run>/],
    ["a judge that cannot classify", { ...subject, judge: subject }, /a judge that tells classes, got maker does not/],
    [
      "a judge of other classes",
      { ...subject, judge: { ...judge, dataset: { ...dataset, classes: ["a", "b", "d"] } } },
      /classes a, b, c, got one of images of 4 pixels and the classes a, b, d/,
    ],
    [
      "a judge of other images",
      {
        ...subject,
        judge: { ...judge, model: { ...teller, observation: { ...base.observation, shape: [axis("", 9)] } } },
      },
      /images of 4 pixels .* got one of images of 9 pixels/,
    ],
  ])("is %s", async (_, s, words) => {
    await expect(refusal(s)).rejects.toThrow(UsageError);
    await expect(refusal(s)).rejects.toThrow(words);
  });

  test("are several labels", async () => {
    await expect(refusal(subject, { label: "a,b" })).rejects.toThrow(/expected one label, got "a,b", 2 labels/);
  });
});

test("the options' defaults are the paper's", () => {
  expect(classifiedEndsOptions.parse({})).toEqual({ label: "6", trials: 300, steps: 80, noise: 0.2, swap: "invert" });
});
