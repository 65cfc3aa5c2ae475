import type { Parameters } from "../analyses/inference.ts";
import { UsageError } from "../base/errors.ts";
import { axis, sizeOf } from "../base/shape.ts";
import { type Dataset, fieldOf, type Split } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import type { Runtime, SessionOptions } from "../runtime/session.ts";

/** What a probe is put to: a trained model, and data to ask it about. */
export interface Subject {
  /** What to call it: a run's folder, say. */
  readonly name: string;
  readonly model: Model;
  readonly parameters: Parameters;
  readonly dataset: Dataset;
  /** The field of the data that the model observes. */
  readonly field: string;
  readonly runtime: Runtime;
  readonly options: SessionOptions;
  /** Seed of the probe's own draws. */
  readonly seed: number;
  /** A classifier that judges images which this model makes. */
  readonly judge?: Subject;
  /** Hears which part of the work is done, from 0 to 1. */
  readonly progress?: (part: number) => void;
}

/** What models can do, by the names of the contract's methods. */
export type Capability = "infer" | "generate" | "prior" | "classify" | "trace";

const words: Readonly<Record<Capability, string>> = {
  infer: "infers latents from observations",
  generate: "generates observations from latents",
  prior: "has a prior to dream from",
  classify: "tells classes",
  trace: "can be watched along a sequence",
};

/** Why a subject cannot be asked, if it cannot. */
export function lacks({ model, dataset, judge }: Subject, needs: readonly Need[]): string | undefined {
  for (const need of needs) {
    if (need === "labels") {
      if (!dataset.fields.some((f) => f.name === "label")) return `data with labels, but ${dataset.title} has none`;
    } else if (need === "factors") {
      if (!dataset.fields.some((f) => f.kind === "factor")) return `data with factors, but ${dataset.title} has none`;
    } else if (need === "judge") {
      if (!judge) return "a classifier as judge, but no --judge <run>";
      if (!judge.model.classify) return `a judge that ${words.classify}, but ${judge.model.name} does not`;
    } else if (!model[need]) return `a model that ${words[need]}, but ${model.name} does not`;
  }
  return undefined;
}

/** What a probe asks of its subject. */
export type Need = Capability | "labels" | "factors" | "judge";

/** @throws UsageError if the subject cannot be asked */
export function require(subject: Subject, probe: string, needs: readonly Need[]): void {
  const missing = lacks(subject, needs);
  if (missing === undefined) return;
  throw new UsageError({
    where: `probe ${probe} of ${subject.name}`,
    expected: missing.split(", but ")[0],
    got: missing.split(", but ")[1],
    fix: "`helmholtz probe <run>` lists the probes that a run can answer",
  });
}

/** Numbers of one field, example by example. */
export function readField(
  { dataset }: Pick<Subject, "dataset">,
  split: Split,
  field: string,
  indices?: ArrayLike<number>,
): Float32Array {
  const rows = indices ?? Uint32Array.from({ length: split.count }, (_, i) => i);
  const { shape } = fieldOf(dataset, field);
  const out = new Float32Array(sizeOf([axis("row", rows.length), ...shape]));
  split.read(field, rows, out);
  return out;
}
