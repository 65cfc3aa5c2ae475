import { ltiPpc } from "../../data/lti-ppc.ts";
import type { Subject } from "../../probes/subject.ts";
import { localPpc } from "../../recipes/local-ppc.ts";
import { planTraining } from "../../recipes/plan.ts";
import { resolveConfig } from "../../recipes/run-store.ts";
import { targetOf } from "../../runtime/compile-for.ts";
import { drawNoise } from "../../runtime/feeds.ts";
import type { Feeds, Session } from "../../runtime/session.ts";
import { framesInOrder, wholeExamples } from "../../training/examples.ts";
import { compileStep, trainingStep } from "../../training/step.ts";
import type { PresetName } from "../reproduce.ts";

/** A model whose updates are measured. */
export interface CostModel {
  readonly name: string;
  /** Settings of the recipe local/ppc. */
  readonly set: readonly string[];
}

/** What an update costs at one length of sequences. */
export interface Cost {
  /** Steps of a sequence. */
  readonly length: number;
  /** Bytes that an update must hold at once (see mostLiveBytes). */
  readonly bytes: number;
  /** Steps of time that an update learns from: 1, or all of a sequence. */
  readonly frames: number;
  /** Seconds of an update, one number a round; empty if time is not measured. */
  readonly seconds: number[];
}

/** The training step of a model on sequences of a length, as a program, and what it is fed. */
export function updateOf({ set }: CostModel, preset: PresetName, length: number) {
  const config = resolveConfig({ recipe: localPpc.id, preset, set: [...set, `data.length=${length}`] });
  const model = localPpc.model(config);
  const { batch } = config.train;
  const data = ltiPpc({ length, train: batch });
  const { optimizer, batches } = planTraining({ ...config.train, epochs: 1 }, 1, data, { perEpoch: batch, steps: 1 });
  const { train } = data.splits;
  const examples = model.frames
    ? framesInOrder(model, train, "spikes", length, batches)
    : wholeExamples(model, train, "spikes", batches);
  return { model, optimizer, batch, examples, frames: model.frames ? 1 : length };
}

type Update = ReturnType<typeof updateOf>;

/** The same as a program that is not lowered, for what can be told without running it. */
export const programOf = ({ model, optimizer, batch }: Update) => trainingStep(model, optimizer, { batch });

/** An update that is ready to run. */
export interface OpenUpdate {
  /** Goes through whole sequences, in as many updates as the model takes. @returns seconds of one update */
  measure(): Promise<number>;
  dispose(): Promise<void>;
}

/** Sets of noise that updates take in turn. */
const NOISES = 5;

/** Updates that models of frames take at least for one measurement. */
const UPDATES = 100;

/** Opens the training step; what is fed is made before time is taken. */
export async function openUpdate(
  { model, optimizer, batch, examples }: Update,
  { runtime, options }: Pick<Subject, "runtime" | "options">,
): Promise<OpenUpdate> {
  const program = compileStep(model, optimizer, { batch }, { target: await targetOf(runtime) });
  const session: Session = await runtime.open(program, options);
  const { stepsPerEpoch } = examples;
  const count = model.frames ? stepsPerEpoch * Math.ceil(UPDATES / stepsPerEpoch) : stepsPerEpoch;
  const noises = Array.from({ length: Math.min(NOISES, count) }, (_, i) => drawNoise(program.noise, 1, "cost", i));
  const inputs = new Set(program.inputs.map((p) => p.name));
  const feeds = Array.from({ length: count }, (_, step): Feeds => {
    const own = Object.entries(examples.feeds(step % stepsPerEpoch)).filter(([name]) => inputs.has(name));
    const scalars = Object.entries(optimizer.scalars(step)).map(([name, v]) => [name, Float32Array.of(v)]);
    return { ...Object.fromEntries(own), ...noises[step % noises.length], ...Object.fromEntries(scalars) };
  });
  return {
    async measure() {
      const began = performance.now();
      await session.run(feeds);
      return (performance.now() - began) / 1000 / feeds.length;
    },
    dispose: () => session.dispose(),
  };
}
