import { describe, expect, test } from "vitest";
import { model as vae } from "../../test/tiny-vae.ts";
import { ShapeError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { axis, sizeOf } from "../base/shape.ts";
import { interpret } from "../graph/interpret.ts";
import { input, leafName } from "../graph/leaves.ts";
import { classifier } from "../models/classifier.ts";
import { cpu } from "../runtime/onnxruntime-node.ts";
import { openClassifier } from "./classification.ts";

const model = classifier({
  height: 7,
  width: 6,
  classes: 3,
  filters: [2, 2],
  hidden: 4,
  dropout: [0.25, 0.5],
  init: "glorot-uniform",
});

function numbers(name: string, n: number, kind: "normal" | "uniform"): Float32Array {
  const out = new Float32Array(n);
  stream(3, name)[kind](0, out);
  return out;
}

const parameters = Object.fromEntries(
  model.variables.map((v) => [leafName(v), numbers(leafName(v), sizeOf(v.shape), "normal")]),
);
const images = (n: number): Float32Array => numbers("x", n * 42, "uniform");

async function classify(x: Float32Array): Promise<Float32Array> {
  const judge = await openClassifier(model, parameters, cpu, { threads: 1 });
  const p = await judge.probabilities(x);
  await judge.dispose();
  return p;
}

describe("class probabilities", () => {
  test.each([1, 99, 100, 101, 230])("of %d rows are what float64 gives, row by row", async (rows) => {
    const p = await classify(images(rows));
    const x = input("x", [axis("batch", rows), axis("pixel", 42)]);
    const [exact] = interpret([model.classify!(x).mean], { ...parameters, x: images(rows) });
    expect(p).toHaveLength(rows * 3);
    exact.data.forEach((wanted, i) => void expect(p[i]).toBeCloseTo(wanted, 5));
    expect(new Set(Array.from(p.subarray(0, 3), (v) => v.toFixed(3))).size).toBe(3); // the classes differ
  });

  test("of a row are the same alone and among others", async () => {
    const all = await classify(images(120));
    expect(await classify(images(120).slice(110 * 42, 111 * 42))).toEqual(all.slice(330, 333));
  });

  test("of no rows are none", async () => {
    expect(await classify(new Float32Array(0))).toEqual(new Float32Array(0));
  });

  test("of parts of images are refused", async () => {
    await expect(classify(new Float32Array(43))).rejects.toThrow(ShapeError);
  });

  test("are not to be had of a model that does not classify", async () => {
    await expect(openClassifier(vae, {}, cpu)).rejects.toThrow(/vae cannot classify/);
  });
});
