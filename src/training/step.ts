import { internal } from "../base/errors.ts";
import { axis } from "../base/shape.ts";
import { type Compiled, type CompileOptions, compile, type Program } from "../graph/compile.ts";
import { gradient } from "../graph/gradient.ts";
import { input } from "../graph/leaves.ts";
import { addAll, mean } from "../graph/ops/arithmetic.ts";
import type { LossTerms, Model } from "../models/model.ts";
import { clipByGlobalNorm, type Optimizer } from "./optimizers.ts";

/** Name of the input that holds a batch of observations. */
export const OBSERVATION = "x";

/** Name of the output that training minimises. */
export const LOSS = "loss";

/**
 * One training step as a program: forward, backward and update in one graph. Outputs: the loss and its terms, averaged over the batch,
 * in nats per example; "gradient-norm" too, if gradients are clipped.
 */
export function trainingStep(
  model: Model,
  optimizer: Optimizer,
  { batch, clip }: { batch: number; clip?: number },
): Program {
  const terms = batchLoss(model, batch);
  const outputs = { [LOSS]: addAll(Object.values(terms)), ...terms };
  const gradients = gradient(outputs[LOSS], model.variables);
  if (clip === undefined) {
    return { name: `${model.name} training step`, outputs, updates: optimizer.updates(model.variables, gradients) };
  }
  const { clipped, norm } = clipByGlobalNorm(gradients, clip);
  return {
    name: `${model.name} training step`,
    outputs: { ...outputs, "gradient-norm": norm },
    updates: optimizer.updates(model.variables, clipped),
  };
}

/** The loss of a batch without an update; its outputs keep one number per example. */
export function evaluationProgram(model: Model, batch: number): Program {
  return { name: `${model.name} evaluation`, outputs: lossTerms(model, batch) };
}

/** Training steps in one copy of the graph: between them the runtime updates parameters in place, which saves memory traffic. */
const UNROLLED = 5;

/** ONNX nodes above which a step is long beside that traffic, and copies of it would only take time to load. */
const LONG = 400;

/** Compiles the training step. */
export function compileStep(
  model: Model,
  optimizer: Optimizer,
  settings: { batch: number; clip?: number },
  options: CompileOptions = {},
): Compiled {
  const step = trainingStep(model, optimizer, settings);
  const once = compile(step, options);
  return once.model.graph.nodes.length > LONG ? once : compile(step, { unroll: UNROLLED, ...options });
}

function batchLoss(model: Model, batch: number): LossTerms {
  return Object.fromEntries(Object.entries(lossTerms(model, batch)).map(([name, v]) => [name, mean(v)]));
}

function lossTerms(model: Model, batch: number): LossTerms {
  const x = input(OBSERVATION, [axis("batch", batch), ...model.observation.shape], model.observation.doc);
  return model.loss?.(x) ?? internal(`${model.name} has no loss`);
}
