import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { stream } from "../base/random.ts";
import { axis, dimsOf, showShape } from "../base/shape.ts";
import { compile } from "../graph/compile.ts";
import { gradient } from "../graph/gradient.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { addAll, mean } from "../graph/ops/index.ts";
import type { Value } from "../graph/value.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { type VaeConfig, vae, vaeDefaults } from "./vae.ts";

const tiny: VaeConfig = { pixels: 6, hidden: 5, latent: 2, samples: 2, activation: "tanh", init: "glorot-uniform" };

type Numbers = Readonly<Record<string, readonly number[]>>;

interface Fixture {
  readonly parameters: Numbers;
  readonly x: readonly number[];
  readonly noise: readonly number[];
  readonly terms: Numbers;
  readonly gradients: Numbers;
}

/** Made by test/fixtures/make-torch-fixtures.py. */
const torch = JSON.parse(
  readFileSync(new URL("../../test/fixtures/torch-vae.json", import.meta.url), "utf8"),
) as Fixture;

/** The terms and the gradient of their batch mean, by name. */
function losses(config: VaeConfig, batch: number): Record<string, Value> {
  const model = vae(config);
  const terms = model.loss!({ x: input("x", [axis("batch", batch), ...model.observation.shape]) }, "evaluation");
  const slopes = gradient(mean(addAll(Object.values(terms))), model.variables);
  return { ...terms, ...Object.fromEntries(model.variables.map((v, i) => [`d/${leafName(v)}`, slopes[i]])) };
}

/** The same numbers as wanted, to a relative tolerance of the number itself or of a hundredth of the largest beside it. */
function expectNear(found: ArrayLike<number>, wanted: ArrayLike<number>, relative: number, what: string): void {
  expect(found.length, what).toBe(wanted.length);
  const scale = Math.max(...Array.from(wanted, Math.abs)) / 100;
  const far = Array.from(wanted).flatMap((w, i) =>
    Math.abs(found[i] - w) <= relative * Math.max(Math.abs(w), scale) ? [] : [{ what, i, wanted: w, got: found[i] }],
  );
  expect(far).toEqual([]);
}

describe("loss terms and all ten gradients of a net of 6-5-2 units are PyTorch's", () => {
  const wanted: Numbers = {
    ...torch.terms,
    ...Object.fromEntries(Object.entries(torch.gradients).map(([name, g]) => [`d/${name}`, g])),
  };
  const given = { ...torch.parameters, x: torch.x, "vae/z": torch.noise };

  test("in float64, to 1e-11", () => {
    const values = losses(tiny, 3);
    expect(Object.keys(values).sort()).toEqual(Object.keys(wanted).sort());
    const found = interpret(Object.values(values), given);
    for (const [i, name] of Object.keys(values).entries()) expectNear(found[i].data, wanted[name], 1e-11, name);
  });

  test("in float32 on ONNX Runtime, to 1e-5", async () => {
    const session = await cpu.open(compile({ name: "vae", outputs: losses(tiny, 3) }), { threads: 1 });
    const floats = (n: Numbers) => Object.fromEntries(Object.entries(n).map(([k, v]) => [k, Float32Array.from(v)]));
    await session.write(floats(torch.parameters));
    const [found] = await session.run([floats({ x: torch.x, "vae/z": torch.noise })]);
    await session.dispose();
    for (const name of Object.keys(wanted)) expectNear(found[name], wanted[name], 1e-5, name);
  });
});

