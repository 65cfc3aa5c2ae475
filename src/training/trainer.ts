import { internal, RunError } from "../base/errors.ts";
import { leafName } from "../graph/leaves.ts";
import type { Model } from "../models/model.ts";
import { Chunk } from "../runtime/chunk.ts";
import { targetOf } from "../runtime/compile-for.ts";
import { noiseOf } from "../runtime/feeds.ts";
import type { Feeds, Fetches, Runtime, State } from "../runtime/session.ts";
import { type Checkpoint, saveCheckpoint } from "./checkpoint.ts";
import type { Evaluation, Evaluator } from "./evaluate.ts";
import type { Examples } from "./examples.ts";
import type { MetricLog, MetricRecord } from "./metric-log.ts";
import type { Optimizer } from "./optimizers.ts";
import type { Schedule } from "./schedules.ts";
import { compileStep, LOSS } from "./step.ts";
import { type AveragePlan, TailAverage } from "./tail-average.ts";

/** What a training is made of. */
export interface TrainingParts {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly rate: Schedule;
  readonly runtime: Runtime;
  readonly threads?: number;
  readonly seed: number;
  readonly examples: Examples;
  readonly evaluators: readonly { readonly name: string; readonly evaluator: Evaluator }[];
  /** The run folder, for checkpoints. */
  readonly folder: string;
  readonly log: (length: number) => MetricLog;
}

/** How long and how often. All in training steps. */
export interface TrainingPlan {
  readonly steps: number;
  readonly logEvery: number;
  readonly evaluateEvery: number;
  readonly checkpointEvery: number;
  /** Largest joint norm of the gradients, if they are clipped. */
  readonly clip?: number;
  /** Ends the training when the named evaluator's bound has not risen for this many evaluations. */
  readonly earlyStop?: { readonly on: string; readonly patience: number };
  /** Which parameters are averaged: their mean is then what is scored and what training results in. */
  readonly average?: AveragePlan;
}

/** What a training tells whoever watches. */
export type TrainingEvent =
  | {
      readonly kind: "progress";
      readonly step: number;
      readonly steps: number;
      readonly epoch: number;
      readonly metrics: Readonly<Record<string, number>>;
      readonly stepsPerSecond: number;
      readonly secondsLeft: number;
    }
  | { readonly kind: "metrics"; readonly record: MetricRecord }
  | { readonly kind: "checkpoint"; readonly step: number; readonly path: string };

export interface TrainingResult {
  readonly status: "completed" | "stopped early" | "interrupted";
  readonly step: number;
  readonly state: State;
  /** Last evaluation of each evaluator. */
  readonly evaluations: Readonly<Record<string, Evaluation>>;
  /** Seconds of training, over all continuations. */
  readonly seconds: number;
}

/** What the loop remembers between continuations, besides the variables. */
interface Memory {
  seconds: number;
  metricBytes: number;
  /** The highest bound so far, where early stopping looks for one. */
  best: { score: number; step: number } | null;
  evaluations: Record<string, Evaluation>;
  /** Sums of the training terms since the last line of the log. */
  sums: Record<string, number>;
  summed: number;
  stopped: boolean;
}

/**
 * Trains until the plan is done, the signal says stop (then a checkpoint is written first), or a loss term is no longer finite.
 * The same parts and plan give the same bytes, in one go or continued from any checkpoint.
 * @param from   the checkpoint to continue from, or undefined to begin
 * @throws RunError naming the first term that is not finite; the last checkpoint stays as it was
 */
