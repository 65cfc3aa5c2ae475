import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  differences,
  expectNear,
  framesOf,
  noiseOf,
  numbersOf,
  parametersOf,
  pictures,
  termsOf,
  tiny,
  traced,
} from "../../test/hvrnn-traces.ts";
import { UsageError } from "../base/errors.ts";
import { dimsOf, sizeOf } from "../base/shape.ts";
import { compile } from "../graph/compile.ts";
import { gradient } from "../graph/gradient.ts";
import { interpret } from "../graph/interpret.ts";
import { leafName } from "../graph/leaves.ts";
import { addAll, mean, sum } from "../graph/ops/index.ts";
import { reachable, type Value } from "../graph/value.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { type HvrnnConfig, hvrnn, hvrnnDefaults } from "./hvrnn.ts";
import type { Intervention, Model } from "./model.ts";
import { vrnn } from "./vrnn.ts";

type Numbers = Readonly<Record<string, readonly number[]>>;

interface Fixture {
  readonly batch: number;
  readonly config: HvrnnConfig;
  readonly parameters: Numbers;
  readonly feeds: Numbers;
  readonly terms: Numbers;
  readonly gradients: Numbers;
}

/** Made by test/fixtures/make-hvrnn-fixtures.py. */
const fixtures = JSON.parse(
  readFileSync(new URL("../../test/fixtures/torch-hvrnn.json", import.meta.url), "utf8"),
) as Record<string, Fixture>;

describe.each(Object.entries(fixtures))("loss terms and all gradients are PyTorch's: %s", (_name, fixture) => {
  const { batch, config, parameters, feeds, terms, gradients } = fixture;
  const model = hvrnn(config);
  const found = termsOf(model, batch);
  const slopes = gradient(mean(addAll(Object.values(found))), model.variables);
  const values = { ...found, ...Object.fromEntries(model.variables.map((v, i) => [`d/${leafName(v)}`, slopes[i]])) };
  const wanted = { ...terms, ...Object.fromEntries(Object.entries(gradients).map(([n, g]) => [`d/${n}`, g])) };

  test("in float64, to 1e-9", () => {
    expect(Object.keys(values).sort()).toEqual(Object.keys(wanted).sort());
    const numbers = interpret(Object.values(values), { ...parameters, ...feeds });
    for (const [i, name] of Object.keys(values).entries()) expectNear(numbers[i].data, wanted[name], 1e-9, name);
  });

  test("in float32 on ONNX Runtime, to 1e-4", async () => {
    const session = await cpu.open(compile({ name: "hvrnn", outputs: values }), { threads: 1 });
    const floats = (n: Numbers) => Object.fromEntries(Object.entries(n).map(([k, v]) => [k, Float32Array.from(v)]));
    await session.write(floats(parameters));
    const [numbers] = await session.run([floats(feeds)]);
    await session.dispose();
    for (const name of Object.keys(wanted)) expectNear(numbers[name], wanted[name], 1e-4, name);
  });
});

describe("layers learn apart", () => {
  const model = hvrnn(tiny);
  const terms = termsOf(model);
  const names = model.variables.map(leafName);
  /** Variables to which a term has a gradient that depends on anything. */
  const taught = (term: Value): string[] =>
    gradient(sum(term), model.variables).flatMap((g, i) =>
      reachable([g]).some((n) => n.leaf && n.leaf.kind !== "constant") ? [names[i]] : [],
    );
  const layersOf = (list: readonly string[]): string[] => [...new Set(list.map((n) => n.split("/")[0]))].sort();

  test("a reconstruction teaches its layer alone", () => {
    for (const l of [1, 2, 3]) expect(layersOf(taught(terms[`reconstruction${l}`]))).toEqual([`layer${l}`]);
  });

  test("a KL teaches its layer and the state above, never what is below", () => {
    expect(layersOf(taught(terms["kl1"]))).toEqual(["layer1", "layer2"]);
    expect(layersOf(taught(terms["kl2"]))).toEqual(["layer2", "layer3"]);
    expect(layersOf(taught(terms["kl3"]))).toEqual(["layer3"]);
    expect(taught(terms["kl1"])).toContain("layer2/phi-x/dense1/weight");
    expect(taught(terms["kl1"])).not.toContain("layer2/prior/out/weight");
  });

  test("and that is exactly zero in numbers, where other gradients are not", () => {
    const upper = sum(addAll(["reconstruction2", "kl2", "reconstruction3", "kl3"].map((n) => terms[n])));
    const given = { ...parametersOf(model), ...noiseOf(tiny), x: pictures };
    const zero = interpret(gradient(upper, model.variables), given).map(({ data }) => data.every((v) => v === 0));
    expect(layersOf(names.filter((_, i) => zero[i]))).toEqual(["layer1"]);
    expect(names.filter((n, i) => n.startsWith("layer1") && !zero[i])).toEqual([]);
  });

  test.each(["to-prior", "concat"] as const)("with stopTopDownGradient not even the state above (%s)", (topDown) => {
    const stopped = hvrnn({ ...tiny, layers: 2, topDown, stopTopDownGradient: true });
    const free = hvrnn({ ...tiny, layers: 2, topDown });
    const above = (model: Model, term: string): boolean => {
      const slopes = gradient(
        sum(termsOf(model)[term]),
        model.variables.filter((v) => leafName(v).startsWith("layer2")),
      );
      return slopes.some((g) => reachable([g]).some((n) => n.leaf && n.leaf.kind !== "constant"));
    };
    expect([above(free, "kl1"), above(stopped, "kl1"), above(stopped, "kl2")]).toEqual([true, false, true]);
  });
});