describe("the loss is eq. (5) of the paper, written out", () => {
  /** x·W + b for one row. */
  const dense = (x: number[], W: readonly number[], b: readonly number[]): number[] =>
    b.map((bias, j) => x.reduce((s, v, i) => s + v * W[i * b.length + j], bias));

  test.each([1, 2, 5])("with L = %d draws, in float64, to 1e-12", (L) => {
    const config = { ...tiny, samples: L };
    const [B, X, Z] = [4, config.pixels, config.latent];
    const draw = (name: string, n: number, kind: "normal" | "uniform" = "normal"): number[] => {
      const out = new Float64Array(n);
      stream(7, name)[kind](0, out);
      return [...out];
    };
    const model = vae(config);
    const p = Object.fromEntries(
      model.variables.map((v) => [
        leafName(v),
        draw(
          leafName(v),
          dimsOf(v.shape).reduce((a, b) => a * b),
        ),
      ]),
    );
    const [x, ε] = [draw("x", B * X, "uniform"), draw("ε", L * B * Z)];
    const layer = (name: string, v: number[]): number[] => dense(v, p[`${name}/weight`], p[`${name}/bias`]);

    const wanted = Array.from({ length: B }, (_, n) => {
      const xn = x.slice(n * X, (n + 1) * X);
      const h = layer("encoder/hidden", xn).map(Math.tanh);
      const [μ, logσ2] = [layer("encoder/mean", h), layer("encoder/log-variance", h)];
      const kl = μ.reduce((s, m, k) => s - 0.5 * (1 + logσ2[k] - m ** 2 - Math.exp(logσ2[k])), 0);
      let logp = 0;
      for (let l = 0; l < L; l++) {
        const z = μ.map((m, k) => m + Math.exp(logσ2[k] / 2) * ε[(l * B + n) * Z + k]);
        const m = layer("decoder/logits", layer("decoder/hidden", z).map(Math.tanh)).map((a) => 1 / (1 + Math.exp(-a)));
        logp += m.reduce((s, mi, i) => s + xn[i] * Math.log(mi) + (1 - xn[i]) * Math.log(1 - mi), 0) / L;
      }
      return { kl, reconstruction: -logp };
    });

    const terms = model.loss!({ x: input("x", [axis("batch", B), ...model.observation.shape]) }, "evaluation");
    const found = interpret(Object.values(terms), { ...p, x, "vae/z": ε });
    expect(Object.keys(terms)).toEqual(["reconstruction", "kl"]);
    expectNear(
      found[0].data,
      wanted.map((w) => w.reconstruction),
      1e-12,
      "reconstruction",
    );
    expectNear(
      found[1].data,
      wanted.map((w) => w.kl),
      1e-12,
      "kl",
    );
  });
});

test("the sizes of the config are the sizes of the variables", () => {
  const { variables, observation, latents } = vae({ ...tiny, pixels: 11, hidden: 7, latent: 3 });
  expect(variables.map((v) => `${leafName(v)} ${showShape(v.shape)}`)).toMatchInlineSnapshot(`
    [
      "encoder/hidden/weight (pixel=11, hidden=7)",
      "encoder/hidden/bias (hidden=7)",
      "encoder/mean/weight (hidden=7, latent=3)",
      "encoder/mean/bias (latent=3)",
      "encoder/log-variance/weight (hidden=7, latent=3)",
      "encoder/log-variance/bias (latent=3)",
      "decoder/hidden/weight (latent=3, hidden=7)",
      "decoder/hidden/bias (hidden=7)",
      "decoder/logits/weight (hidden=7, pixel=11)",
      "decoder/logits/bias (pixel=11)",
    ]
  `);
  expect([showShape(observation.shape), latents.map((l) => showShape(l.shape))]).toEqual([
    "(pixel=11)",
    ["(latent=3)"],
  ]);
});

test("the defaults are the paper's: 784–1024–100, tanh, two draws", () => {
  expect(vaeDefaults).toMatchObject({ pixels: 784, hidden: 1024, latent: 100, samples: 2, activation: "tanh" });
});

test("the prior is N(0, I)", () => {
  const { z } = vae(tiny).prior!(3);
  const [mean] = interpret([z.mean]);
  expect(mean).toEqual({ dims: [3, 2], data: new Float64Array(6) });
  const ε = input("ε", [axis("batch", 3), axis("latent", 2)]);
  const numbers = [1, -2, 0.5, 0, 3, -0.25];
  expect([...interpret([z.sample(ε)], { ε: numbers })[0].data]).toEqual(numbers);
});

test("β weighs the KL term, and the bound then has another name", () => {
  const x = input("x", [axis("batch", 3), 6]);
  const given = { ...torch.parameters, x: torch.x, "vae/z": torch.noise };
  const terms = (beta: number) => {
    const [reconstruction, kl] = interpret(Object.values(vae({ ...tiny, beta }).loss!({ x }, "evaluation")), given);
    return { reconstruction: [...reconstruction.data], kl: [...kl.data] };
  };
  const [plain, weighed] = [terms(1), terms(4)];
  expect(weighed.reconstruction).toEqual(plain.reconstruction);
  expect(weighed.kl).toEqual(plain.kl.map((kl) => 4 * kl));
  expect([vae(tiny).objective, vae({ ...tiny, beta: 4 }).objective]).toEqual(["elbo", "beta-elbo"]);
});