export async function trainModel(
  parts: TrainingParts,
  plan: TrainingPlan,
  {
    from,
    signal,
    watch = () => {},
    clock = () => performance.now(),
  }: { from?: Checkpoint; signal?: AbortSignal; watch?: (event: TrainingEvent) => void; clock?: () => number } = {},
): Promise<TrainingResult> {
  const { model, optimizer, runtime, seed, examples } = parts;
  const settings = { batch: examples.batch, ...(plan.clip !== undefined && { clip: plan.clip }) };
  const program = compileStep(model, optimizer, settings, { target: await targetOf(runtime) });
  const parameters = new Set(model.variables.map(leafName));
  const session = await runtime.open(program, { seed, ...(parts.threads && { threads: parts.threads }) });
  const memory: Memory = from ? structuredClone(from.memory as unknown as Memory) : freshMemory();
  const log = parts.log(memory.metricBytes);
  let step = from?.step ?? 0;
  const average =
    plan.average &&
    new TailAverage(
      plan.average,
      program.variables.filter(({ name }) => parameters.has(name)),
      from,
    );
  const chunk = new Chunk(program);
  const inputs = new Set(program.inputs.map(({ name }) => name));
  const draw = noiseOf(program.noise, seed, "train");
  const firstStep = step;
  const started = clock();
  const secondsBefore = memory.seconds;
  const seconds = (): number => secondsBefore + (clock() - started) / 1000;
  const epochOf = (s: number): number => s / examples.stepsPerEpoch;

  try {
    if (from) await session.write(Object.fromEntries(program.variables.map(({ name }) => [name, from.state[name]])));
    while (step < plan.steps && !memory.stopped) {
      const until = nextStop(step, chunk.size, plan);
      const feeds = session.places(until - step).map((place, i) => feedsOf(step + i, place));
      const called = clock();
      const results = await session.run(feeds);
      chunk.took((clock() - called) / 1000 / results.length);
      results.forEach((r, i) => void add(memory, checkFinite(r, step + i, model.name)));
      step = until;
      progress(results);
      if (average?.due(step)) average.add(await session.read());
      if (step % plan.logEvery === 0 || step === plan.steps) logTraining();
      if (step % plan.evaluateEvery === 0 || step === plan.steps) await evaluateAll();
      if (step % plan.checkpointEvery === 0 || step === plan.steps || memory.stopped || signal?.aborted)
        await checkpoint();
      if (signal?.aborted && step < plan.steps && !memory.stopped) return await result("interrupted");
    }
    return await result(memory.stopped ? "stopped early" : "completed");
  } finally {
    log.close();
    await session.dispose();
  }

  /** @param place arrays to fill */
  function feedsOf(s: number, place: Feeds): Feeds {
    const feeds: Record<string, Float32Array> = draw(s, place);
    for (const [name, v] of Object.entries(optimizer.scalars(s))) feeds[name] = Float32Array.of(v);
    // A model need not look at all that a batch carries: where sequences begin, say.
    for (const [name, v] of Object.entries(examples.feeds(s, place))) if (inputs.has(name)) feeds[name] = v;
    return feeds;
  }

  function progress(results: readonly Fetches[]): void {
    const last = results[results.length - 1];
    const stepsPerSecond = (step - firstStep) / ((clock() - started) / 1000);
    watch({
      kind: "progress",
      step,
      steps: plan.steps,
      epoch: epochOf(step),
      metrics: Object.fromEntries(Object.entries(last).map(([name, v]) => [name, v[0]])),
      stepsPerSecond,
      secondsLeft: (plan.steps - step) / stepsPerSecond,
    });
  }

  function record(r: Omit<MetricRecord, "step" | "epoch" | "seconds">): void {
    const whole = { ...r, step, epoch: round(epochOf(step), 4), seconds: round(seconds(), 3) };
    log.append(whole);
    watch({ kind: "metrics", record: whole });
  }

  function logTraining(): void {
    if (memory.summed === 0) return;
    const metrics = Object.fromEntries(Object.entries(memory.sums).map(([name, s]) => [name, s / memory.summed]));
    memory.sums = {};
    memory.summed = 0;
    record({ split: "train", metrics, rate: parts.rate(step - 1) });
  }

  async function evaluateAll(): Promise<void> {
    const state = await learned();
    const mine = Object.fromEntries(Object.entries(state).filter(([name]) => parameters.has(name)));
    for (const { name, evaluator } of parts.evaluators) {
      const evaluation = await evaluator.evaluate(mine);
      memory.evaluations[name] = evaluation;
      record({ split: name, metrics: namedMetrics(model, evaluation) });
      if (plan.earlyStop?.on !== name) continue;
      const score = evaluation.objective ?? internal(`${model.name} has no objective to stop by`);
      if (!memory.best || score > memory.best.score) memory.best = { score, step };
      memory.stopped = step - memory.best.step >= plan.earlyStop.patience * plan.evaluateEvery;
    }
  }

  async function checkpoint(): Promise<void> {
    memory.metricBytes = log.flush();
    memory.seconds = seconds();
    const mean = average?.saved();
    const state = { ...(await session.read()), ...mean?.state };
    const variables = [...program.variables, ...(mean?.variables ?? [])];
    const saved: Checkpoint = { step, state, memory: structuredClone(memory) as unknown as Checkpoint["memory"] };
    watch({ kind: "checkpoint", step, path: saveCheckpoint(parts.folder, variables, parameters, saved) });
  }

  async function result(status: TrainingResult["status"]): Promise<TrainingResult> {
    return { status, step, state: await learned(), evaluations: memory.evaluations, seconds: seconds() };
  }

  /** The variables, with the averaged parameters if some were taken. */
  async function learned(): Promise<State> {
    const state = await session.read();
    return average ? average.applied(state) : state;
  }
}

/** An evaluation as run.json and metrics.jsonl have it: the objective by its own name first, if there is one, then terms and scores. */
export function namedMetrics(model: Model, { objective, terms, scores }: Evaluation): Record<string, number> {
  if (objective === undefined) return { ...terms, ...scores };
  return { [model.objective ?? internal(`${model.name} does not name its objective`)]: objective, ...terms, ...scores };
}

function freshMemory(): Memory {
  return {
    seconds: 0,
    metricBytes: 0,
    best: null,
    evaluations: {},
    sums: {},
    summed: 0,
    stopped: false,
  };
}

/** The step at which the loop must look up next: a chunk further, or sooner where something is due. */
function nextStop(step: number, chunk: number, plan: TrainingPlan): number {
  const intervals = [
    plan.logEvery,
    plan.evaluateEvery,
    plan.checkpointEvery,
    ...(plan.average ? [plan.average.every] : []),
  ];
  const due = intervals.map((n) => (Math.floor(step / n) + 1) * n);
  return Math.min(step + chunk, plan.steps, ...due);
}

function add(memory: Memory, result: Fetches): void {
  for (const [name, v] of Object.entries(result)) memory.sums[name] = (memory.sums[name] ?? 0) + v[0];
  memory.summed++;
}

/** Stops a run whose numbers have gone, with the first bad term by name: terms are looked at before their sum. */
function checkFinite(result: Fetches, step: number, model: string): Fetches {
  const bad = Object.entries(result)
    .filter(([, v]) => !Number.isFinite(v[0]))
    .sort(([a], [b]) => Number(a === LOSS) - Number(b === LOSS))[0];
  if (!bad) return result;
  throw new RunError({
    where: `${model}, training step ${step + 1}, term "${bad[0]}"`,
    expected: "a finite number of nats",
    got: String(bad[1][0]),
    fix: "the last checkpoint is unharmed: lower the learning rate (--set train.rate.rate=…) or clip gradients (--set train.clip=1)",
  });
}

function round(x: number, digits: number): number {
  return Number(x.toFixed(digits));
}
