import { internal } from "../base/errors.ts";
import { axis } from "../base/shape.ts";
import { type Compiled, type CompileOptions, compile, type Program } from "../graph/compile.ts";
import { gradient } from "../graph/gradient.ts";
import { input } from "../graph/leaves.ts";
import { addAll, mean } from "../graph/ops/arithmetic.ts";
import type { Batch, Learned, Model } from "../models/model.ts";
import { type VariableUpdates, variableUpdates } from "../nn/phase.ts";
import { clipByGlobalNorm, type Optimizer } from "./optimizers.ts";

/** Name of the input that holds a batch of observations. */
export const OBSERVATION = "x";

/** Name of the input that holds what supervision says of them. */
export const TARGET = "target";

/** Name of the input that says whether a batch holds the first frames of sequences. */
export const BEGINS = "begins";

/** Name of the output that training minimises. */
export const LOSS = "loss";

/**
 * One training step as a program: forward, backward and update in one graph, with the running statistics that layers keep and the
 * states that models carry. Outputs: the loss and its terms, averaged over the batch, in nats per example, or what a model that has
 * a rule of its own has watched instead; "gradient-norm" too, if gradients are clipped.
 */
export function trainingStep(
  model: Model,
  optimizer: Optimizer,
  { batch, clip }: { batch: number; clip?: number },
): Program {
  const running = variableUpdates();
  const examples = batchOf(model, batch);
  const { gradients, terms } = model.learn?.(examples, running) ?? learnByLoss(model, examples, running);
  const means = Object.fromEntries(Object.entries(terms).map(([name, v]) => [name, mean(v)]));
  const outputs = { [LOSS]: addAll(Object.values(means)), ...means };
  const [trained, slopes] = [[...gradients.keys()], [...gradients.values()]];
  const name = `${model.name} training step`;
  if (clip === undefined) {
    return { name, outputs, updates: [...optimizer.updates(trained, slopes), ...running.pairs] };
  }
  const { clipped, norm } = clipByGlobalNorm(slopes, clip);
  return {
    name,
    outputs: { ...outputs, "gradient-norm": norm },
    updates: [...optimizer.updates(trained, clipped), ...running.pairs],
  };
}

/** The gradient of the mean loss, for all variables but those that layers keep themselves. */
function learnByLoss(model: Model, examples: Batch, running: VariableUpdates): Learned {
  const terms = model.loss?.(examples, running) ?? internal(`${model.name} has no loss`);
  const kept = new Set(running.pairs.map(([variable]) => variable));
  const trained = model.variables.filter((v) => !kept.has(v));
  const slopes = gradient(mean(addAll(Object.values(terms))), trained);
  return { gradients: new Map(trained.map((v, i) => [v, slopes[i]])), terms };
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

function batchOf({ observation, target, frames }: Model, size: number): Batch {
  const batch = axis("batch", size);
  const x = input(OBSERVATION, [batch, ...observation.shape], observation.doc);
  return {
    x,
    ...(target && { target: input(TARGET, [batch, ...target.shape], target.doc) }),
    ...(frames && { begins: input(BEGINS, [], "1 at the first frame of sequences, else 0") }),
  };
}