test("one layer is a VRNN, in its loss and in its trace", () => {
  for (const recurrence of ["tanh", "gru"] as const) {
    const config = { ...tiny, layers: 1, recurrence, beta: 2 };
    const [one, other] = [hvrnn(config), vrnn(config)];
    const parameters = parametersOf(one);
    const renamed = Object.fromEntries(Object.entries(parameters).map(([n, v]) => [n.replace("layer1/", ""), v]));
    const { "hvrnn/z1": ε } = noiseOf(config);
    const givens = [
      { ...parameters, x: pictures, "hvrnn/z1": ε },
      { ...renamed, x: pictures, "vrnn/z": ε },
    ];
    const losses = [one, other].map((model, i) => {
      const terms = Object.values(termsOf(model));
      const slopes = gradient(sum(addAll(terms)), model.variables);
      return interpret([...terms, ...slopes], givens[i]).map(({ data }) => [...data]);
    });
    expect(other.variables.map(leafName)).toEqual(one.variables.map((v) => leafName(v).replace("layer1/", "")));
    losses[0].forEach((numbers, i) => void expectNear(losses[1][i], numbers, 1e-12, `number ${i} of the loss`));
    expect(other.objective).toBe(one.objective);
    const interventions: readonly Intervention[] = [
      { kind: "suppress", layer: 1, from: 1, to: 2 },
      { kind: "clamp", layer: 1, index: 0, value: 1, from: 3 },
    ];
    for (const options of [{}, { observed: 2, interventions, sample: true }, { observed: 0 }]) {
      const [a, b] = [one, other].map((m, i) => numbersOf(m.trace!(framesOf(m), options), givens[i]));
      expect(Object.keys(b).sort()).toEqual(Object.keys(a).sort());
      expect(differences(a, b)).toEqual([]);
    }
  }
});

test("the defaults are the authors'", () => {
  expect(hvrnnDefaults).toMatchObject({ layers: 3, side: 64, steps: 20, channels: 64, hidden: 256, latent: 16 });
  expect(hvrnnDefaults).toMatchObject({ topDown: "to-prior", stopTopDownGradient: false, recurrence: "tanh" });
  const model = hvrnn(hvrnnDefaults);
  const sizes = Object.fromEntries(model.variables.map((v) => [leafName(v), dimsOf(v.shape).join(" × ")]));
  expect(sizes).toMatchObject({
    "layer1/phi-x/conv1/weight": "64 × 1 × 4 × 4",
    "layer1/phi-x/dense/weight": "16384 × 256",
    "layer1/decoder/conv4/weight": "64 × 1 × 4 × 4",
    "layer2/phi-x/dense/weight": "1024 × 256",
    "layer2/decoder/conv2/weight": "64 × 64 × 4 × 4",
    "layer3/phi-x/dense1/weight": "1024 × 256",
    "layer3/decoder/dense3/weight": "256 × 1024",
  });
  expect(model.variables.reduce((n, v) => n + sizeOf(v.shape), 0)).toBe(8_133_121); // PyTorch's, bench/pytorch/hvrnn_paper.py
});

test.each<[string, () => unknown, string]>([
  ["no layers", () => hvrnn({ ...tiny, layers: 0 }), "a whole number, 1 or more"],
  ["frames that do not halve to 4", () => hvrnn({ ...tiny, side: 24 }), "4 times a power of two, got 24 × 24"],
  [
    "a layer that is not there",
    () => traced(tiny, { interventions: [{ kind: "suppress", layer: 4 }] }),
    "a layer among 1…3",
  ],
  [
    "nothing above",
    () => traced(tiny, { interventions: [{ kind: "cut-top-down", layer: 3 }] }),
    "1…2 that has one above",
  ],
  [
    "no such latent",
    () => traced(tiny, { interventions: [{ kind: "clamp", layer: 1, index: 2, value: 0 }] }),
    "a latent among 0…1",
  ],
  [
    "an empty window",
    () => traced(tiny, { interventions: [{ kind: "suppress", layer: 1, from: 2, to: 2 }] }),
    "from 2 to 2",
  ],
  ["too many frames seen", () => traced(tiny, { observed: 5 }), "a whole number of frames, 0…4"],
])("%s is a UsageError that says so", (_name, build, message) => {
  expect(build).toThrow(UsageError);
  expect(build).toThrow(message);
});
