import { internal } from "../base/errors.ts";
import { axis } from "../base/shape.ts";
import { type Compiled, type CompileOptions, compile, type Program } from "../graph/compile.ts";
import { gradient } from "../graph/gradient.ts";
import { input } from "../graph/leaves.ts";
import { addAll, mean } from "../graph/ops/arithmetic.ts";
import type { Batch, Model } from "../models/model.ts";
import { variableUpdates } from "../nn/phase.ts";
import { clipByGlobalNorm, type Optimizer } from "./optimizers.ts";

/** Name of the input that holds a batch of observations. */
export const OBSERVATION = "x";

/** Name of the input that holds what supervision says of them. */
export const TARGET = "target";

/** Name of the output that training minimises. */
export const LOSS = "loss";

/**
 * One training step as a program: forward, backward and update in one graph, with the running statistics that layers keep. Outputs: the loss and its terms, averaged over the batch,
 * in nats per example; "gradient-norm" too, if gradients are clipped.
 */
export function trainingStep(
  model: Model,
  optimizer: Optimizer,
  { batch, clip }: { batch: number; clip?: number },
): Program {
  const running = variableUpdates();
  const perExample = model.loss?.(batchOf(model, batch), running) ?? internal(`${model.name} has no loss`);
  const terms = Object.fromEntries(Object.entries(perExample).map(([name, v]) => [name, mean(v)]));
  const outputs = { [LOSS]: addAll(Object.values(terms)), ...terms };
  const kept = new Set(running.pairs.map(([variable]) => variable));
  const trained = model.variables.filter((v) => !kept.has(v));
  const gradients = gradient(outputs[LOSS], trained);
  const name = `${model.name} training step`;
  if (clip === undefined) {
    return { name, outputs, updates: [...optimizer.updates(trained, gradients), ...running.pairs] };
  }
  const { clipped, norm } = clipByGlobalNorm(gradients, clip);
  return {
    name,
    outputs: { ...outputs, "gradient-norm": norm },
    updates: [...optimizer.updates(trained, clipped), ...running.pairs],
  };
}

/** The terms of the loss and the scores of a batch, without an update; outputs keep one number per example. */
export function evaluationProgram(model: Model, batch: number): Program & { readonly terms: readonly string[] } {
  const examples = batchOf(model, batch);
  const terms = model.loss?.(examples, "evaluation") ?? internal(`${model.name} has no loss`);
  const scores = model.scores?.(examples) ?? {};
  return { name: `${model.name} evaluation`, outputs: { ...terms, ...scores }, terms: Object.keys(terms) };
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

function batchOf({ observation, target }: Model, size: number): Batch {
  const batch = axis("batch", size);
  const x = input(OBSERVATION, [batch, ...observation.shape], observation.doc);
  return { x, ...(target && { target: input(TARGET, [batch, ...target.shape], target.doc) }) };
}
