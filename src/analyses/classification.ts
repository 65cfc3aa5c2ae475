import { internal } from "../base/errors.ts";
import { axis, sizeOf } from "../base/shape.ts";
import { input } from "../graph/leaves.ts";
import type { Model } from "../models/model.ts";
import { compileFor } from "../runtime/compile-for.ts";
import type { Runtime, SessionOptions } from "../runtime/session.ts";
import { inBatches, type Parameters } from "./inference.ts";
import { rowCount } from "./rows.ts";

/** Rows computed in one run of the graph: features of convolutions fill the memory. */
const BATCH = 100;

/** A trained classifier as a plain function of numbers. Rows are examples; any number of rows may be given. */
export interface Classifier {
  /** p(class | x): (rows, class). @throws ShapeError if `x` is not whole observations */
  probabilities(x: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Loads a model that can classify, with its parameters as constants of the graph. */
export async function openClassifier(
  model: Model,
  parameters: Parameters,
  runtime: Runtime,
  options: SessionOptions = {},
): Promise<Classifier> {
  const x = input("x", [axis("batch", BATCH), ...model.observation.shape]);
  const { mean } = model.classify?.(x) ?? internal(`${model.name} cannot classify`);
  const program = { name: `${model.name} probabilities`, outputs: { p: mean } };
  const session = await runtime.open(await compileFor(runtime, program, { freeze: parameters }), options);
  const width = sizeOf(model.observation.shape);
  return {
    async probabilities(rows) {
      rowCount({ data: rows, width });
      return (await inBatches(session, { x: rows }, BATCH))["p"];
    },
    dispose: () => session.dispose(),
  };
}
