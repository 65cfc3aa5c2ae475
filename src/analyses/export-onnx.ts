import { internal } from "../base/errors.ts";
import { axis } from "../base/shape.ts";
import { compile } from "../graph/compile.ts";
import { input } from "../graph/leaves.ts";
import type { Value } from "../graph/value.ts";
import type { Model } from "../models/model.ts";
import { encodeModel } from "../onnx/encode.ts";
import { decodeGraph, type Parameters } from "./inference.ts";

/**
 * A trained model as one standard ONNX file with three uses: encode (x → mean and standard deviation of every latent), reconstruct
 * (x → x), decode (latents → x). First axes are free, also to be 0: whoever only encodes feeds latents of no rows, and the other way round.
 */
export function exportOnnx(
  model: Model,
  parameters: Parameters,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const { model: onnx } = compile(inferenceProgram(model), { freeze: parameters, freeAxes: ["batch", "points"] });
  return encodeModel({ ...onnx, metadata });
}

function inferenceProgram(model: Model) {
  const x = input("x", [axis("batch", 1), ...model.observation.shape], `observations: ${model.observation.doc}`);
  const beliefs = model.infer?.(x) ?? internal(`${model.name} cannot infer`);
  const means = Object.fromEntries(Object.entries(beliefs).map(([name, q]) => [name, q.mean]));
  const outputs: Record<string, Value> = { reconstruction: decodeGraph(model, means) };
  const docs: Record<string, string> = { reconstruction: "x → latents' means → mean of p(x | z)" };
  const points: Record<string, Value> = {};
  for (const { name, shape } of model.latents) {
    outputs[`${name}_mean`] = means[name];
    docs[`${name}_mean`] = `mean of q(${name} | x)`;
    const { std } = beliefs[name] as { std?: Value };
    if (std) {
      outputs[`${name}_std`] = std;
      docs[`${name}_std`] = `standard deviation of q(${name} | x)`;
    }
    points[name] = input(name, [axis("points", 1), ...shape], "a point in latent space, to decode");
  }
  outputs["decoded"] = decodeGraph(model, points);
  docs["decoded"] = `mean of p(x | ${Object.keys(points).join(", ")})`;
  return {
    name: model.name,
    doc: `${model.source}. x is encoded and reconstructed, ${Object.keys(points).join(", ")} decoded; either may have no rows.`,
    outputs,
    docs,
  };
}
