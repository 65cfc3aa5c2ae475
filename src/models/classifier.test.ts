import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { axis } from "../base/shape.ts";
import { compile } from "../graph/compile.ts";
import { gradient } from "../graph/gradient.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { mean } from "../graph/ops/index.ts";
import type { Value } from "../graph/value.ts";
import { type Phase, variableUpdates } from "../nn/phase.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { type ClassifierConfig, classifier, classifierDefaults } from "./classifier.ts";

const tiny: ClassifierConfig = {
  height: 9,
  width: 8,
  classes: 5,
  filters: [2, 3],
  hidden: 4,
  dropout: [0.25, 0.5],
  init: "glorot-uniform",
};

type Numbers = Readonly<Record<string, readonly number[]>>;

interface Case {
  readonly terms: Numbers;
  readonly gradients: Numbers;
}

/** Made by test/fixtures/make-torch-fixtures.py. */
const torch = JSON.parse(
  readFileSync(new URL("../../test/fixtures/torch-classifier.json", import.meta.url), "utf8"),
) as Readonly<Record<"training" | "evaluation", Case>> & {
  readonly parameters: Numbers;
  readonly x: readonly number[];
  readonly target: readonly number[];
  readonly noise: Numbers;
  readonly probabilities: readonly number[];
  readonly accuracy: readonly number[];
};

const model = classifier(tiny);
const batch = { x: input("x", [axis("batch", 3), 72]), target: input("target", [axis("batch", 3)]) };
const given = { ...torch.parameters, ...torch.noise, x: torch.x, target: torch.target };

/** The loss of each image and the gradients of its mean, by name. */
function losses(phase: Phase): Record<string, Value> {
  const terms = model.loss!(batch, phase);
  const slopes = gradient(mean(terms["cross-entropy"]), model.variables);
  return { ...terms, ...Object.fromEntries(model.variables.map((v, i) => [`d/${leafName(v)}`, slopes[i]])) };
}

/** To a relative tolerance of the number itself or of a hundredth of the largest beside it. */
function expectNear(found: ArrayLike<number>, wanted: readonly number[], relative: number, what: string): void {
  expect(found.length, what).toBe(wanted.length);
  const scale = Math.max(...wanted.map(Math.abs)) / 100;
  const far = wanted.flatMap((w, i) =>
    Math.abs(found[i] - w) <= relative * Math.max(Math.abs(w), scale) ? [] : [{ what, i, wanted: w, got: found[i] }],
  );
  expect(far).toEqual([]);
}

describe.each([
  ["training", variableUpdates()],
  ["evaluation", "evaluation"],
] as const)("in %s, cross-entropy and all eight gradients are PyTorch's", (name, phase) => {
  const { terms, gradients } = torch[name];
  const wanted: Numbers = { ...terms, ...Object.fromEntries(Object.entries(gradients).map(([k, g]) => [`d/${k}`, g])) };

  test("in float64, to 1e-11", () => {
    const values = losses(phase);
    expect(Object.keys(values).sort()).toEqual(Object.keys(wanted).sort());
    const found = interpret(Object.values(values), given);
    for (const [i, key] of Object.keys(values).entries()) expectNear(found[i].data, wanted[key], 1e-11, key);
  });

  test("in float32 on ONNX Runtime, to 1e-4", async () => {
    const program = compile({ name: "classifier", outputs: losses(phase) });
    const session = await cpu.open(program, { threads: 1 });
    const floats = (n: Numbers) => Object.fromEntries(Object.entries(n).map(([k, v]) => [k, Float32Array.from(v)]));
    await session.write(floats(torch.parameters));
    const noise = phase === "evaluation" ? {} : torch.noise;
    const [found] = await session.run([floats({ x: torch.x, target: torch.target, ...noise })]);
    await session.dispose();
    for (const key of Object.keys(wanted)) expectNear(found[key], wanted[key], 1e-4, key);
  });
});

test("the two phases differ, so that dropout is seen", () => {
  expect(torch.training.terms["cross-entropy"]).not.toEqual(torch.evaluation.terms["cross-entropy"]);
});

test("the probabilities of the classes, and who is right, are PyTorch's", () => {
  expect(new Set(torch.accuracy)).toEqual(new Set([0, 1]));
  const [p, right] = interpret([model.classify!(batch.x).mean, model.scores!(batch)["accuracy"]], given);
  expectNear(p.data, torch.probabilities, 1e-11, "probabilities");
  expect([...right.data]).toEqual(torch.accuracy);
});

test("the defaults are the layers of the paper, with the sizes of Keras' example", () => {
  const shapes = classifier(classifierDefaults).variables.map((v) => v.shape.map((a) => a.size));
  expect(shapes).toEqual([[32, 1, 3, 3], [32], [64, 32, 3, 3], [64], [9216, 128], [128], [128, 10], [10]]);
  expect(classifierDefaults.dropout).toEqual([0.25, 0.5]);
});
